"""Likeness of two firms when days may be shifted a little: dynamic time warping."""

import math

import numpy as np
from dtaidistance import dtw
from numpy.typing import NDArray

from firmsim.errors import ConfigError
from firmsim.similarity.correlation import masked_square_distance
from firmsim.similarity.kernels import gaussian

Array = NDArray[np.float64]

BAND = 5
"""Most trading days that a day is shifted by: one week."""
MOST = 1_000_000_000
"""Most pairs of firms times days: a minute on one core."""


def most_firms(n_days: int) -> int:
    """Most firms that can be compared on so many days."""
    return (1 + math.isqrt(1 + 8 * (MOST // n_days))) // 2


def warped_square_distance(values: Array) -> Array:
    r"""Squared distance of every pair of firms after warping, by day.

    .. math:: d^2_{ij} = \frac{1}{n_{ij}} \min_{\text{paths}} \sum_{(s, t)} (x_{is} - x_{jt})^2

    over the n_ij days that both have; a path runs from the first to the last of them without
    going back, and stays within a band of 5 days (Sakoe and Chiba 1978, IEEE Transactions on
    Acoustics, Speech and Signal Processing 26).

    Parameters
    ----------
    values : array of shape (n_days, n_firms)
        Volatility-scaled growth rates; NaN where missing.

    Returns
    -------
    array of shape (n_firms, n_firms)
        Symmetric, zero diagonal; at most the `masked_square_distance`, and NaN where that is.

    Raises
    ------
    ConfigError
        There are more than 1e9 pairs times days.
    """
    n_days, n_firms = values.shape
    if n_firms > most_firms(n_days):
        message = (
            f"similarity.comparators: 'dtw' compares at most {MOST:,} pairs of firms times days; "
            f"{n_firms:,} firms on {n_days:,} days are {n_firms * (n_firms - 1) // 2 * n_days:,}; "
            "leave it out, or score fewer firms"
        )
        raise ConfigError(message)
    distance = masked_square_distance(values)
    series = np.ascontiguousarray(values.T)
    observed = ~np.isnan(series)
    for i, j in np.argwhere(np.triu(~np.isnan(distance), 1)):
        common = observed[i] & observed[j]
        # The library counts the diagonal as part of the window; its pruning loses the path where
        # that is the diagonal, and gains nothing.
        root = dtw.distance_fast(
            series[i, common], series[j, common], window=BAND + 1, use_pruning=False
        )
        distance[i, j] = distance[j, i] = root**2 / common.sum()
    return distance


def warping(values: Array) -> Array:
    """Gaussian kernel of the warped distance: `gaussian` of `warped_square_distance`.

    Slow: ten seconds for 431 firms on 2,000 days, growing with pairs times days, whence the limit
    on both.

    Parameters
    ----------
    values : array of shape (n_days, n_firms)
        Volatility-scaled growth rates; NaN where missing.

    Returns
    -------
    array of shape (n_firms, n_firms)
        Symmetric, in [0, 1]; NaN where a pair has too few common days.

    Raises
    ------
    ConfigError
        There are more than 1e9 pairs times days.
    """
    return gaussian(warped_square_distance(values))
