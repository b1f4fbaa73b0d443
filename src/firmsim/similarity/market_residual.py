"""Correlation of what the market leaves of growth rates."""

import numpy as np

from firmsim.growth import mean_of_others
from firmsim.similarity.correlation import masked_correlation
from firmsim.typing import Floats

_ROUNDING = 1e-20
"""A residual below this share of the sum of squares is rounding: the market explains it all."""


def market_residual(growth: Floats) -> Floats:
    r"""Correlation of every pair of firms' residuals from the market.

    .. math:: \mu_{it} = a_i + b_i m_{it} + e_{it}, \qquad s_{ij} = \mathrm{corr}(e_i, e_j)

    m_it is the mean growth rate of the other firms: the single-index model of Sharpe (1963),
    Management Science 9(2). Leaving the firm itself out of its market matters when firms are few.

    Parameters
    ----------
    growth : array of shape (n_days, n_firms)
        Growth rates (1/year); NaN where missing.

    Returns
    -------
    array of shape (n_firms, n_firms)
        Symmetric, in [-1, 1]; NaN where a pair has too few common days, or where the market
        explains all of a firm's growth rates.
    """
    return masked_correlation(_residuals(growth))


def _residuals(growth: Floats) -> Floats:
    """Remainder of each firm's growth rates after regression on the mean of the other firms."""
    market, usable = mean_of_others(growth)
    days = np.maximum(usable.sum(axis=0), 1)
    market = np.where(usable, market - market.sum(axis=0) / days, 0.0)
    own = np.where(usable, growth, 0.0)
    variance = (market**2).sum(axis=0)
    slope = (market * own).sum(axis=0) / np.where(variance > 0, variance, 1.0)
    mean = own.sum(axis=0) / days
    residual = np.where(usable, own - mean - slope * market, 0.0)
    rounding = (residual**2).sum(axis=0) <= _ROUNDING * (own**2).sum(axis=0)
    return np.where(usable & ~rounding, residual, np.nan)
