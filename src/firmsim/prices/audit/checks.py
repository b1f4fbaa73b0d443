"""Checks of single firms in a panel: impossible prices, gaps, stale runs, short histories.

Arrays are days x firms. Every check writes its findings and returns what it would mask.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from firmsim.prices.audit.findings import Findings
from firmsim.prices.sessions import holes, over_closed_days


class Stale(NamedTuple):
    """Prices that only repeat the one beside them, each of shape (n_days, n_firms)."""

    runs: NDArray[np.bool_]
    starts: NDArray[np.bool_]


def nonpositive_prices(panel: pd.DataFrame, findings: Findings) -> NDArray[np.bool_]:
    """Find prices that are zero, negative or infinite; one finding a run of days.

    Parameters
    ----------
    panel : DataFrame of shape (n_days, n_firms)
        Prices; missing allowed.
    findings : Findings
        Written to, kind ``nonpositive_price``.

    Returns
    -------
    array of bool, shape (n_days, n_firms)
        Where they are.
    """
    values = panel.to_numpy()
    bad: NDArray[np.bool_] = (values <= 0) | np.isinf(values)
    for firm, first, days in runs(bad):
        value = f"price {values[first, firm]:g}" + (f" (and {days - 1} more days)" * (days > 1))
        findings.add(panel.columns[firm], panel.index[first], "nonpositive_price", value)
    return bad


def inner_gaps(panel: pd.DataFrame) -> NDArray[np.bool_]:
    """Rows without a price between a firm's first and last one.

    Parameters
    ----------
    panel : DataFrame of shape (n_days, n_firms)
        Prices.

    Returns
    -------
    array of bool, shape (n_days, n_firms)
    """
    observed = ~np.isnan(panel.to_numpy(dtype=np.float64))
    begun = np.logical_or.accumulate(observed, axis=0)
    goes_on = np.logical_or.accumulate(observed[::-1], axis=0)[::-1]
    gone: NDArray[np.bool_] = ~observed & begun & goes_on
    return gone


def gaps(
    panel: pd.DataFrame,
    empty: NDArray[np.bool_],
    gap_days: int,
    calendars: Mapping[str, str],
    findings: Findings,
) -> None:
    """Find runs of days without a price between a firm's first and last one.

    Parameters
    ----------
    panel : DataFrame of shape (n_days, n_firms)
        Prices.
    empty : array of bool, shape (n_days, n_firms)
        Such days, as `inner_gaps` finds them.
    gap_days : int
        Shortest run that counts: sessions of the firm's exchange, or where no calendar is known
        days on which any firm has a price.
    calendars : mapping of str to str
        Ticker -> calendar of its exchange, "" or left out where it is not known.
    findings : Findings
        Written to, kind ``gap``.
    """
    timed = np.array([bool(calendars.get(ticker)) for ticker in panel.columns], dtype=bool)
    for firm, first, days in runs(empty & ~timed):
        if days >= gap_days:
            value = f"{days} trading days without a price"
            findings.add(panel.columns[firm], panel.index[first], "gap", value)
    for ticker in panel.columns[timed]:
        for day, count in holes(panel[ticker], calendars[ticker]):
            if count >= gap_days:
                findings.add(ticker, day, "gap", f"{count} sessions without a price")


def stale_runs(
    panel: pd.DataFrame, closed: NDArray[np.bool_], stale_days: int, findings: Findings
) -> Stale:
    """Find runs of equal prices.

    A run that opens a firm's history is a start filled in backwards: the last of its prices is the
    first real one. Of any other run the first price is.

    Parameters
    ----------
    panel : DataFrame of shape (n_days, n_firms)
        Prices; a missing one ends a run.
    closed : array of bool, shape (n_days, n_firms)
        Days without a session of the firm's exchange: they end no run, and do not count.
    stale_days : int
        Shortest run that counts, in trading days.
    findings : Findings
        Written to, kinds ``stale_run`` and ``backfilled_start``.

    Returns
    -------
    Stale
        The repeats.
    """
    values = panel.to_numpy(dtype=np.float64)
    observed = ~np.isnan(values)
    begun = np.logical_or.accumulate(observed, axis=0)
    begins = len(values) - begun.sum(axis=0)  # first row with a price
    repeats = np.zeros(values.shape, dtype=bool)
    carried = over_closed_days(values, closed)
    repeats[1:] = carried[1:] == carried[:-1]
    stale = Stale(np.zeros_like(repeats), np.zeros_like(repeats))
    for firm, second, days in runs(repeats):
        run = slice(second - 1, second + days)
        equal = run.start + np.flatnonzero(observed[run, firm])
        if len(equal) < stale_days:
            continue
        if equal[0] == begins[firm]:
            kind, flags, gone = "backfilled_start", stale.starts, equal[:-1]
        else:
            kind, flags, gone = "stale_run", stale.runs, equal[1:]
        flags[gone, firm] = True
        value = f"price {values[equal[0], firm]:g} on {len(equal)} trading days in a row"
        findings.add(panel.columns[firm], panel.index[equal[0]], kind, value)
    return stale


def short_histories(panel: pd.DataFrame, min_history: int, findings: Findings) -> None:
    """Find firms with too few prices left.

    Parameters
    ----------
    panel : DataFrame of shape (n_days, n_firms)
        Prices after everything else was masked.
    min_history : int
        Fewest prices, in trading days.
    findings : Findings
        Written to, kind ``short_history``.
    """
    observed = panel.notna().to_numpy()
    for firm, count in enumerate(observed.sum(axis=0)):
        if count < min_history:
            day = panel.index[int(np.argmax(observed[:, firm]))] if count else None
            value = f"{count} prices, {min_history} are needed"
            findings.add(panel.columns[firm], day, "short_history", value)


def runs(flags: NDArray[np.bool_]) -> Iterator[tuple[int, int, int]]:
    """Runs of true values down each column.

    Parameters
    ----------
    flags : array of bool, shape (n_days, n_firms)
        Any.

    Yields
    ------
    tuple of int
        Column, first row, number of rows; column by column.
    """
    padded = np.pad(flags.T.astype(np.int8), ((0, 0), (1, 1)))
    edges = np.diff(padded, axis=1)
    begin, end = np.argwhere(edges == 1), np.argwhere(edges == -1)
    for (column, first), (_, last) in zip(begin.tolist(), end.tolist(), strict=True):
        yield column, first, last - first
