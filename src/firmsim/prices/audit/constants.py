"""Tuned constants of the audit: one value, one sentence and one unit each.

Thresholds that a user sets are in section ``audit`` of the configuration. These constants come from
the literature, or were tuned on the panels of docs/audit.md with ``tools/audit_accuracy.py``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Constants:
    """Constants of all checks; a price change is a difference of log prices over one day."""

    # price changes and large moves
    min_changes: int = 10
    """Fewest price changes that give a spread (days)."""
    least_spread: float = 1e-4
    """Least spread of a firm, such as that of a constant price (log price change)."""
    tail_power: float = 4.0
    """Power of a large return with which its density falls (Cont, 2001: a tail index of 3)."""
    aftershocks: tuple[float, ...] = (2.2, 1.5, 1.5, 1.5, 1.5)
    """Volatility on the days after news, first day first (multiples of the firm's usual spread)."""
    falls_per_rise: float = 1.65
    """Falls per rise among moves of at least 0.3 (log) on three real panels (ratio)."""
    habit_cap: float = 0.5
    """Size at which a move counts in full towards its firm's habit (log price change)."""
    pinned_days: int = 20
    """Days after a move that decide whether its price is pinned (days)."""
    year_days: int = 250
    """Days before a move that give the usual spread of its price (days)."""
    pinned_share: float = 0.3
    """Share of its usual spread below which a price is pinned, as after a bid (ratio)."""

    # spikes and jumps
    reversal_spreads: float = 3.0
    """Largest sum of two moves that cancel each other (robust standard deviations)."""
    large_rise: float = math.log(1.5)
    """Rise above which aftershocks no longer speak for news (log price change)."""

    # splits
    split_ratios: tuple[float, ...] = (1.5, 2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 20, 25, 30, 40, 50)
    """New shares per old share, or the inverse; smaller ones (5 for 4) look like news (ratio)."""
    split_spreads: float = 4.0
    """Largest distance of a move from a split ratio (robust standard deviations)."""

    # units
    unit_factor: float = 100.0
    """Ratio of two units of one currency, such as pounds and pence (ratio)."""
    unit_tolerance: float = 0.5
    """Largest distance of a step from that ratio, for the move of the day (log price change)."""
    unit_days: int = 10
    """Most days between two prices whose step can be a change of unit (days)."""

    # dividends
    dividend_cap: float = 0.99
    """Largest dividend (share of the price)."""
    adjusted_share: float = 0.5
    """Least share of the dividends paid that adjusted prices must contain (ratio)."""

    # identical series and share classes
    copy_days: int = 20
    """Length of the blocks of equal prices that make two firms candidates for a copy (days)."""
    copy_share: float = 0.9
    """Least share of equal prices on common days of two identical series (ratio)."""
    class_changes: int = 60
    """Fewest common price changes of two share classes (days)."""
    class_clip: float = 0.2
    """Size at which a change is clipped before two firms are correlated (log price change)."""

    # reused tickers
    firms_apart: float = 1.2
    """Standard deviation of the log ratio of two firms' prices (log price)."""
    gap_drift: float = 1.3
    """Drift of a price per square root of a day in a gap (multiples of its daily spread)."""
    max_portfolios: int = 30
    """Most principal portfolios that describe a firm; a quarter of the firms at most (count)."""
    portfolio_firms: int = 300
    """Most firms that the principal portfolios are made of (count)."""
    loading_clip: float = 4.0
    """Size at which a change is clipped before it is regressed (robust standard deviations)."""
    loading_ridge: float = 20.0
    """Ridge penalty on a loading (days of changes with unit variance)."""
    loading_drift: float = 0.3
    """Variance of one firm's loadings in time, relative to the variance across firms (ratio)."""
    loading_weight: float = 0.3
    """Weight of the loadings' log odds, which depend on one another (ratio)."""
    neutral_cosine: float = 0.3
    """Cosine of the loadings before and after a gap that favours neither one firm nor two (ratio).

    A firm's loadings grow and shrink with the market; their pattern stays."""
    cosine_odds: float = 3.0
    """Decrease of the odds of two firms per unit of cosine above the neutral one (log odds)."""


CONSTANTS = Constants()
"""The constants that every check reads."""
