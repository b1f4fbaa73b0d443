"""Pairs of firms that are one: the same prices under two tickers, and share classes."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pandas as pd

from firmsim.prices.audit.findings import Findings

BLOCK = 20
"""Trading days whose prices must all be equal before two firms are compared in full."""
SAME = 0.9
"""Share of common days with equal prices from which two series count as one."""
COMMON = 60
"""Fewest common price changes that two share classes are told by."""
LIMIT = 0.2
"""Log price change at which one day stops counting more."""


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


def share_classes(panel: pd.DataFrame, correlation: float, findings: Findings) -> None:
    """Find firms whose price changes are nearly those of an earlier one.

    GOOG and GOOGL are one firm, as are two listings of a dual-listed one. Their prices are right,
    and each is the other's nearest peer by construction; whether that is wanted is not for an audit
    to say.

    Parameters
    ----------
    panel : DataFrame of shape (n_days, n_firms)
        Prices above zero or missing.
    correlation : float
        Least correlation of the daily log price changes, over 60 common days or more.
    findings : Findings
        Written to, kind ``share_class``, under the later ticker.
    """
    changes = np.diff(np.log(panel.to_numpy(dtype=np.float64)), axis=0)
    known = np.isfinite(changes)
    count = np.maximum(known.sum(axis=0), 1)
    centred = changes - np.where(known, changes, 0).sum(axis=0) / count
    # single precision: only the nearest pairs matter, and thousands of firms must take seconds
    x = np.where(known, np.clip(centred, -LIMIT, LIMIT), 0).astype(np.float32)
    there = known.astype(np.float32)
    squares = (x**2).T @ there
    with np.errstate(divide="ignore", invalid="ignore"):
        scores = (x.T @ x) / np.sqrt(squares * squares.T)
    near = (scores > correlation) & (there.T @ there >= COMMON)
    for first, second in np.argwhere(np.triu(near, k=1)).tolist():
        score = min(float(scores[first, second]), 1.0)
        value = f"moves as {panel.columns[first]} does: correlation {score:.3f}; share classes?"
        day = panel.index[1:][known[:, first] & known[:, second]][0]
        findings.add(panel.columns[second], day, "share_class", value)
