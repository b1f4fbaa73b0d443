"""Trading sessions of exchanges: a hole in a history is a missing session, not a weekday."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from firmsim.config import Prices
from firmsim.firms.symbols import yahoo_symbol
from firmsim.prices.sources.yahoo.exchanges import NEW_YORK, calendar_of

MONTH = 21
"""Days, of all exchanges, whose median tells how many firms of one usually have a price."""

MARGIN = pd.Timedelta(days=30)
"""Calendars are built for so much more than is asked: none can be for a time without a session."""


def calendars_of(
    tickers: Sequence[str], settings: Prices, exchanges: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Calendar of each firm's exchange.

    Parameters
    ----------
    tickers : sequence of str
        Firms.
    settings : Prices
        Its ``calendar`` counts for all firms. Else those of the source `bundled` are listed in New
        York, Yahoo's symbols tell, and for the source `file` nothing is known.
    exchanges : mapping of str to str, optional
        Ticker -> Yahoo's code of its exchange, where that is known.

    Returns
    -------
    dict of str to str
        Ticker -> name of a calendar, "" when it is not known.
    """
    if settings.calendar is not None or settings.source != "yahoo":
        of_all = settings.calendar or (NEW_YORK if settings.source == "bundled" else "")
        return dict.fromkeys(tickers, of_all)
    known = exchanges or {}
    return {ticker: calendar_of(yahoo_symbol(ticker), known.get(ticker, "")) for ticker in tickers}


def sessions(calendar: str, first: pd.Timestamp, last: pd.Timestamp) -> pd.DatetimeIndex:
    """Days on which an exchange was open.

    Parameters
    ----------
    calendar : str
        A name that exchange_calendars knows.
    first, last : Timestamp
        Both included.

    Returns
    -------
    DatetimeIndex
        Without time zone. Days before or after those that the calendar is known for are left out.
    """
    import exchange_calendars  # here, for it is slow to import and most jobs need no calendar

    known = exchange_calendars.get_calendar(calendar)
    if first < known.first_session or last > known.last_session:
        low, high = known.bound_min(), known.bound_max()
        start = first - MARGIN if low is None else max(first - MARGIN, low)
        end = last + MARGIN if high is None else min(last + MARGIN, high)
        if start >= end:
            return pd.DatetimeIndex([], dtype="datetime64[us]")
        known = exchange_calendars.get_calendar(calendar, start=start, end=end)
    days: pd.DatetimeIndex = known.sessions
    return days[(days >= first) & (days <= last)].as_unit("us")


def missing_sessions(prices: pd.Series, calendar: str) -> pd.DatetimeIndex:
    """Sessions between a firm's first and last price that have none.

    Parameters
    ----------
    prices : Series
        One firm; index of days in any order, missing allowed.
    calendar : str
        Its exchange's; "" knows no session.

    Returns
    -------
    DatetimeIndex
        In order.
    """
    days = pd.DatetimeIndex(prices.index[prices.notna()]).as_unit("us").unique()
    if not calendar or not len(days):
        return pd.DatetimeIndex([], dtype="datetime64[us]")
    return sessions(calendar, days.min(), days.max()).difference(days)


def holes(prices: pd.Series, calendar: str) -> Iterator[tuple[pd.Timestamp, int]]:
    """Runs of missing sessions that follow each other.

    Parameters
    ----------
    prices, calendar
        As for :func:`missing_sessions`.

    Yields
    ------
    Timestamp, int
        First missing session and the number of sessions in a row.
    """
    missing = missing_sessions(prices, calendar)
    if not len(missing):
        return
    place = sessions(calendar, missing[0], missing[-1]).get_indexer(missing)
    starts = np.flatnonzero(np.diff(place, prepend=-2) > 1)
    for start, end in zip(starts.tolist(), [*starts[1:].tolist(), len(missing)], strict=True):
        yield missing[start], end - start


