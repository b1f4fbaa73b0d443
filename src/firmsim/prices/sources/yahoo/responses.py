"""Checks of Yahoo's responses: whole and adjusted prices, and profiles."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pandas as pd

from firmsim.prices.sources.yahoo.failures import YahooFailure

SLACK = timedelta(days=14)
"""Most days without a price at either end of a firm's trading: long holidays."""

MIN_DAYS_SHARE = 0.5
"""Least share of the weekdays from the first price to the last with a price."""

TEXTS = ("sector", "industry", "country", "exchange", "currency")
"""Texts of a profile besides the name."""


@dataclass(frozen=True)
class History:
    """Accepted prices of one firm.

    Attributes
    ----------
    table : DataFrame
        Index of days without time zone, sorted and unique; float64 columns of Yahoo: Open, High,
        Low, Close (adjusted for splits), Adj Close (for dividends too), Volume, Dividends, Stock
        Splits.
    zone : str
        Time zone of the exchange.
    remark : str
        What is missing, "" when nothing is.
    """

    table: pd.DataFrame
    zone: str
    remark: str


def checked_history(table: pd.DataFrame, text: str, start: date, end: date) -> History:
    """Refuse a history that is cut short or that Yahoo did not adjust.

    Whether a price is plausible is left to the audit. Where Yahoo has two different prices for a
    day, that day has none.

    Parameters
    ----------
    table : DataFrame
        History from yfinance.
    text : str
        Response that it was made from; yfinance hides some of its faults.
    start, end : date
        First and last requested day.

    Returns
    -------
    History
        From `start` to `end`.

    Raises
    ------
    YahooFailure
        The status is one of:

        - no_data_in_range: no day has a price.
        - bad_answer: there is no adjusted price, or dividends were paid but no price is adjusted.
        - incomplete: prices do not cover the days on which, as Yahoo says, the firm was traded, or
          most days between have none.
    """
    chart = json.loads(text)["chart"]["result"][0]
    zone = chart["meta"]["exchangeTimezoneName"]
    listed = _listed(chart, zone, start, end)
    if table.empty or listed.empty:
        raise YahooFailure(status="no_data_in_range", reason="no price on the days asked for")
    if "adjclose" not in chart["indicators"]:
        raise YahooFailure(status="bad_answer", reason="no adjusted prices")
    table = table.set_axis(pd.DatetimeIndex(table.index).tz_localize(None).normalize())
    table = table[~table.index.duplicated()].sort_index().loc[str(start) : str(end)]
    table = table.astype("float64").rename_axis("Date")
    prices = listed.groupby(level=0).nunique()
    twice = prices.index[prices > 1]
    table.loc[table.index.isin(twice), ["Close", "Adj Close"]] = float("nan")
    priced = pd.DatetimeIndex(table["Adj Close"].dropna().index)
    if priced.empty:
        raise YahooFailure(status="bad_answer", reason="no adjusted prices")
    _refuse_unadjusted(table)
    _refuse_part(priced, chart["meta"], start, end)
    without = len(prices) - len(priced) - len(twice)
    remarks = [f"{_days(without)} without a price"] if without else []
    if len(twice):
        remarks.append(f"{_days(len(twice))} given twice with different prices")
    return History(table, zone, "; ".join(remarks))


def checked_profile(info: dict[str, Any] | None) -> dict[str, Any]:
    """Part of a profile that is used.

    Parameters
    ----------
    info : dict or None
        Profile from yfinance.

    Returns
    -------
    dict
        name, sector, industry, country, exchange, currency (str, "" when Yahoo has none) and
        market_cap (in that currency, None when Yahoo has none).

    Raises
    ------
    YahooFailure
        bad_answer: it is no profile.

    Examples
    --------
    >>> checked_profile({"quoteType": "EQUITY", "shortName": "A", "sector": "Energy"})["sector"]
    'Energy'
    """
    if not info or "quoteType" not in info:
        raise YahooFailure(status="bad_answer", reason="a profile without a quote type")
    name = str(info.get("longName") or info.get("shortName") or "")
    texts = {key: str(info.get(key) or "") for key in TEXTS}
    return {"name": name, **texts, "market_cap": info.get("marketCap")}


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"


def _listed(chart: dict[str, Any], zone: str, start: date, end: date) -> pd.Series:
    """Unchanged closes from `start` to `end`: days may occur twice or have none."""
    moments = pd.to_datetime(chart["timestamp"], unit="s", utc=True)
    days = moments.tz_convert(zone).tz_localize(None).normalize()
    closes = pd.Series(chart["indicators"]["quote"][0]["close"], index=days, dtype="float64")
    requested: pd.Series = closes.loc[(days >= pd.Timestamp(start)) & (days <= pd.Timestamp(end))]
    return requested


def _refuse_unadjusted(table: pd.DataFrame) -> None:
    """Refuse prices that are equal before and after the adjustment for dividends."""
    both = table[["Close", "Adj Close"]].dropna()
    paid = table.index[table["Dividends"] > 0]
    before = both[both.index < paid.max()] if len(paid) else both.iloc[:0]
    if len(before) and (before["Close"] == before["Adj Close"]).all():
        reason = "dividends were paid, but the prices before them are not adjusted"
        raise YahooFailure(status="bad_answer", reason=reason)


def _refuse_part(priced: pd.DatetimeIndex, meta: dict[str, Any], start: date, end: date) -> None:
    """Refuse prices that do not cover the days of `start` to `end` on which the firm was traded."""
    traded_from, traded_to = _day(meta.get("firstTradeDate")), _day(meta.get("regularMarketTime"))
    first, last = priced[0].date(), priced[-1].date()
    if first - max(start, traded_from or start) > SLACK:
        reason = f"prices begin on {first}, but it was traded from {traded_from or start}"
        raise YahooFailure(status="incomplete", reason=reason)
    if min(end, traded_to or end) - last > SLACK:
        reason = f"prices end on {last}, but it was traded until {traded_to or end}"
        raise YahooFailure(status="incomplete", reason=reason)
    weekdays = len(pd.bdate_range(first, last))
    if len(priced) < MIN_DAYS_SHARE * weekdays:
        reason = f"prices on {len(priced)} of {weekdays} weekdays from {first} to {last}"
        raise YahooFailure(status="incomplete", reason=reason)


def _day(seconds: float | None) -> date | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).date()
