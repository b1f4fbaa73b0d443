"""Cosine of the firms' loadings on principal components."""

import numpy as np
from scipy.linalg import eigh

from firmsim.similarity.correlation import masked_correlation
from firmsim.similarity.spectrum import scores_of_loadings
from firmsim.typing import Floats


def principal_components(q: Floats, components: int) -> Floats:
    """Scores from the leading principal components of the cross-sectional rank correlation.

    Parameters
    ----------
    q : array of shape (n_days, n_firms)
        Normal scores across firms, day by day; NaN where missing. They are centred across firms,
        so that there is one component fewer than there are firms.
    components : int
        Number of components.

    Returns
    -------
    array of shape (n_firms, n_firms)
        `principal` of the `masked_correlation` of q.
    """
    return principal(masked_correlation(q), min(components, q.shape[1] - 1))


def without_market(growth: Floats, components: int) -> Floats:
    """Scores from the principal components of growth rates but the first, which is the market.

    Parameters
    ----------
    growth : array of shape (n_days, n_firms)
        Growth rates (1/year); NaN where missing.
    components : int
        Last component; the first is left out.

    Returns
    -------
    array of shape (n_firms, n_firms)
        `principal` of the `masked_correlation` of the growth rates.
    """
    return principal(masked_correlation(growth), components, first=2)


def principal(correlation: Floats, last: int, first: int = 1) -> Floats:
    r"""Cosine of the firms' loadings on the leading principal components.

    .. math:: s_{ij} = \cos(v_i, v_j), \quad v_{ic} = u_{ic} \sqrt{\lambda_c}, \quad
              c = \mathrm{first}, \dots, \mathrm{last},

    with eigenvalues in falling order. It is the correlation matrix without its noise and, for
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

    def loadings(part: Floats) -> Floats:
        n = len(part)
        count = min(last, n)
        if count < first:
            return np.zeros((n, 1))
        values, vectors = eigh(part, subset_by_index=[n - count, n - first])
        return np.asarray(vectors * np.sqrt(np.maximum(values, 0.0)))

    return scores_of_loadings(correlation, loadings)
