"""Cross-sectional rank correlation with its eigenvalues raised to a power."""

import numpy as np
from scipy.linalg import eigh

from firmsim.similarity.correlation import masked_correlation
from firmsim.similarity.spectrum import scores_of_loadings
from firmsim.typing import Floats


def shaped_rank_correlation(q: Floats, power: float) -> Floats:
    """Correlation of normal scores across firms, its eigenvalues raised to a power.

    Parameters
    ----------
    q : array of shape (n_days, n_firms)
        Normal scores across firms, day by day; NaN where missing.
    power : float
        Exponent of the eigenvalues.

    Returns
    -------
    array of shape (n_firms, n_firms)
        `shaped` of the `masked_correlation` of q.
    """
    return shaped(masked_correlation(q), power)


def shaped(correlation: Floats, power: float) -> Floats:
    r"""Raise the eigenvalues of a correlation matrix to a power, then rescale to unit diagonal.

    .. math:: S = V \mathrm{diag}(\max(\lambda, 0)^g) V^T, \qquad
              s_{ij} = S_{ij} / \sqrt{S_{ii} S_{jj}}

    A power above 1 favours what many firms share over what few do. It is the opposite of shrinking
    the eigenvalues towards each other (Ledoit and Wolf 2004, Journal of Multivariate Analysis
    88(2)).

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

    def loadings(part: Floats) -> Floats:
        values, vectors = eigh(part)
        return np.asarray(vectors * np.maximum(values, 0.0) ** (power / 2))

    return scores_of_loadings(correlation, loadings)
