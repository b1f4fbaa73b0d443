"""Similarity of the 22 canonical time-series features of two firms."""

import numpy as np
import pycatch22

from firmsim.similarity.correlation import scorable
from firmsim.similarity.spectrum import cosine
from firmsim.typing import Floats


def catch22(growth: Floats) -> Floats:
    """Cosine of the firms' Catch22 features, standardised across firms.

    The features are those of Lubba et al. (2019), Data Mining and Knowledge Discovery 33. They
    describe distribution, autocorrelation, entropy and outliers of a standardised series. They
    compare how firms move, not whether they move on the same days.

    Parameters
    ----------
    growth : array of shape (n_days, n_firms)
        Growth rates (1/year); NaN where missing. A firm's missing days are left out of its series.

    Returns
    -------
    array of shape (n_firms, n_firms)
        Symmetric, in [-1, 1]; NaN for firms that have too few days or never move.
    """
    moving = scorable(growth)
    scores = np.full((growth.shape[1],) * 2, np.nan)
    if not moving.any():
        return scores
    rows = []
    for column in growth[:, moving].T:
        series = column[~np.isnan(column)]
        standard = (series - series.mean()) / series.std()
        rows.append(pycatch22.catch22_all(standard.tolist())["values"])
    features = np.array(rows, dtype=np.float64)  # (n_firms, 22)
    spread = features.std(axis=0)
    # a feature that is undefined, or the same for all firms, says nothing
    informative = np.isfinite(spread) & (spread > 1e-12 * np.abs(features).max(axis=0))
    standard = (features[:, informative] - features[:, informative].mean(axis=0)) / spread[
        informative
    ]
    scores[np.ix_(moving, moving)] = cosine(standard)
    return scores
