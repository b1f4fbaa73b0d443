"""Identical series: the same prices under two tickers."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pandas as pd

from firmsim.prices.audit.check import Context, Found
from firmsim.prices.audit.constants import CONSTANTS
from firmsim.prices.audit.findings import Finding
from firmsim.typing import Floats


def identical_series(panel: pd.DataFrame, context: Context) -> Found:  # noqa: ARG001 - as every check
    """Find firms whose prices are those of an earlier one.

    Firms that share a block of 20 days price by price are compared on all common days. They are
    identical when 90% of these prices are equal.

    Parameters
    ----------
    panel : DataFrame of shape (n_days, n_firms)
        Prices; missing allowed.
    context : Context
        Not read.

    Returns
    -------
    Found
        Kind ``identical_series``, under the later ticker; nothing to mask.
    """
    values = np.ascontiguousarray(panel.to_numpy().T)  # (n_firms, n_days)
    holders: dict[tuple[int, bytes], list[int]] = defaultdict(list)
    rows = []
    for firm, prices in enumerate(values):
        blocks = _blocks(prices)
        candidates = [other for block in blocks for other in holders.get(block, [])]
        for other in dict.fromkeys(candidates):
            common = ~np.isnan(prices) & ~np.isnan(values[other])
            equal = int((prices == values[other]).sum())
            if equal >= CONSTANTS.copy_share * common.sum():
                value = f"the prices of {panel.columns[other]} on {equal} of {common.sum()} days"
                day = panel.index[common][0]
                rows.append(Finding(panel.columns[firm], day, "identical_series", value))
                break
        else:  # a copy is no original for others
            for block in blocks:
                holders[block].append(firm)
    return Found(rows)


def _blocks(prices: Floats) -> list[tuple[int, bytes]]:
    """First row and bytes of each block of prices that can identify a firm."""
    blocks = []
    for start in range(0, len(prices), CONSTANTS.copy_days):
        block = prices[start : start + CONSTANTS.copy_days]
        if np.isnan(block).any() or np.ptp(block) == 0:  # a constant price identifies nobody
            continue
        blocks.append((start, block.tobytes()))
    return blocks
