"""Impossible prices: zero, negative or infinite."""

from __future__ import annotations

import pandas as pd

from firmsim.prices.audit.check import Context, Found
from firmsim.prices.audit.findings import Finding
from firmsim.prices.audit.panel import impossible
from firmsim.prices.audit.runs import runs


def nonpositive_prices(panel: pd.DataFrame, context: Context) -> Found:  # noqa: ARG001 - as every check
    """Find prices that are zero, negative or infinite; one finding per run of days.

    Parameters
    ----------
    panel : DataFrame of shape (n_days, n_firms)
        Prices; missing allowed.
    context : Context
        Not read.

    Returns
    -------
    Found
        Kind ``nonpositive_price``.
    """
    values = panel.to_numpy()
    flags = impossible(panel)
    rows = []
    for firm, first, days in runs(flags):
        value = f"price {values[first, firm]:g}" + (f" (and {days - 1} more days)" * (days > 1))
        rows.append(Finding(panel.columns[firm], panel.index[first], "nonpositive_price", value))
    return Found(rows, {"nonpositive_price": flags})
