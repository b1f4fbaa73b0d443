"""Splice of newer days onto older ones, where nothing has changed the older ones since."""

from __future__ import annotations

import numpy as np
import pandas as pd

ACTIONS = ["Dividends", "Stock Splits", "Capital Gains"]
"""Events after which Yahoo adjusts all earlier prices again."""

TOLERANCE = 1e-5
"""Relative difference up to which two prices are the same. Yahoo's are of single precision
(6e-8); the smallest dividends change a price by 1e-4."""


def extended(history: pd.DataFrame, tail: pd.DataFrame) -> pd.DataFrame | None:
    """Append newer days to a history.

    Yahoo adjusts all earlier prices for each dividend and split, so prices of two responses fit
    together only without one between them. Two things are required. The newer days have no dividend
    or split. On common days both have the same Close and Adj Close, which a dividend after the last
    requested day would have changed.

    Adjusted prices are not computed here from raw ones: Yahoo's rounding of dividends and factors
    is not documented. A history requested again costs one request and cannot differ from Yahoo's.

    Parameters
    ----------
    history : DataFrame
        Stored history.
    tail : DataFrame
        Newer response that begins before the last day of `history`.

    Returns
    -------
    DataFrame or None
        `history`, days that it lacks among those of `tail`, and newer days. None: the whole history
        must be requested again.

    Examples
    --------
    >>> days = pd.bdate_range("2024-01-01", periods=4)
    >>> prices = pd.DataFrame({"Close": [2.0, 3.0, 4.0, 5.0], "Dividends": 0.0}, days)
    >>> prices["Adj Close"] = prices["Close"]
    >>> len(extended(prices[:3], prices[2:]))
    4
    >>> extended(prices[:3], prices[2:] / 2) is None
    True
    """
    common = history.index.intersection(tail.index)
    prices = ["Close", "Adj Close"]
    before = history.loc[common, prices].to_numpy(dtype="float64")
    after = tail.loc[common, prices].to_numpy(dtype="float64")
    observed = np.isfinite(before) & np.isfinite(after)
    if not observed.all(axis=1).any():
        return None
    if not np.allclose(before[observed], after[observed], rtol=TOLERANCE, atol=0):
        return None
    newer = tail[tail.index > history.index[-1]]
    events = newer.columns.intersection(ACTIONS)
    same_columns = set(tail.columns) == set(history.columns)
    if (newer[events].fillna(0) != 0).any(axis=None) or not same_columns:
        return None
    return history.combine_first(tail)[history.columns].sort_index()
