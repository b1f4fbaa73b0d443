"""A ticker that a second firm took over: a long gap, and another firm after it."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from firmsim.config import Audit
from firmsim.prices.changes import FEWEST, LEAST_SPREAD, Changes, Floats, robust_spread
from firmsim.prices.checks import runs
from firmsim.prices.findings import Findings

APART = 1.2
"""Standard deviation of the log ratio of two firms' prices."""
DRIFT = 1.3
"""Times its daily spread that a firm's price drifts, per root of the days of the gap."""
LIMIT = 0.1
"""Log price change at which one day stops counting more."""
TYPICAL = 0.4
"""Correlation of co-movement profiles halfway between one firm's and two firms'."""
PROFILE = 4.0
"""Log odds that a whole unit of that correlation is worth."""
FEWEST_FIRMS = 10
"""Firms that a co-movement profile needs."""


def reused_tickers(
    panel: pd.DataFrame,
    empty: NDArray[np.bool_],
    changes: Changes,
    settings: Audit,
    findings: Findings,
) -> NDArray[np.bool_]:
    """Find tickers that stand for one firm before a long gap and for another after it.

    Three clues are added up as log odds: the price has moved further, net of the market, than the
    firm's volatility lets it in so many days; the volatility is another; and so is the profile of
    co-movement, the correlations of its net changes with those of all other firms, before and
    after. (`docs/audit.md` shows how often they are right.)

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
    logs = np.log(panel.to_numpy(dtype=np.float64))
    market = pd.DataFrame(changes.log).median(axis=1).fillna(0).cumsum().to_numpy()
    earlier = np.zeros(panel.shape, dtype=bool)
    for firm, first, days in runs(empty):
        back = first + days
        own = np.where(earlier[:, firm], np.nan, changes.net[:, firm])
        sides = slice(0, first), slice(back, len(own))
        if days < settings.reuse_days or min(_count(own[side]) for side in sides) < FEWEST:
            continue
        spreads = np.array([robust_spread(own[side]).item() for side in sides])
        spreads = np.maximum(spreads, LEAST_SPREAD)
        levels = logs[:, firm] - market
        known = np.isfinite(levels)
        moved = levels[back:][known[back:]][0] - levels[:first][known[:first]][-1]
        likeness = _likeness(*(_profile(own[side], changes.net[side], firm) for side in sides))
        odds = (
            _level_odds(moved, DRIFT * spreads.max() * np.sqrt(days + 1))
            + _spread_odds(np.log(spreads[1] / spreads[0]))
            + (PROFILE * (TYPICAL - likeness) if np.isfinite(likeness) else 0.0)
        )
        if odds > settings.reuse_odds:
            earlier[:first, firm] = True
            alike = f", likeness {likeness:.2f}" if np.isfinite(likeness) else ""
            value = (
                f"another firm after {days} trading days without a price? level "
                f"x{np.exp(moved):.3g} net of the market, volatility "
                f"x{spreads[1] / spreads[0]:.2g}{alike}"
            )
            findings.add(panel.columns[firm], panel.index[back], "ticker_reuse", value)
    return earlier


def _level_odds(moved: float, expected: float) -> float:
    """Log odds of two firms: normal with `APART`, against Student's t (4 degrees) as expected."""
    two = -((moved / APART) ** 2) / 2 - np.log(APART) - np.log(2 * np.pi) / 2
    one = -2.5 * np.log1p((moved / expected) ** 2 / 4) + np.log(0.375) - np.log(expected)
    return float(two - one)


def _spread_odds(ratio: float) -> float:
    """Log odds of two firms by their log ratio of spreads: normal, 0.6 against 0.3."""
    return float(ratio**2 / 2 * (1 / 0.3**2 - 1 / 0.6**2) - np.log(2))


def _profile(own: Floats, net: Floats, firm: int) -> Floats:
    """Correlation with every other firm's net changes; missing for itself and where unknown."""
    x = np.clip(np.nan_to_num(own), -LIMIT, LIMIT)
    others = np.clip(np.nan_to_num(net), -LIMIT, LIMIT)
    with np.errstate(divide="ignore", invalid="ignore"):
        scores: Floats = x @ others / np.sqrt((x**2).sum() * (others**2).sum(axis=0))
    scores[firm] = np.nan
    return scores


def _likeness(before: Floats, after: Floats) -> float:
    """Correlation of two profiles; missing with fewer than 10 firms in both."""
    known = np.isfinite(before) & np.isfinite(after)
    if known.sum() < FEWEST_FIRMS:
        return np.nan
    return float(np.corrcoef(before[known], after[known])[0, 1])


def _count(values: Floats) -> int:
    return int(np.isfinite(values).sum())
