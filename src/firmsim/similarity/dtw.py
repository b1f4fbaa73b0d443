"""Similarity of two firms whose days may be shifted a little: dynamic time warping."""

import numpy as np
from dtaidistance import dtw

from firmsim.similarity.correlation import masked_square_distance
from firmsim.similarity.kernels import gaussian
from firmsim.typing import Floats

BAND = 5
"""Most trading days that a day is shifted by: one week."""


def warped_square_distance(values: Floats) -> Floats:
    r"""Mean squared distance per day of every pair of firms after warping.

    .. math:: d^2_{ij} = \frac{1}{n_{ij}} \min_{\text{paths}} \sum_{(s, t)} (x_{is} - x_{jt})^2

    over the n_ij days that both firms have. A path runs from the first to the last of them without
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
    """
    distance = masked_square_distance(values)
    series = np.ascontiguousarray(values.T)
    observed = ~np.isnan(series)
    for i, j in np.argwhere(np.triu(~np.isnan(distance), 1)):
        common = observed[i] & observed[j]
        # the library counts the diagonal as part of the window; its pruning loses the path where
        # the path is the diagonal, and saves no time
        root = dtw.distance_fast(
            series[i, common], series[j, common], window=BAND + 1, use_pruning=False
        )
        distance[i, j] = distance[j, i] = root**2 / common.sum()
    return distance


def warping(values: Floats) -> Floats:
    """Gaussian kernel of the warped distance: `gaussian` of `warped_square_distance`.

    It takes ten seconds for 431 firms on 2,000 days, and its time grows with pairs times days.
    `comparator_scores` therefore limits both.

    Parameters
    ----------
    values : array of shape (n_days, n_firms)
        Volatility-scaled growth rates; NaN where missing.

    Returns
    -------
    array of shape (n_firms, n_firms)
        Symmetric, in [0, 1]; NaN where a pair has too few common days.
    """
    return gaussian(warped_square_distance(values))
