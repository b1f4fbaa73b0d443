"""One panel from the series of single firms, and what is checked while they are joined."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from firmsim.prices.audit.findings import Finding
from firmsim.typing import Flags


def panel_of(series: Sequence[pd.Series]) -> tuple[pd.DataFrame, list[Finding]]:
    """Join series on the union of their days.

    Finds ``duplicate_ticker`` (the first series stays), ``unsorted_date``, ``duplicate_date`` (one
    finding per firm) and ``live_row``: the last day given twice, as when the quote of the running
    session comes beside its closing price.

    Parameters
    ----------
    series : sequence of Series
        Prices; name = ticker, index of days in any order, missing allowed.

    Returns
    -------
    panel : DataFrame of shape (n_days, n_firms), float64
        Index ``date``, sorted and unique, without days on which no firm has a price. Equal prices
        of one day are merged; unequal ones are missing.
    findings : list of Finding
        In the order of the series.

    Examples
    --------
    >>> days = pd.DatetimeIndex(["2024-01-03", "2024-01-02"])
    >>> panel, findings = panel_of([pd.Series([2.0, 1.0], days, name="A")])
    >>> panel["A"].tolist(), [finding.kind for finding in findings]
    ([1.0, 2.0], ['unsorted_date'])
    """
    distinct: dict[str, pd.Series] = {}
    findings: list[Finding] = []
    for one in series:
        ticker = str(one.name)
        if ticker in distinct:
            first = one.index.min() if len(one) else None
            value = "another series under this ticker"
            findings.append(Finding(ticker, first, "duplicate_ticker", value))
        else:
            distinct[ticker], found = _sorted_unique(ticker, one)
            findings += found
    observed = {ticker: one.dropna() for ticker, one in distinct.items()}
    indexes = [one.index.to_numpy("datetime64[us]") for one in observed.values()]
    days = np.unique(np.concatenate(indexes)) if indexes else np.empty(0, "datetime64[us]")
    values = np.full((len(days), len(observed)), np.nan)
    for firm, (index, one) in enumerate(zip(indexes, observed.values(), strict=True)):
        values[np.searchsorted(days, index), firm] = one.to_numpy(dtype=np.float64)
    dates = pd.DatetimeIndex(days, name="date")
    return pd.DataFrame(values, index=dates, columns=list(observed)), findings


def impossible(panel: pd.DataFrame) -> Flags:
    """Prices that are zero, negative or infinite: flags of shape (n_days, n_firms)."""
    values = panel.to_numpy()
    flags: Flags = (values <= 0) | np.isinf(values)
    return flags


def inner_gaps(panel: pd.DataFrame) -> Flags:
    """Days without a price between a firm's first and last one: flags of shape (n_days, n_firms).

    Examples
    --------
    >>> inner_gaps(pd.DataFrame({"A": [np.nan, 1.0, np.nan, 2.0]}))[:, 0].tolist()
    [False, False, True, False]
    """
    observed = ~np.isnan(panel.to_numpy(dtype=np.float64))
    begun = np.logical_or.accumulate(observed, axis=0)
    goes_on = np.logical_or.accumulate(observed[::-1], axis=0)[::-1]
    gaps: Flags = ~observed & begun & goes_on
    return gaps


def _sorted_unique(ticker: str, one: pd.Series) -> tuple[pd.Series, list[Finding]]:
    """Sort the days and keep each once, and list the findings."""
    findings = []
    days = one.index
    if not days.is_monotonic_increasing:
        back = np.flatnonzero(np.diff(days.to_numpy()) < np.timedelta64(0))
        value = f"{len(back)} of {len(days)} rows step back in time"
        findings.append(Finding(ticker, days[back[0] + 1], "unsorted_date", value))
        one = one.sort_index(kind="stable")
    if one.index.is_unique:
        return one, findings
    twice = one.index[one.index.duplicated()].unique()
    by_day = one.groupby(level=0)
    contradicting = by_day.min() < by_day.max()  # a missing cell contradicts nothing
    last = twice == one.index[-1]
    if last.any():
        rows = int((one.index == one.index[-1]).sum())
        unequal = "unequal" if contradicting.iloc[-1] else "equal"
        value = f"the last day has {rows} {unequal} rows"
        findings.append(Finding(ticker, one.index[-1], "live_row", value))
    if (within := twice[~last]).size:
        differ = contradicting[within].sum()
        value = f"{len(within)} days given more than once, {differ} with unequal prices"
        findings.append(Finding(ticker, within[0], "duplicate_date", value))
    return by_day.first().mask(contradicting), findings
