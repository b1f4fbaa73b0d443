"""A ticker that a second firm took over: a long gap, and another firm after it."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from firmsim.config import Audit
from firmsim.prices.audit.changes import FEWEST, LEAST_SPREAD, Changes, Floats, robust_spread
from firmsim.prices.audit.checks import runs
from firmsim.prices.audit.findings import Findings

APART = 1.2
"""Standard deviation of the log ratio of two firms' prices."""
DRIFT = 1.3
"""Times its daily spread that a firm's price drifts, per root of the days of the gap."""
FACTORS = 30
"""Principal portfolios a firm's co-movement is described by; a quarter of the firms at most."""
PANEL = 300
"""Firms the portfolios are made of."""
LIMIT = 4.0
"""Robust standard deviations at which one day stops counting more."""
RIDGE = 20.0
"""Days' worth of doubt in a loading."""
LASTING = 0.3
"""Part of the variance of loadings across firms by which one firm's own drift in time."""
WEIGHT = 0.3
"""Of the loadings' log odds, which are not independent of one another."""
LIKE = 0.3
"""Cosine of the loadings before and after that speaks for one firm as much as for two: the size of
a firm's loadings comes and goes with the market, their pattern stays."""
LIKENESS = 3.0
"""Log odds of two firms that each unit of the cosine above that takes away."""


def reused_tickers(
    panel: pd.DataFrame,
    empty: NDArray[np.bool_],
    changes: Changes,
    settings: Audit,
    findings: Findings,
) -> NDArray[np.bool_]:
    """Find tickers that stand for one firm before a long gap and for another after it.

    Three clues are added up as log odds. The price has moved further, net of the market, than the
    firm's volatility lets it in so many days. It moves with other firms than before: its loadings
    on the principal portfolios of the panel differ as two firms' do, not as one's do in time. And
    their pattern, whatever their size, is another. ``docs/audit.md`` shows how often that is right.

    Parameters
    ----------
    panel : DataFrame of shape (n_days, n_firms)
        Prices above zero or missing.
    empty : array of bool, shape (n_days, n_firms)
        Days without a price in the source, inside a firm's history; what an earlier check took out
        is no gap.
    changes : Changes
        Of the panel.
    settings : Audit
        ``reuse_days`` (trading days of the gap), ``reuse_odds`` (log odds).
    findings : Findings
        Written to, kind ``ticker_reuse``.

    Returns
    -------
    array of bool, shape (n_days, n_firms)
        Prices of the earlier firm. A side with fewer than 10 changes is not asked.
    """
    earlier = np.zeros(panel.shape, dtype=bool)
    long = [run for run in runs(empty) if run[2] >= settings.reuse_days]
    if not long:
        return earlier
    market = pd.DataFrame(changes.log).median(axis=1).fillna(0).cumsum().to_numpy()
    levels = np.log(panel.to_numpy(dtype=np.float64)) - market[:, None]
    factors, variance = _factors(changes.net, sorted({firm for firm, _, _ in long}))
    for firm, first, days in long:
        back = first + days
        own = np.where(earlier[:, firm], np.nan, changes.net[:, firm])
        sides = [np.flatnonzero(np.isfinite(own[:first]))]
        sides.append(back + np.flatnonzero(np.isfinite(own[back:])))
        if min(map(len, sides)) < FEWEST:
            continue
        known = np.isfinite(levels[:, firm])
        moved = levels[back:, firm][known[back:]][0] - levels[:first, firm][known[:first]][-1]
        spreads = [max(robust_spread(own[rows]).item(), LEAST_SPREAD) for rows in sides]
        odds = _level_odds(moved, DRIFT * max(spreads) * np.sqrt(days + 1))
        before, after = (
            _loadings(own[rows] / spread, factors[rows])
            for rows, spread in zip(sides, spreads, strict=True)
        )
        error = sum(1 / len(rows) for rows in sides)
        odds += WEIGHT * _loading_odds(after - before, error, variance)
        odds -= LIKENESS * (_cosine(before, after, error / 2 + variance) - LIKE)
        if odds > settings.reuse_odds:
            earlier[:first, firm] = True
            value = (
                f"another firm after {days} trading days without a price? level x"
                f"{np.exp(moved):.3g} net of the market, volatility x{spreads[1] / spreads[0]:.2g},"
                f" log odds {odds:.1f}"
            )
            findings.add(panel.columns[firm], panel.index[back], "ticker_reuse", value)
    return earlier


def _factors(net: Floats, left_out: list[int]) -> tuple[Floats, Floats]:
    """Principal portfolios of the other firms, and the variance of the loadings on each.

    The portfolios are of shape (n_days, n_factors) and have unit variance.
    """
    spreads = robust_spread(net.T)
    others = np.setdiff1d(np.flatnonzero(spreads > 0), left_out)
    chosen = others[np.linspace(0, len(others) - 1, min(len(others), PANEL)).astype(int)]
    scaled = np.clip(np.nan_to_num(net[:, chosen]) / spreads[chosen], -LIMIT, LIMIT)
    portfolios = np.linalg.svd(scaled, full_matrices=False)[0][:, : min(FACTORS, len(chosen) // 4)]
    portfolios = portfolios * np.sqrt(len(net))
    loadings = portfolios.T @ scaled / len(net)
    return portfolios, loadings.var(axis=1) if len(chosen) else np.empty(0)


def _loadings(scaled: Floats, factors: Floats) -> Floats:
    """Ridge regression of scaled net changes on the factors of the same days."""
    x = np.clip(scaled, -LIMIT, LIMIT)
    gram = factors.T @ factors + RIDGE * np.eye(factors.shape[1])
    return np.asarray(np.linalg.solve(gram, factors.T @ x), dtype=np.float64)


def _level_odds(moved: float, expected: float) -> float:
    """Log odds of two firms: normal with `APART`, against Student's t (4 degrees) as expected."""
    two = -((moved / APART) ** 2) / 2 - np.log(APART) - np.log(2 * np.pi) / 2
    one = -2.5 * np.log1p((moved / expected) ** 2 / 4) + np.log(0.375) - np.log(expected)
    return float(two - one)


def _loading_odds(difference: Floats, error: float, variance: Floats) -> float:
    """Log odds of two firms: normal with the variance between firms, against that in time."""
    two, one = error + 2 * variance, error + 2 * LASTING * variance
    return float(np.sum(np.log(one / two) + difference**2 * (1 / one - 1 / two)) / 2)


def _cosine(before: Floats, after: Floats, variance: Floats) -> float:
    """Cosine of loadings in their standard deviations; `LIKE` without a portfolio."""
    b, a = before / np.sqrt(variance), after / np.sqrt(variance)
    norm = np.linalg.norm(b) * np.linalg.norm(a)
    return float(b @ a / norm) if norm > 0 else LIKE
