"""Trading sessions of exchanges: a hole in a history is a missing session, not a weekday."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from firmsim.errors import extra
from firmsim.prices.raw import RawPrices
from firmsim.typing import Flags, Floats

NEW_YORK = "XNYS"
"""Calendar of the exchanges of New York."""

MONTH = 21
"""Days, of all exchanges, whose median tells how many firms of one usually have a price."""

MARGIN = pd.Timedelta(days=30)
"""Days by which calendars are built longer: none can be built for a time without a session."""


def calendars_of(raw: RawPrices, calendar: str | None = None) -> dict[str, str]:
    """Calendar of each firm's exchange.

    Parameters
    ----------
    raw : RawPrices
        Prices of a source, with the calendars that the source knows.
    calendar : str, optional
        Calendar of all firms; it takes the place of those of the source.

    Returns
    -------
    dict of str to str
        Ticker -> name of a calendar, "" when it is unknown.

    Examples
    --------
    >>> series = tuple(pd.Series([1.0], name=ticker) for ticker in ("AAPL", "7203.T"))
    >>> raw = RawPrices(series, pd.DataFrame(), calendars={"AAPL": NEW_YORK})
    >>> calendars_of(raw)
    {'AAPL': 'XNYS', '7203.T': ''}
    >>> calendars_of(raw, "XTKS")
    {'AAPL': 'XTKS', '7203.T': 'XTKS'}
    """
    tickers = [str(one.name) for one in raw.series]
    return {ticker: calendar or raw.calendars.get(ticker, "") for ticker in tickers}


def sessions(calendar: str, first: pd.Timestamp, last: pd.Timestamp) -> pd.DatetimeIndex:
    """Days on which an exchange was open.

    Parameters
    ----------
    calendar : str
        Name of a calendar of exchange_calendars, such as XNYS.
    first, last : Timestamp
        Both included.

    Returns
    -------
    DatetimeIndex
        Without time zone. Days before or after those that the calendar covers are left out.

    Raises
    ------
    MissingPackageError
        exchange_calendars is not installed.

    Examples
    --------
    >>> sessions("XNYS", pd.Timestamp("2024-07-03"), pd.Timestamp("2024-07-05")).day.tolist()
    [3, 5]
    """
    with extra("workflow", f"calendar {calendar}"):
        import exchange_calendars  # slow to import, and most jobs need no calendar

    built = exchange_calendars.get_calendar(calendar)
    if first < built.first_session or last > built.last_session:
        low, high = built.bound_min(), built.bound_max()
        start = first - MARGIN if low is None else max(first - MARGIN, low)
        end = last + MARGIN if high is None else min(last + MARGIN, high)
        if start >= end:
            return pd.DatetimeIndex([], dtype="datetime64[us]")
        built = exchange_calendars.get_calendar(calendar, start=start, end=end)
    days: pd.DatetimeIndex = built.sessions
    return days[(days >= first) & (days <= last)].as_unit("us")


def missing_sessions(prices: pd.Series, calendar: str) -> pd.DatetimeIndex:
    """Sessions without a price between a firm's first and last one.

    Parameters
    ----------
    prices : Series
        Prices of one firm; index of days in any order, missing allowed.
    calendar : str
        Calendar of its exchange; "" has no session.

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
    """Runs of missing sessions.

    Parameters
    ----------
    prices, calendar
        As `missing_sessions`.

    Yields
    ------
    Timestamp, int
        First missing session and the number of sessions in a row.

    Examples
    --------
    >>> days = pd.DatetimeIndex(["2024-07-01", "2024-07-05", "2024-07-08"])
    >>> [(f"{day:%m-%d}", length) for day, length in holes(pd.Series(1.0, days), "XNYS")]
    [('07-02', 2)]
    """
    missing = missing_sessions(prices, calendar)
    if not len(missing):
        return
    place = sessions(calendar, missing[0], missing[-1]).get_indexer(missing)
    starts = np.flatnonzero(np.diff(place, prepend=-2) > 1)
    for start, end in zip(starts.tolist(), [*starts[1:].tolist(), len(missing)], strict=True):
        yield missing[start], end - start


def holes_by_firm(series: Sequence[pd.Series], calendars: Mapping[str, str]) -> pd.DataFrame:
    """Number of missing sessions per firm.

    Parameters
    ----------
    series : sequence of Series
        One per firm; name = ticker.
    calendars : mapping of str to str
        Ticker -> calendar of its exchange, "" when it is unknown.

    Returns
    -------
    DataFrame
        Index ticker; columns calendar (str), missing_sessions (between the first and the last
        price) and longest_hole (sessions in a row), both missing without a calendar.
    """
    firms = {str(one.name): one for one in reversed(series)}  # the first one of a ticker
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
    """Split a panel by calendar, each part on the sessions of its exchange.

    On the union of all days, a holiday of one exchange would look like a hole in the histories of
    its firms, and hide the growth rate to the next session.

    Parameters
    ----------
    prices : DataFrame of shape (n_days, n_firms)
        Index of days, sorted and unique.
    calendars : mapping of str to str
        Ticker -> calendar, "" when it is unknown.

    Returns
    -------
    list of DataFrame
        One per calendar. Its rows are the sessions between the panel's first and last day, and
        other days on which most of its firms have a price: there the calendar is wrong. Days with
        a few prices off session are left out. Without a calendar the rows are all days.
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


def closed_days(prices: pd.DataFrame, calendars: Mapping[str, str]) -> Flags:
    """Days of a panel on which a firm's exchange had no session.

    Parameters
    ----------
    prices, calendars
        As `by_calendar`.

    Returns
    -------
    array of bool, shape (n_days, n_firms)
        False without a calendar.
    """
    closed = np.zeros(prices.shape, dtype=bool)
    for part in by_calendar(prices, calendars):
        columns = prices.columns.isin(part.columns)
        closed[np.ix_(~prices.index.isin(part.index), columns)] = True
    return closed


def over_closed_days(values: Floats, closed: Flags) -> Floats:
    """Carry values forward over the days on which a firm's exchange was closed, and no others.

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

    Examples
    --------
    >>> values = np.array([[1.0], [np.nan], [np.nan]])
    >>> over_closed_days(values, np.array([[False], [True], [False]]))[:, 0].tolist()
    [1.0, 1.0, nan]
    """
    carried = values.copy()
    for day in np.flatnonzero((closed & np.isnan(values)).any(axis=1)):
        over = closed[day] & np.isnan(values[day])
        carried[day, over] = carried[day - 1, over] if day else np.nan
    return carried
