"""Reused tickers: a long gap, and another firm under the ticker after it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from firmsim.prices.audit.changes import robust_spread
from firmsim.prices.audit.check import Context, Found
from firmsim.prices.audit.constants import CONSTANTS
from firmsim.prices.audit.findings import Finding
from firmsim.prices.audit.runs import runs
from firmsim.typing import Floats


def reused_tickers(panel: pd.DataFrame, context: Context) -> Found:
    """Find tickers of one firm before a long gap and of another after it.

    Three clues are added up as log odds. First, the price moved further over the gap, net of the
    market, than the firm's volatility explains. Second, it moves with other firms than before: its
    loadings on the principal portfolios of the panel differ as those of two firms do. Third, the
    pattern of these loadings is another, whatever their size. ``docs/audit.md`` shows how often the
    decision is right.

    Parameters
    ----------
    panel : DataFrame of shape (n_days, n_firms)
        Prices above zero or missing.
    context : Context
        ``reuse_days`` (trading days of the gap), ``reuse_odds`` (log odds), price changes, and
        gaps: prices that an earlier check masked are no gap.

    Returns
    -------
    Found
        Kind ``ticker_reuse``; prices of the earlier firm are flagged. A gap with fewer than 10
        changes on either side is not checked.
    """
    earlier = np.zeros(panel.shape, dtype=bool)
    rows: list[Finding] = []
    long = [run for run in runs(context.gaps(panel)) if run[2] >= context.settings.reuse_days]
    if not long:
        return Found(rows, {"ticker_reuse": earlier})
    changes = context.changes(panel)
    market = pd.DataFrame(changes.log).median(axis=1).fillna(0).cumsum().to_numpy()
    levels = np.log(panel.to_numpy(dtype=np.float64)) - market[:, None]
    factors, variance = _factors(changes.net, sorted({firm for firm, _, _ in long}))
    for firm, first, days in long:
        back = first + days
        net = np.where(earlier[:, firm], np.nan, changes.net[:, firm])
        sides = [np.flatnonzero(np.isfinite(net[:first]))]
        sides.append(back + np.flatnonzero(np.isfinite(net[back:])))
        if min(map(len, sides)) < CONSTANTS.min_changes:
            continue
        moved = _moved(levels[:, firm], first, back)
        spreads = [max(robust_spread(net[side]).item(), CONSTANTS.least_spread) for side in sides]
        odds = _level_odds(moved, CONSTANTS.gap_drift * max(spreads) * np.sqrt(days + 1))
        before, after = (
            _loadings(net[side] / spread, factors[side])
            for side, spread in zip(sides, spreads, strict=True)
        )
        error = sum(1 / len(side) for side in sides)
        odds += CONSTANTS.loading_weight * _loading_odds(after - before, error, variance)
        cosine = _cosine(before, after, error / 2 + variance)
        odds -= CONSTANTS.cosine_odds * (cosine - CONSTANTS.neutral_cosine)
        if odds > context.settings.reuse_odds:
            earlier[:first, firm] = True
            value = (
                f"another firm after {days} trading days without a price? level x"
                f"{np.exp(moved):.3g} net of the market, volatility x{spreads[1] / spreads[0]:.2g},"
                f" log odds {odds:.1f}"
            )
            rows.append(Finding(panel.columns[firm], panel.index[back], "ticker_reuse", value))
    return Found(rows, {"ticker_reuse": earlier})


def _moved(levels: Floats, first: int, back: int) -> float:
    """Change of one firm's log price level from before row `first` to after row `back`."""
    observed = np.isfinite(levels)
    after, before = levels[back:][observed[back:]], levels[:first][observed[:first]]
    return float(after[0] - before[-1])


def _factors(net: Floats, left_out: list[int]) -> tuple[Floats, Floats]:
    """Principal portfolios of the other firms, and the variance of the loadings on each.

    The portfolios are of shape (n_days, n_factors) and have unit variance.
    """
    clip = CONSTANTS.loading_clip
    spreads = robust_spread(net.T)
    others = np.setdiff1d(np.flatnonzero(spreads > 0), left_out)
    n_chosen = min(len(others), CONSTANTS.portfolio_firms)
    chosen = others[np.linspace(0, len(others) - 1, n_chosen).astype(int)]
    scaled = np.clip(np.nan_to_num(net[:, chosen]) / spreads[chosen], -clip, clip)
    n_factors = min(CONSTANTS.max_portfolios, len(chosen) // 4)
    portfolios = np.linalg.svd(scaled, full_matrices=False)[0][:, :n_factors]
    portfolios = portfolios * np.sqrt(len(net))
    loadings = portfolios.T @ scaled / len(net)
    return portfolios, loadings.var(axis=1) if len(chosen) else np.empty(0)


def _loadings(scaled: Floats, factors: Floats) -> Floats:
    """Ridge regression of scaled net changes on the factors of the same days."""
    x = np.clip(scaled, -CONSTANTS.loading_clip, CONSTANTS.loading_clip)
    gram = factors.T @ factors + CONSTANTS.loading_ridge * np.eye(factors.shape[1])
    return np.asarray(np.linalg.solve(gram, factors.T @ x), dtype=np.float64)


def _level_odds(moved: float, expected: float) -> float:
    """Log odds of two firms by the change of level.

    Two firms: normal with standard deviation 1.2. One firm: Student's t with 4 degrees of freedom,
    scaled to the expected drift.
    """
    apart = CONSTANTS.firms_apart
    two = -((moved / apart) ** 2) / 2 - np.log(apart) - np.log(2 * np.pi) / 2
    one = -2.5 * np.log1p((moved / expected) ** 2 / 4) + np.log(0.375) - np.log(expected)
    return float(two - one)


def _loading_odds(difference: Floats, error: float, variance: Floats) -> float:
    """Log odds of two firms by the loadings: variance across firms or in time."""
    two, one = error + 2 * variance, error + 2 * CONSTANTS.loading_drift * variance
    return float(np.sum(np.log(one / two) + difference**2 * (1 / one - 1 / two)) / 2)


def _cosine(before: Floats, after: Floats, variance: Floats) -> float:
    """Cosine of loadings in units of their standard deviations; neutral without a portfolio."""
    b, a = before / np.sqrt(variance), after / np.sqrt(variance)
    norm = np.linalg.norm(b) * np.linalg.norm(a)
    return float(b @ a / norm) if norm > 0 else CONSTANTS.neutral_cosine
