"""Scores from loadings of a correlation matrix, whose eigenvalues the caller chooses or changes.

The matrix may have NaN where a pair is undefined. Such a pair counts as uncorrelated: firms without
common days are then related by the firms with which both have some. Firms whose own correlation is
undefined keep NaN.
"""

from collections.abc import Callable

import numpy as np

from firmsim.typing import Floats


def cosine(rows: Floats) -> Floats:
    """Cosine of every pair of rows, shape (n, n); 0 with a row of zeros. Exactly symmetric."""
    norm = np.linalg.norm(rows, axis=1, keepdims=True)
    unit = rows / np.where(norm > 0, norm, 1.0)
    return np.asarray(unit @ unit.T)


def scores_of_loadings(correlation: Floats, loadings: Callable[[Floats], Floats]) -> Floats:
    """Cosine of the loadings of the firms whose own correlation is defined.

    Parameters
    ----------
    correlation : array of shape (n_firms, n_firms)
        NaN where a pair is undefined.
    loadings : callable
        Maps the part of the matrix that belongs to the m firms with a defined correlation,
        undefined pairs set to 0, to their loadings: an array of shape (m, n_components).

    Returns
    -------
    array of shape (n_firms, n_firms)
        Symmetric, in [-1, 1]; NaN for the other firms.
    """
    defined = ~np.isnan(np.diag(correlation))
    scores = np.full_like(correlation, np.nan)
    if defined.any():
        where = np.ix_(defined, defined)
        part = np.nan_to_num(correlation[where], nan=0.0)
        scores[where] = cosine(loadings(part))
    return scores