def holes_by_firm(series: Sequence[pd.Series], calendars: Mapping[str, str]) -> pd.DataFrame:
    """Count every firm's missing sessions.

    Parameters
    ----------
    series : sequence of Series
        One a firm; name = ticker.
    calendars : mapping of str to str
        Ticker -> calendar of its exchange, "" when it is not known.

    Returns
    -------
    DataFrame
        Index ticker; columns calendar (str), missing_sessions (between the first and the last
        price) and longest_hole (sessions in a row), both missing where no calendar is known.
    """
    firms = {str(one.name): one for one in reversed(series)}  # of a ticker given twice, the first
    runs = {
        ticker: [length for _, length in holes(one, calendars.get(ticker, ""))]
        for ticker, one in firms.items()
    }
    table = pd.DataFrame(
        {
            "calendar": [calendars.get(ticker, "") for ticker in firms],
            "missing_sessions": [sum(runs[ticker]) for ticker in firms],
            "longest_hole": [max(runs[ticker], default=0) for ticker in firms],
        },
        index=pd.Index(list(firms), dtype=object),
    ).astype({"missing_sessions": "Int64", "longest_hole": "Int64"})
    table.loc[table["calendar"] == "", ["missing_sessions", "longest_hole"]] = pd.NA
    return table


def by_calendar(prices: pd.DataFrame, calendars: Mapping[str, str]) -> list[pd.DataFrame]:
    """Split a panel by exchange, each part on the sessions of its exchange.

    On the days of all firms together, a holiday of one exchange would look like a hole in the
    histories of its firms, and hide the growth rate to the next session.

    Parameters
    ----------
    prices : DataFrame of shape (n_days, n_firms)
        Index of days, sorted and unique.
    calendars : mapping of str to str
        Ticker -> calendar, "" when it is not known.

    Returns
    -------
    list of DataFrame
        One a calendar. Rows are the sessions between the panel's first and last day, and further
        days on which most of the part's firms have a price: there the calendar is wrong, while a
        few prices off session are, and are left out. Where no calendar is known, all days.
    """
    parts = []
    of_firms = np.array([calendars.get(ticker, "") for ticker in prices.columns], dtype=object)
    for calendar in dict.fromkeys(of_firms):
        part = prices.loc[:, of_firms == calendar]
        if calendar:
            firms = part.notna().sum(axis=1)
            traded = part.index[
                firms > firms.rolling(MONTH, center=True, min_periods=1).median() / 2
            ]
            part = part.reindex(
                sessions(calendar, prices.index[0], prices.index[-1]).union(traded).as_unit("us")
            )
        parts.append(part)
    return parts


def closed_days(prices: pd.DataFrame, calendars: Mapping[str, str]) -> NDArray[np.bool_]:
    """Days of a panel on which a firm's exchange had no session.

    Parameters
    ----------
    prices, calendars
        As for :func:`by_calendar`.

    Returns
    -------
    array of bool, shape (n_days, n_firms)
        False where no calendar is known.
    """
    closed = np.zeros(prices.shape, dtype=bool)
    for part in by_calendar(prices, calendars):
        columns = prices.columns.isin(part.columns)
        closed[np.ix_(~prices.index.isin(part.index), columns)] = True
    return closed


def over_closed_days(values: NDArray[np.float64], closed: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Carry values over the days on which a firm's exchange was closed, and over no others.

    Parameters
    ----------
    values : array of shape (n_days, n_firms)
        Missing allowed.
    closed : array of bool, shape (n_days, n_firms)
        From `closed_days`.

    Returns
    -------
    array of shape (n_days, n_firms)
        A value on a closed day stays.
    """
    carried = values.copy()
    for day in np.flatnonzero((closed & np.isnan(values)).any(axis=1)):
        over = closed[day] & np.isnan(values[day])
        carried[day, over] = carried[day - 1, over] if day else np.nan
    return carried
