"""Gaps: days without a price inside a history."""

from __future__ import annotations

import numpy as np
import pandas as pd

from firmsim.prices.audit.check import Context, Found
from firmsim.prices.audit.findings import Finding
from firmsim.prices.audit.runs import runs
from firmsim.prices.sessions import holes


def gaps(panel: pd.DataFrame, context: Context) -> Found:
    """Find runs of days without a price between a firm's first and last one.

    A run counts sessions of the firm's exchange. Without a known calendar it counts days on which
    any firm has a price.

    Parameters
    ----------
    panel : DataFrame of shape (n_days, n_firms)
        Prices.
    context : Context
        ``gap_days`` (shortest run that counts), calendars and gaps.

    Returns
    -------
    Found
        Kind ``gap``; nothing to mask.
    """
    shortest, calendars = context.settings.gap_days, context.calendars
    timed = np.array([bool(calendars.get(ticker)) for ticker in panel.columns], dtype=bool)
    rows = []
    for firm, first, days in runs(context.gaps(panel) & ~timed):
        if days >= shortest:
            value = f"{days} trading days without a price"
            rows.append(Finding(panel.columns[firm], panel.index[first], "gap", value))
    for ticker in panel.columns[timed]:
        for day, count in holes(panel[ticker], calendars[ticker]):
            if count >= shortest:
                rows.append(Finding(ticker, day, "gap", f"{count} sessions without a price"))
    return Found(rows)
