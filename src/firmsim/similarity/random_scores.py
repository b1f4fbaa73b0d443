"""Random scores: the level that a score without information reaches."""

import numpy as np

from firmsim.typing import Floats


def random_scores(growth: Floats, seed: int) -> Floats:
    """Independent uniform scores in [-1, 1] of every pair of firms.

    Parameters
    ----------
    growth : array of shape (n_days, n_firms)
        Only its number of firms is used.
    seed : int
        Seed of the scores.

    Returns
    -------
    array of shape (n_firms, n_firms)
        Symmetric, zero diagonal.
    """
    n = growth.shape[1]
    upper = np.triu(np.random.default_rng(seed).uniform(-1.0, 1.0, size=(n, n)), 1)
    return np.asarray(upper + upper.T)
