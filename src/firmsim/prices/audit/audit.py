"""The audit: checks on prices before anything is learnt from them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from firmsim.config import Audit
from firmsim.errors import PriceError
from firmsim.firms import MIN_FIRMS
from firmsim.prices.audit.adjustment import not_adjusted
from firmsim.prices.audit.changes import Changes, changes_of, moves
from firmsim.prices.audit.checks import (
    gaps,
    inner_gaps,
    nonpositive_prices,
    short_histories,
    stale_runs,
)
from firmsim.prices.audit.copies import identical_series, share_classes
from firmsim.prices.audit.findings import Findings
from firmsim.prices.audit.jumps import jumps, spikes
from firmsim.prices.audit.panel import panel_of
from firmsim.prices.audit.reuse import reused_tickers
from firmsim.prices.audit.splits import splits
from firmsim.prices.audit.units import unit_errors
from firmsim.prices.sessions import closed_days


def audit(
    series: Sequence[pd.Series],
    settings: Audit,
    quotes: Mapping[str, pd.DataFrame] | None = None,
    calendars: Mapping[str, str] | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Check prices and leave out what cannot be trusted.

    Nothing is filled or corrected: a price is kept, missing, or gone with its firm.

    Parameters
    ----------
    series : sequence of Series
        As a source gave them: name = ticker, index of days in any order.
    settings : Audit
        Thresholds, and for each kind of finding what to do: ``note`` it, ``mask`` the price,
        ``drop`` the firm, or ``stop``.
    quotes : mapping of str to DataFrame, optional
        Of the firms whose dividends are known; see `firmsim.prices.raw.RawPrices`.
    calendars : mapping of str to str, optional
        Ticker -> calendar of its exchange, where it is known; see `firmsim.prices.sessions`.

    Returns
    -------
    prices : DataFrame of shape (n_days, n_firms), float64
        Index ``date``, sorted and unique; prices above zero or missing.
    findings : DataFrame
        Columns ticker, date (ISO, the first day concerned), kind, value, action.

    Raises
    ------
    PriceError
        A finding whose action is ``stop``; fewer than 3 firms are left; or on no two days do 3
        firms have a price.
    """
    panel, findings = examine(series, settings, quotes, calendars)
    dropped = findings.dropped()
    left = panel.drop(columns=list(dropped)).dropna(how="all")
    _refuse_too_little(left, dropped, settings)
    return left, findings.table()


def examine(
    series: Sequence[pd.Series],
    settings: Audit,
    quotes: Mapping[str, pd.DataFrame] | None = None,
    calendars: Mapping[str, str] | None = None,
    *,
    stops: bool = True,
) -> tuple[pd.DataFrame, Findings]:
    """Run every check, without asking whether enough is left.

    Parameters
    ----------
    series, settings, quotes, calendars
        As `audit`.
    stops : bool
        Whether a finding whose action is ``stop`` does; else it is listed.

    Returns
    -------
    panel : DataFrame of shape (n_days, n_firms), float64
        Masked prices of all firms, those to be dropped too.
    findings : Findings
        In the order they were found.

    Raises
    ------
    PriceError
        A finding whose action is ``stop``, unless `stops` is false.
    """
    findings = Findings(settings.actions, stops=stops)
    panel = panel_of(series, findings)
    empty = inner_gaps(panel)
    gaps(panel, empty, settings.gap_days, calendars or {}, findings)
    panel = panel.mask(nonpositive_prices(panel, findings))
    identical_series(panel, findings)
    closed = closed_days(panel, calendars or {})
    stale = stale_runs(panel, closed, settings.stale_days, findings)
    panel = findings.masked(panel, "stale_run", stale.runs)
    panel = findings.masked(panel, "backfilled_start", stale.starts)
    panel = findings.masked(panel, "unit_error", unit_errors(panel, findings))
    unadjusted = not_adjusted(panel, quotes or {}, findings)
    changes = changes_of(panel, closed)
    reused = reused_tickers(panel, empty, changes, settings, findings)
    panel = findings.masked(panel, "ticker_reuse", reused)
    stepped, jumped = steps(panel, changes.without(reused), settings, findings)
    panel = findings.masked(panel, "not_adjusted", unadjusted)
    panel = findings.masked(panel, "split", stepped)
    panel = findings.masked(panel, "jump", jumped)
    left = panel.drop(columns=list(findings.dropped()))
    share_classes(left, settings.share_correlation, findings)
    short_histories(left, settings.min_history, findings)
    return panel, findings


def steps(
    panel: pd.DataFrame, changes: Changes, settings: Audit, findings: Findings
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Find single days far off: wrong prices, splits, and what is left of the jumps.

    A rise after which the price is pinned is a bid, and none of these.

    Parameters
    ----------
    panel : DataFrame of shape (n_days, n_firms)
        Prices above zero or missing.
    changes : Changes
        Of the panel.
    settings : Audit
        Thresholds.
    findings : Findings
        Written to, kinds ``split`` and ``jump``.

    Returns
    -------
    stepped, jumped : array of bool, shape (n_days, n_firms)
        Where they are; no day is both.
    """
    wrong = spikes(panel, changes, settings, findings)
    rest = changes.without(wrong)
    large = moves(rest, settings.jump_floor, settings.jump_window)
    large = large.where(~((large.log > 0) & large.pinned))
    stepped = splits(panel, large, settings, findings).flags(panel.shape)
    large = large.where(~stepped[large.day, large.firm])
    jumped = jumps(panel, large, settings, findings).flags(panel.shape)
    return stepped, wrong | jumped


def _refuse_too_little(panel: pd.DataFrame, dropped: dict[str, str], settings: Audit) -> None:
    """Raise when what is left cannot be compared."""
    n_days, n_firms = panel.shape
    counts = Counter(dropped.values())
    why = ", ".join(f"{count} for {kind}" for kind, count in sorted(counts.items()))
    why = why or "none was dropped"
    advice = "give more firms or mend their prices"
    if "short_history" in counts:
        advice = f"lower audit.min_history ({settings.min_history} prices) or give more days"
    if n_firms < MIN_FIRMS:
        message = (
            f"{n_firms} of {n_firms + len(dropped)} firms are left after the audit, at least "
            f"{MIN_FIRMS} are needed ({why}); {advice}"
        )
        raise PriceError(message)
    common = int((panel.notna().sum(axis=1) >= MIN_FIRMS).sum())
    if common < 2:
        message = (
            f"the {n_firms} firms have no common dates: on {common} of {n_days} days do "
            f"{MIN_FIRMS} or more have a price, and 2 such days are needed ({why} by the audit)"
        )
        raise PriceError(message)
