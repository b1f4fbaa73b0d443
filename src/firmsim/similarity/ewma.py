"""Correlation of growth rates with weights that fall into the past."""

import numpy as np

from firmsim.similarity.correlation import masked_correlation
from firmsim.typing import Floats

HALF_LIFE = 60.0
"""Age at which the weight of a day is half that of the last one (trading days)."""


def ewma(growth: Floats) -> Floats:
    r"""Exponentially weighted correlation of every pair of firms.

    .. math:: w_t = 2^{-(T - t) / 60}

    The weights are those of RiskMetrics (1996), Technical Document, 4th edition. The means that are
    taken off have the same weights.

    Parameters
    ----------
    growth : array of shape (n_days, n_firms)
        Growth rates (1/year); NaN where missing.

    Returns
    -------
    array of shape (n_firms, n_firms)
        Symmetric, in [-1, 1]; NaN where `masked_correlation` is.
    """
    age = np.arange(len(growth))[::-1]
    return masked_correlation(growth, 0.5 ** (age / HALF_LIFE))
