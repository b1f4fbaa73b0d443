"""Partial correlations over pairs of firms without each firm, for jackknife intervals."""

from itertools import combinations_with_replacement

import numpy as np

from firmsim.typing import Floats

_CONDITION = 1e10
"""A correlation matrix with a larger condition number counts as singular."""
_ROUNDING = 1e-12
"""A sum of squares below this share of that of all firms is rounding: the matrix is constant."""


def inverses_without_each(matrices: list[Floats]) -> Floats:
    """Inverted correlations of matrices over pairs of firms, without each firm's pairs.

    Parameters
    ----------
    matrices : list of arrays of shape (n_firms, n_firms)
        Symmetric with a zero diagonal.

    Returns
    -------
    array of shape (n_firms, n_matrices, n_matrices)
        NaN where a matrix then does not vary or is a linear combination of the others.
    """
    n, m = len(matrices[0]), len(matrices)
    pairs = n * (n - 1) / 2
    centred = [matrix - matrix.sum() / (2 * pairs) for matrix in matrices]
    for matrix in centred:
        np.fill_diagonal(matrix, 0.0)
    of_firm = np.stack([matrix.sum(axis=1) for matrix in centred], axis=1)  # (n_firms, m)
    products = np.empty((n, m, m))
    for j, k in combinations_with_replacement(range(m), 2):
        products[:, j, k] = np.einsum("ab,ab->a", centred[j], centred[k])
        products[:, k, j] = products[:, j, k]
    total = products.sum(axis=0) / 2
    left = max(pairs - (n - 1), 1)
    about_mean = total - products - of_firm[:, :, None] * of_firm[:, None, :] / left
    return _inverse(about_mean, np.diagonal(total))


def partial_correlation(inverse: Floats, j: int, k: int) -> Floats:
    """Correlation of two matrices given all others, from inverted correlations (any number)."""
    scale = np.sqrt(inverse[..., j, j] * inverse[..., k, k])
    return np.asarray(np.clip(-inverse[..., j, k] / scale, -1.0, 1.0))


def explained(inverse: Floats, j: int) -> Floats:
    """Share of the variance of a matrix that all others explain, from inverted correlations."""
    return np.asarray(np.clip(1 - 1 / inverse[..., j, j], 0.0, 1.0))


def _inverse(covariance: Floats, everything: Floats) -> Floats:
    """Inverted correlations, NaN where next to nothing is left of the sums of all firms (m,)."""
    variance = np.diagonal(covariance, axis1=1, axis2=2)
    spread = np.sqrt(np.where(variance > _ROUNDING * everything, variance, 0.0))
    scale = spread[:, :, None] * spread[:, None, :]
    correlation = np.divide(covariance, scale, out=np.zeros_like(covariance), where=scale > 0)
    usable = (scale > 0).all(axis=(1, 2))
    usable &= np.linalg.cond(correlation) < _CONDITION
    inverse = np.full_like(covariance, np.nan)
    inverse[usable] = np.linalg.inv(correlation[usable])
    return inverse
