"""Scores from a correlation matrix whose eigenvalues are chosen or changed.

Each takes a correlation matrix with NaN where a pair is undefined, decomposes the part of it that
belongs to firms about which something is known, and rescales the outcome to unit diagonal. An
undefined pair counts as uncorrelated; firms without common days are then related by those that
they share. Firms about which nothing is known stay NaN.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh

from firmsim.similarity.correlation import masked_correlation

Array = NDArray[np.float64]


def cosine(rows: Array) -> Array:
    """Cosine of every pair of rows, shape (n, n); 0 with a row of zeros. Exactly symmetric."""
    norm = np.linalg.norm(rows, axis=1, keepdims=True)
    unit = rows / np.where(norm > 0, norm, 1.0)
    return np.asarray(unit @ unit.T)


def _of_known(correlation: Array, loadings: Callable[[Array], Array]) -> Array:
    """Cosine of the loadings of the firms about which something is known; NaN for the others."""
    known = ~np.isnan(np.diag(correlation))
    scores = np.full_like(correlation, np.nan)
    if known.any():
        where = np.ix_(known, known)
        part = np.nan_to_num(correlation[where], nan=0.0)
        scores[where] = cosine(loadings(part))
    return scores


def principal(correlation: Array, last: int, first: int = 1) -> Array:
    r"""Cosine of the firms' loadings on the leading principal components.

    .. math:: s_{ij} = \cos(v_i, v_j), \quad v_{ic} = u_{ic} \sqrt{\lambda_c}, \quad
              c = \mathrm{first}, \dots, \mathrm{last},

    with eigenvalues in falling order: the correlation matrix with its noise left out and, of
    growth rates from the second component on, without the market (Plerou et al. 2002, Physical
    Review E 65, 066126).

    Parameters
    ----------
    correlation : array of shape (n_firms, n_firms)
        NaN where a pair is undefined.
    last, first : int
        Components used, counted from 1; as many as there are firms when `last` is more.

    Returns
    -------
    array of shape (n_firms, n_firms)
        Symmetric, in [-1, 1]; 0 where no component is left. NaN for firms whose own correlation is.
    """

    def loadings(part: Array) -> Array:
        n = len(part)
        count = min(last, n)
        if count < first:
            return np.zeros((n, 1))
        values, vectors = eigh(part, subset_by_index=[n - count, n - first])
        return np.asarray(vectors * np.sqrt(np.maximum(values, 0.0)))

    return _of_known(correlation, loadings)


def shaped(correlation: Array, power: float) -> Array:
    r"""Raise the eigenvalues of a correlation matrix to a power, then rescale to unit diagonal.

    .. math:: S = V \mathrm{diag}(\max(\lambda, 0)^g) V^T, \qquad
              s_{ij} = S_{ij} / \sqrt{S_{ii} S_{jj}}

    A power above 1 favours what many firms share over what few do: the opposite of shrinking the
    eigenvalues towards each other (Ledoit and Wolf 2004, Journal of Multivariate Analysis 88(2)).

    Parameters
    ----------
    correlation : array of shape (n_firms, n_firms)
        NaN where a pair is undefined.
    power : float
        The exponent g; 1 changes nothing but negative eigenvalues, which become 0.

    Returns
    -------
    array of shape (n_firms, n_firms)
        Symmetric, in [-1, 1]. NaN for firms whose own correlation is.
    """

    def loadings(part: Array) -> Array:
        values, vectors = eigh(part)
        return np.asarray(vectors * np.maximum(values, 0.0) ** (power / 2))

    return _of_known(correlation, loadings)


def group_modes(growth: Array) -> Array:
    r"""Correlation of growth rates without noise and without the market: its group modes.

    Of the eigenvalues of the correlation matrix of N firms over T days, the largest is the market
    and those below the edge of the Marchenko-Pastur law are what independent firms would show too:

    .. math:: \lambda_+ = \left(1 - \frac{\lambda_1}{N}\right) \left(1 + \sqrt{N/T}\right)^2

    The first factor is the variance that the market leaves (Laloux, Cizeau, Bouchaud and Potters
    1999, Physical Review Letters 83, 1467). What lies between are the groups (Plerou et al. 2002,
    Physical Review E 65, 066126); their part of the matrix is rescaled to unit diagonal.

    Parameters
    ----------
    growth : array of shape (n_days, n_firms)
        Growth rates (1/year); NaN where missing. T is the mean number of days of a firm.

    Returns
    -------
    array of shape (n_firms, n_firms)
        Symmetric, in [-1, 1]. All 0 where no group stands out of the noise. NaN for firms whose own
        correlation is.
    """
    correlation = masked_correlation(growth)
    known = ~np.isnan(np.diag(correlation))

    def loadings(part: Array) -> Array:
        values, vectors = eigh(part)
        n = len(part)
        days = (~np.isnan(growth[:, known])).sum(axis=0).mean()
        edge = (1 - values[-1] / n) * (1 + np.sqrt(n / days)) ** 2
        group = values > edge
        group[-1] = False
        return np.asarray(vectors * np.sqrt(np.where(group, values, 0.0)))

    return _of_known(correlation, loadings)
