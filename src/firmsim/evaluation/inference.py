"""Intervals of means over firms, windows and seeds, all three drawn again."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from firmsim.association.estimate import CONFIDENCE


def crossed_bootstrap(values: NDArray[np.float64], draws: int, seed: int) -> tuple[float, float]:
    r"""Percentile interval of a mean over crossed units, each kind drawn again by itself.

    .. math:: \theta^* = \sum_{w,k,i} a_w b_k c_i x_{wki},

    a, b and c being the shares that windows, seeds and firms have in a draw with replacement: the
    pigeonhole bootstrap of Owen (2007), Annals of Applied Statistics 1(2). Firms are drawn
    independently of windows because the same firms stand in every window; an interval over
    windows alone would not say what other firms would have shown. It is conservative.

    Parameters
    ----------
    values : array of shape (n_windows, n_seeds, n_firms)
        What each firm contributes, such as jackknife pseudo-values or their differences between
        two methods; nothing missing.
    draws : int
        Number of draws.
    seed : int
        Of the draws; two calls with the same seed and shape draw the same units.

    Returns
    -------
    (float, float)
        2.5th and 97.5th percentile.
    """
    of_windows, of_seeds, of_firms = _shares(values.shape, draws, seed)
    drawn = np.tensordot(of_firms, values, axes=(1, 2))
    means = np.einsum("bw,bk,bwk->b", of_windows, of_seeds, drawn)
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(means, [tail, 1 - tail])
    return float(low), float(high)


@lru_cache(maxsize=8)
def _shares(shape: tuple[int, ...], draws: int, seed: int) -> list[NDArray[np.float64]]:
    """Share of each unit in each draw, by kind: (draws, size); kept, for tables ask again."""
    rng = np.random.default_rng(seed)
    return [rng.multinomial(size, np.full(size, 1 / size), draws) / size for size in shape]
