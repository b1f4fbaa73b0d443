"""The audit: checks on prices before anything is learnt from them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from firmsim.config import Audit
from firmsim.errors import PriceError
from firmsim.firms import MIN_FIRMS
from firmsim.prices.audit.adjustment import not_adjusted
from firmsim.prices.audit.check import Context, Stage
from firmsim.prices.audit.findings import Findings
from firmsim.prices.audit.gaps import gaps
from firmsim.prices.audit.history import short_histories
from firmsim.prices.audit.identical import identical_series
from firmsim.prices.audit.jumps import jumps
from firmsim.prices.audit.nonpositive import nonpositive_prices
from firmsim.prices.audit.panel import panel_of
from firmsim.prices.audit.reuse import reused_tickers
from firmsim.prices.audit.share_classes import share_classes
from firmsim.prices.audit.spikes import spikes
from firmsim.prices.audit.splits import splits
from firmsim.prices.audit.stale import stale_prices
from firmsim.prices.audit.units import unit_errors

STAGES: tuple[Stage, ...] = (
    Stage((gaps, nonpositive_prices)),
    Stage((identical_series, stale_prices)),
    Stage((unit_errors,)),
    # One masked price hides two changes, so these read the same prices. What reused tickers and
    # spikes explain, the checks after them leave out.
    Stage((not_adjusted, reused_tickers, spikes, splits, jumps)),
    Stage((share_classes, short_histories), all_firms=False),
)
"""Every check, in order; a new one is a file of its own and an entry here."""


def audit(
    series: Sequence[pd.Series],
    settings: Audit,
    quotes: Mapping[str, pd.DataFrame] | None = None,
    calendars: Mapping[str, str] | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Check prices and leave out what cannot be trusted.

    Nothing is filled or corrected: a price is kept, missing, or dropped with its firm.

    Parameters
    ----------
    series : sequence of Series
        Prices from a source: name = ticker, index of days in any order.
    settings : Audit
        Thresholds, and the action on each kind of finding: ``note`` it, ``mask`` the price,
        ``drop`` the firm, or ``stop``.
    quotes : mapping of str to DataFrame, optional
        Ticker -> closing prices and dividends, see `firmsim.prices.raw.RawPrices`.
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
        A finding has the action ``stop``, fewer than 3 firms are left, or there are no two days on
        which 3 firms have a price.

    Examples
    --------
    >>> days = pd.bdate_range("2024-01-01", periods=4)
    >>> steps = {"A": [1, 2, 3, 4], "B": [4, 2, 3, 5], "C": [3, 0, 5, 4]}
    >>> series = [pd.Series(prices, days, "float", name) for name, prices in steps.items()]
    >>> prices, findings = audit(series, Audit(min_history=2))
    >>> prices["C"].tolist()
    [3.0, nan, 5.0, 4.0]
    >>> findings[["ticker", "date", "kind", "value"]].to_numpy().tolist()
    [['C', '2024-01-02', 'nonpositive_price', 'price 0']]
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
    """Run every check, whatever is left of the prices.

    Parameters
    ----------
    series, settings, quotes, calendars
        As `audit`.
    stops : bool
        Whether a finding with the action ``stop`` raises; otherwise it is listed.

    Returns
    -------
    panel : DataFrame of shape (n_days, n_firms), float64
        Masked prices of all firms, including those to drop.
    findings : Findings
        In the order of the checks.

    Raises
    ------
    PriceError
        A finding has the action ``stop``, unless `stops` is false.
    """
    findings = Findings(settings.actions, stops=stops)
    panel, joined = panel_of(series)
    findings.record(joined)
    context = Context(settings, panel, calendars or {}, quotes or {})
    for stage in STAGES:
        panel = run_stage(stage, panel, context, findings)
    return panel, findings


def run_stage(
    stage: Stage, panel: pd.DataFrame, context: Context, findings: Findings
) -> pd.DataFrame:
    """Run the checks of one stage, record their findings and mask what they flagged.

    Parameters
    ----------
    stage : Stage
        Checks.
    panel : DataFrame of shape (n_days, n_firms)
        Prices that earlier stages have left.
    context : Context
        Its `flagged` is filled with what this stage flags.
    findings : Findings
        Extended by what this stage finds.

    Returns
    -------
    DataFrame of shape (n_days, n_firms)
        Masked prices of all firms.

    Raises
    ------
    PriceError
        A finding has the action ``stop``, and `findings` stops.
    """
    prices = panel if stage.all_firms else panel.drop(columns=list(findings.dropped()))
    context.flagged = {}
    for check in stage.checks:
        found = check(prices, context)
        findings.record(found.rows)
        for kind, flags in found.flags.items():
            context.flagged[kind] = context.flags(prices, kind) | flags
    columns = panel.columns.get_indexer(prices.columns)
    for kind, flags in context.flagged.items():
        of_all_firms = np.zeros(panel.shape, dtype=bool)
        of_all_firms[:, columns] = flags
        panel = findings.masked(panel, kind, of_all_firms)
    return panel


def _refuse_too_little(panel: pd.DataFrame, dropped: dict[str, str], settings: Audit) -> None:
    """Raise when what is left cannot be compared."""
    n_days, n_firms = panel.shape
    counts = Counter(dropped.values())
    why = ", ".join(f"{count} for {kind}" for kind, count in sorted(counts.items()))
    why = why or "none was dropped"
    left = f"{n_firms} of {n_firms + len(dropped)} firms are left after the audit, at least"
    if n_firms < MIN_FIRMS and "short_history" in counts:
        message = (
            f"min_history: {left} {MIN_FIRMS} are needed ({why}); lower min_history "
            f"({settings.min_history} prices) or give more days"
        )
        raise PriceError(message, parameter="min_history")
    if n_firms < MIN_FIRMS:
        message = f"{left} {MIN_FIRMS} are needed ({why}); give more firms or correct their prices"
        raise PriceError(message)
    common = int((panel.notna().sum(axis=1) >= MIN_FIRMS).sum())
    if common < 2:
        message = (
            f"the {n_firms} firms have no common dates: on {common} of {n_days} days do "
            f"{MIN_FIRMS} or more have a price, and 2 such days are needed ({why} by the audit)"
        )
        raise PriceError(message)
