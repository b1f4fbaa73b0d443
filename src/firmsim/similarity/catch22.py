"""Likeness of the 22 canonical time-series features of two firms."""

import numpy as np
from numpy.typing import NDArray

from firmsim.errors import ConfigError
from firmsim.similarity.correlation import scorable
from firmsim.similarity.spectrum import cosine

try:
    import pycatch22
except ModuleNotFoundError:
    pycatch22 = None

Array = NDArray[np.float64]


def catch22(growth: Array) -> Array:
    r"""Cosine of the firms' Catch22 features, standardised across firms.

    Features are those of Lubba et al. (2019), Data Mining and Knowledge Discovery 33: distribution,
    autocorrelation, entropy and outliers of a series, which is standardised first. They compare
    how firms move, not whether they move on the same days.

    Parameters
    ----------
    growth : array of shape (n_days, n_firms)
        Growth rates (1/year); NaN where missing. Days a firm misses are left out of its series.

    Returns
    -------
    array of shape (n_firms, n_firms)
        Symmetric, in [-1, 1]; NaN for firms that have too few days or never move.

    Raises
    ------
    ConfigError
        pycatch22 is not installed.
    """
    if pycatch22 is None:
        message = (
            "similarity.comparators: 'catch22' needs the package pycatch22, whose licence (GPL-3) "
            "keeps it out of requirements.lock; install it with pip, or leave the comparator out"
        )
        raise ConfigError(message)
    known = scorable(growth)
    scores = np.full((growth.shape[1],) * 2, np.nan)
    if not known.any():
        return scores
    rows = []
    for column in growth[:, known].T:
        series = column[~np.isnan(column)]
        standard = (series - series.mean()) / series.std()
        rows.append(pycatch22.catch22_all(standard.tolist())["values"])
    features = np.array(rows, dtype=np.float64)  # (n_firms, 22)
    spread = features.std(axis=0)
    # A feature that is the same for all firms tells nothing, and so does one that is undefined.
    told = np.isfinite(spread) & (spread > 1e-12 * np.abs(features).max(axis=0))
    standard = (features[:, told] - features[:, told].mean(axis=0)) / spread[told]
    scores[np.ix_(known, known)] = cosine(standard)
    return scores
