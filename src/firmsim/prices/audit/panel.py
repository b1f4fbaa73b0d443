"""Series of single firms, as they come, into one panel: days sorted and unique, firms distinct."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from firmsim.prices.audit.findings import Findings


def panel_of(series: Sequence[pd.Series], findings: Findings) -> pd.DataFrame:
    """Join series on the union of their days.

    Finds ``duplicate_ticker`` (the first series stays), ``unsorted_date``, ``duplicate_date`` (one
    row a firm) and ``live_row``: the last day given twice, as when the quote of the running session
    comes beside its closing price.

    Parameters
    ----------
    series : sequence of Series
        Prices; name = ticker, index of days in any order, missing allowed.
    findings : Findings
        Written to.

    Returns
    -------
    DataFrame of shape (n_days, n_firms), float64
        Index ``date``, sorted, unique; days on which no firm has a price are left out.

    Raises
    ------
    PriceError
        The action for one of these kinds is ``stop``.
    """
    distinct: dict[str, pd.Series] = {}
    for one in series:
        ticker = str(one.name)
        if ticker in distinct:
            first = one.index.min() if len(one) else None
            findings.add(ticker, first, "duplicate_ticker", "another series under this ticker")
        else:
            distinct[ticker] = _sorted_unique(ticker, one, findings)
    kept = {ticker: one.dropna() for ticker, one in distinct.items()}
    indexes = [one.index.to_numpy("datetime64[us]") for one in kept.values()]
    days = np.unique(np.concatenate(indexes)) if indexes else np.empty(0, "datetime64[us]")
    values = np.full((len(days), len(kept)), np.nan)
    for firm, (index, one) in enumerate(zip(indexes, kept.values(), strict=True)):
        values[np.searchsorted(days, index), firm] = one.to_numpy(dtype=np.float64)
    return pd.DataFrame(values, index=pd.DatetimeIndex(days, name="date"), columns=list(kept))


def _sorted_unique(ticker: str, one: pd.Series, findings: Findings) -> pd.Series:
    """Days in order, each once: equal prices merged, contradicting ones missing."""
    days = one.index
    if not days.is_monotonic_increasing:
        back = np.flatnonzero(np.diff(days.to_numpy()) < np.timedelta64(0))
        value = f"{len(back)} of {len(days)} rows step back in time"
        findings.add(ticker, days[back[0] + 1], "unsorted_date", value)
        one = one.sort_index(kind="stable")
    if one.index.is_unique:
        return one
    twice = one.index[one.index.duplicated()].unique()
    by_day = one.groupby(level=0)
    contradicting = by_day.min() < by_day.max()  # a missing cell contradicts nothing
    last = twice == one.index[-1]
    if last.any():
        rows = int((one.index == one.index[-1]).sum())
        unequal = "unequal" if contradicting.iloc[-1] else "equal"
        findings.add(ticker, one.index[-1], "live_row", f"the last day has {rows} {unequal} rows")
    if (within := twice[~last]).size:
        differ = contradicting[within].sum()
        value = f"{len(within)} days given more than once, {differ} with unequal prices"
        findings.add(ticker, within[0], "duplicate_date", value)
    return by_day.first().mask(contradicting)
