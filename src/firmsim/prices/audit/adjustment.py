"""Dividends that the adjusted price does not know of."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from firmsim.prices.audit.findings import Findings

MOST = 0.99
"""Part of the price that a dividend can be."""
ADJUSTED = 0.5
"""Least part of the dividends paid that must be in the adjusted prices."""


def not_adjusted(
    panel: pd.DataFrame, quotes: Mapping[str, pd.DataFrame], findings: Findings
) -> NDArray[np.bool_]:
    r"""Find firms that paid dividends their adjusted prices do not contain.

    On the day t that a share trades without dividend D the factor A_t / P_t rises by
    1 / (1 - D / P_{t-1}). The rises seen, as logs and over all such days, are compared with those
    due: rounded prices hide a single one, never most of them.

    Parameters
    ----------
    panel : DataFrame of shape (n_days, n_firms)
        Adjusted prices.
    quotes : mapping of str to DataFrame
        Ticker -> columns ``close`` (P, adjusted for splits only), ``adjusted`` (A) and
        ``dividends`` (D, per share, zero or missing on other days); index of days. A firm may be
        missing: then nothing is known of its dividends.
    findings : Findings
        Written to, kind ``not_adjusted``.

    Returns
    -------
    array of bool, shape (n_days, n_firms)
        Prices of the days on which such a dividend went off.
    """
    unadjusted = np.zeros(panel.shape, dtype=bool)
    for firm, ticker in enumerate(panel.columns):
        if ticker not in quotes:
            continue
        table = quotes[ticker].loc[lambda given: ~given.index.duplicated()].sort_index()
        table = table[(table["close"] > 0) & (table["adjusted"] > 0)]
        paid = table["dividends"].fillna(0)
        part = (paid / table["close"].shift()).to_numpy().clip(0, MOST)
        due = -np.log1p(-part)
        factor = np.log((table["adjusted"] / table["close"]).to_numpy())
        seen = np.diff(factor, prepend=np.nan)
        ex = (due > 0) & np.isfinite(seen)
        if not ex.any() or seen[ex].sum() >= ADJUSTED * due[ex].sum():
            continue
        days = table.index[ex]
        unadjusted[panel.index.isin(days), firm] = True
        total, observed = -np.expm1(-due[ex].sum()), -np.expm1(-seen[ex].sum())
        value = (
            f"{len(days)} dividends of {total:.1%} of the price together, of which the adjusted "
            f"prices hold {max(observed, 0):.1%}"
        )
        findings.add(ticker, days[0], "not_adjusted", value)
    return unadjusted
