"""Dividends that the adjusted prices do not contain."""

from __future__ import annotations

import numpy as np
import pandas as pd

from firmsim.prices.audit.check import Context, Found
from firmsim.prices.audit.constants import CONSTANTS
from firmsim.prices.audit.findings import Finding


def not_adjusted(panel: pd.DataFrame, context: Context) -> Found:
    r"""Find firms whose adjusted prices do not contain the dividends that they paid.

    On the day t on which a share first trades without dividend D, the factor A_t / P_t rises by
    1 / (1 - D / P_{t-1}). P is the closing price, adjusted for splits only, and A the adjusted one.
    The rises found, as logs and over all such days, are compared with those due: rounded prices
    hide a single one, never most of them.

    Parameters
    ----------
    panel : DataFrame of shape (n_days, n_firms)
        Adjusted prices.
    context : Context
        Quotes: columns ``close`` (P), ``adjusted`` (A) and ``dividends`` (D, per share, zero or
        missing on other days); index of days. A firm without quotes is not checked.

    Returns
    -------
    Found
        Kind ``not_adjusted``; prices of the days of such dividends are flagged.
    """
    flags = np.zeros(panel.shape, dtype=bool)
    rows = []
    for firm, ticker in enumerate(panel.columns):
        if ticker not in context.quotes:
            continue
        table = context.quotes[ticker].loc[lambda given: ~given.index.duplicated()].sort_index()
        table = table[(table["close"] > 0) & (table["adjusted"] > 0)]
        paid = table["dividends"].fillna(0)
        part = (paid / table["close"].shift()).to_numpy().clip(0, CONSTANTS.dividend_cap)
        due = -np.log1p(-part)
        factor = np.log((table["adjusted"] / table["close"]).to_numpy())
        rise = np.diff(factor, prepend=np.nan)
        ex = (due > 0) & np.isfinite(rise)
        if not ex.any() or rise[ex].sum() >= CONSTANTS.adjusted_share * due[ex].sum():
            continue
        days = table.index[ex]
        flags[panel.index.isin(days), firm] = True
        total, contained = -np.expm1(-due[ex].sum()), -np.expm1(-rise[ex].sum())
        value = (
            f"{len(days)} dividends of {total:.1%} of the price together, of which the adjusted "
            f"prices hold {max(contained, 0):.1%}"
        )
        rows.append(Finding(ticker, days[0], "not_adjusted", value))
    return Found(rows, {"not_adjusted": flags})
