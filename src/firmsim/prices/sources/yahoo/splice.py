"""Newer days on older ones, only where nothing has changed the older ones since."""

from __future__ import annotations

import numpy as np
import pandas as pd

ACTIONS = ["Dividends", "Stock Splits", "Capital Gains"]
"""What makes Yahoo adjust all earlier prices anew."""

AGREE = 1e-5
"""Relative difference up to which two prices are the same. Yahoo's are of single precision
(6e-8); the smallest dividends change a price by 1e-4."""


def extended(kept: pd.DataFrame, tail: pd.DataFrame) -> pd.DataFrame | None:
    """Append newer days to a history.

    Yahoo adjusts all earlier prices for each dividend and split, so prices of two answers may be
    put side by side only when there was none between them. Two things must hold: no dividend or
    split on the newer days, and the same Close and Adj Close on the days that both have, which a
    dividend after the last day asked for would have changed. Adjusted prices are not computed here
    from raw ones: Yahoo's rounding of dividends and factors is not documented, and a history asked
    for again, which is one more request, cannot differ from Yahoo's.

    Parameters
    ----------
    kept : DataFrame
        History as it was asked for before.
    tail : DataFrame
        Newer answer that begins before the last day of `kept`.

    Returns
    -------
    DataFrame or None
        `kept`, days that it lacks among those of `tail`, and newer days. None: the whole history
        must be asked for again.
    """
    common = kept.index.intersection(tail.index)
    prices = ["Close", "Adj Close"]
    before = kept.loc[common, prices].to_numpy(dtype="float64")
    after = tail.loc[common, prices].to_numpy(dtype="float64")
    known = np.isfinite(before) & np.isfinite(after)
    if not known.all(axis=1).any():
        return None
    if not np.allclose(before[known], after[known], rtol=AGREE, atol=0):
        return None
    newer = tail[tail.index > kept.index[-1]]
    events = newer.columns.intersection(ACTIONS)
    if (newer[events].fillna(0) != 0).any(axis=None) or set(tail.columns) != set(kept.columns):
        return None
    return kept.combine_first(tail)[kept.columns].sort_index()
