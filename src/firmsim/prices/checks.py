"""Checks of single firms in a panel: impossible prices, gaps, stale runs, copies, short histories.

Arrays are days x firms. Every check writes its findings and returns what it would mask.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from firmsim.prices.findings import Findings

BLOCK = 20
"""Trading days whose prices must all be equal before two firms are compared in full."""
SAME = 0.9
"""Share of common days with equal prices from which two series count as one."""


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


def gaps(panel: pd.DataFrame, gap_days: int, findings: Findings) -> None:
    """Find runs of days without a price between a firm's first and last one.

    Parameters
    ----------
    panel : DataFrame of shape (n_days, n_firms)
        Prices.
    gap_days : int
        Shortest run that counts, in trading days (days on which any firm has a price).
    findings : Findings
        Written to, kind ``gap``.
    """
    there = ~np.isnan(panel.to_numpy(dtype=np.float64))
    begun = np.logical_or.accumulate(there, axis=0)
    goes_on = np.logical_or.accumulate(there[::-1], axis=0)[::-1]
    for firm, first, days in runs(~there & begun & goes_on):
        if days >= gap_days:
            value = f"{days} trading days without a price"
            findings.add(panel.columns[firm], panel.index[first], "gap", value)


def stale_runs(panel: pd.DataFrame, stale_days: int, findings: Findings) -> NDArray[np.bool_]:
    """Find runs of equal prices.

    Parameters
    ----------
    panel : DataFrame of shape (n_days, n_firms)
        Prices; a missing one ends a run.
    stale_days : int
        Shortest run that counts, in trading days.
    findings : Findings
        Written to, kind ``stale_run``.

    Returns
    -------
    array of bool, shape (n_days, n_firms)
        The repeats: every day of a run but its first.
    """
    values = panel.to_numpy()
    repeats = np.zeros(values.shape, dtype=bool)
    repeats[1:] = values[1:] == values[:-1]
    stale = np.zeros_like(repeats)
    for firm, second, days in runs(repeats):
        if days + 1 >= stale_days:
            stale[second : second + days, firm] = True
            value = f"price {values[second, firm]:g} on {days + 1} trading days in a row"
            findings.add(panel.columns[firm], panel.index[second - 1], "stale_run", value)
    return stale


def identical_series(panel: pd.DataFrame, findings: Findings) -> None:
    """Find firms whose prices are those of an earlier one.

    Firms that share a block of 20 days price by price are compared on all days both have.

    Parameters
    ----------
    panel : DataFrame of shape (n_days, n_firms)
        Prices.
    findings : Findings
        Written to, kind ``identical_series``, under the later ticker.
    """
    values = np.ascontiguousarray(panel.to_numpy().T)  # (n_firms, n_days)
    holders: dict[tuple[int, bytes], list[int]] = defaultdict(list)
    copies: set[int] = set()
    for firm, prices in enumerate(values):
        mine, earlier = [], []
        for start in range(0, len(prices), BLOCK):
            block = prices[start : start + BLOCK]
            if np.isnan(block).any() or np.ptp(block) == 0:  # a price that stands still is no mark
                continue
            mine.append((start, block.tobytes()))
            earlier += holders[mine[-1]]
        for other in dict.fromkeys(earlier):
            common = ~np.isnan(prices) & ~np.isnan(values[other])
            equal = int((prices == values[other]).sum())
            if equal >= SAME * common.sum():
                value = f"the prices of {panel.columns[other]} on {equal} of {common.sum()} days"
                day = panel.index[common][0]
                findings.add(panel.columns[firm], day, "identical_series", value)
                copies.add(firm)
                break
        if firm not in copies:
            for key in mine:
                holders[key].append(firm)


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
    there = panel.notna().to_numpy()
    for firm, count in enumerate(there.sum(axis=0)):
        if count < min_history:
            day = panel.index[int(np.argmax(there[:, firm]))] if count else None
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
