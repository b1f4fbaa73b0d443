"""Stale prices: runs of equal prices, at the start of a history and within it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from firmsim.prices.audit.check import Context, Found
from firmsim.prices.audit.findings import Finding
from firmsim.prices.audit.runs import runs
from firmsim.prices.sessions import over_closed_days


def stale_prices(panel: pd.DataFrame, context: Context) -> Found:
    """Find runs of equal prices.

    A run that opens a firm's history is a start filled in backwards: the last of its prices is the
    first real one. Of any other run the first price is real. A missing price ends a run. A day
    without a session of the firm's exchange neither ends a run nor counts.

    Parameters
    ----------
    panel : DataFrame of shape (n_days, n_firms)
        Prices; missing allowed.
    context : Context
        ``stale_days`` (shortest run that counts, in trading days) and closed days.

    Returns
    -------
    Found
        Kinds ``stale_run`` and ``backfilled_start``; the repeats are flagged.
    """
    values = panel.to_numpy(dtype=np.float64)
    observed = ~np.isnan(values)
    begun = np.logical_or.accumulate(observed, axis=0)
    begins = len(values) - begun.sum(axis=0)  # first row with a price
    repeats = np.zeros(values.shape, dtype=bool)
    carried = over_closed_days(values, context.closed(panel))
    repeats[1:] = carried[1:] == carried[:-1]
    flags = {"stale_run": np.zeros_like(repeats), "backfilled_start": np.zeros_like(repeats)}
    rows = []
    for firm, second, days in runs(repeats):
        run = slice(second - 1, second + days)
        equal = run.start + np.flatnonzero(observed[run, firm])
        if len(equal) < context.settings.stale_days:
            continue
        opens = equal[0] == begins[firm]
        kind = "backfilled_start" if opens else "stale_run"
        flags[kind][equal[:-1] if opens else equal[1:], firm] = True
        value = f"price {values[equal[0], firm]:g} on {len(equal)} trading days in a row"
        rows.append(Finding(panel.columns[firm], panel.index[equal[0]], kind, value))
    return Found(rows, flags)
