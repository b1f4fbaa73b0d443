"""Prices as a source gave them, before any check."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from firmsim.errors import PriceError

TEXTS = ["name", "sector", "industry", "country", "exchange", "currency", "market_cap_date"]
"""Texts that a source may have on a firm, see `RawPrices.attributes`."""


@dataclass(frozen=True)
class RawPrices:
    """Prices of a source, and what else it has on the firms.

    Attributes
    ----------
    series : tuple of Series
        One per column or file: name = ticker, DatetimeIndex that may be unsorted or hold a day
        twice, float64 closing prices adjusted for splits and dividends, missing allowed. A ticker
        may occur twice.
    outcomes : DataFrame
        One row per requested ticker: ticker, status, reason, rows (prices observed), first, last
        (ISO dates, "" without a price). The source `yahoo` adds symbol, attempts, fetched and
        profile.
    traded_value : Series, optional
        Ticker -> median USD/day over the last 252 trading days.
    profiles : DataFrame, optional
        Index ticker; columns name, sector, industry, country, exchange, currency, market_cap_date
        (str, "" when unknown) and market_cap (USD, missing when unknown).
    quotes : mapping of str to DataFrame, optional
        Ticker -> what shows whether prices are adjusted for dividends: columns ``close`` (adjusted
        for splits only), ``adjusted`` (for dividends too) and ``dividends`` (per share, zero or
        missing on other days); index of days. Only firms whose source has all three.
    calendars : mapping of str to str
        Ticker -> calendar of its exchange, "" or left out where it is unknown; see
        `firmsim.prices.sessions`.
    """

    series: tuple[pd.Series, ...]
    outcomes: pd.DataFrame
    traded_value: pd.Series | None = None
    profiles: pd.DataFrame | None = None
    quotes: Mapping[str, pd.DataFrame] | None = None
    calendars: Mapping[str, str] = field(default_factory=dict)

    def attributes(self) -> pd.DataFrame:
        """Attributes of each firm besides its prices.

        Returns
        -------
        DataFrame
            Index ticker; columns name, sector, industry, country, exchange, currency,
            market_cap_date (ISO date; all str, "" when unknown), market_cap (USD) and traded_value
            (USD/day), both missing when unknown.
        """
        tickers = pd.Index(dict.fromkeys(one.name for one in self.series), name="ticker")
        profiles = pd.DataFrame(index=tickers) if self.profiles is None else self.profiles
        table = profiles.reindex(tickers).reindex(columns=[*TEXTS, "market_cap"])
        text = table[TEXTS].astype(object)
        table[TEXTS] = text.where(text.notna(), "")
        table["market_cap"] = table["market_cap"].astype("float64")
        traded = pd.Series(dtype="float64") if self.traded_value is None else self.traded_value
        table["traded_value"] = traded.reindex(tickers).astype("float64")
        return table


class IncompletePrices(PriceError):  # noqa: N818 - it is not a fault of the program
    """Prices of too many tickers are missing; `outcomes` says which and why."""

    def __init__(self, message: str, outcomes: pd.DataFrame, parameter: str | None = None) -> None:
        super().__init__(message, parameter)
        self.outcomes = outcomes


def between(
    series: Sequence[pd.Series], start: date | None, end: date | None, where: object
) -> tuple[pd.Series, ...]:
    """Keep the days from `start` to `end`, both included.

    Parameters
    ----------
    series : sequence of Series
        Prices; index of days in any order.
    start, end : date or None
        None: no limit on that side.
    where : object
        File of the prices, for the error.

    Returns
    -------
    tuple of Series
        Same order and names.

    Raises
    ------
    PriceError
        No firm has a row on any of these days; names the days of the file. The parameter is
        ``start`` or ``end``.

    Examples
    --------
    >>> days = pd.DatetimeIndex(["2024-01-02", "2024-01-03", "2024-01-04"])
    >>> prices = pd.Series([1.0, 2.0, 3.0], days, name="A")
    >>> between([prices], date(2024, 1, 3), None, "prices.csv")[0].tolist()
    [2.0, 3.0]
    """
    low = pd.Timestamp.min if start is None else pd.Timestamp(start)
    high = pd.Timestamp.max if end is None else pd.Timestamp(end)
    kept = tuple(one[(one.index >= low) & (one.index <= high)] for one in series)
    if any(len(one) for one in kept):
        return kept
    days = [day for one in series if len(one) for day in (one.index.min(), one.index.max())]
    covered = f"it covers {min(days):%Y-%m-%d} to {max(days):%Y-%m-%d}" if days else "it has none"
    parameter = "end" if start is None or (days and high < min(days)) else "start"
    message = (
        f"{parameter}: {where} has no prices from {start or 'the first day'} to "
        f"{end or 'the last day'}; {covered}, so change start or end"
    )
    raise PriceError(message, parameter=parameter)


def refuse_unknown(tickers: Iterable[str], available: Sequence[str], where: object) -> None:
    """Raise when a requested ticker is not among those of a source.

    Parameters
    ----------
    tickers : iterable of str
        Requested tickers.
    available : sequence of str
        Tickers of the source.
    where : object
        File of the source, for the error.

    Raises
    ------
    PriceError
        Names the first such ticker, up to three near matches, and how many others there are.
    """
    have = set(available)
    unknown = [ticker for ticker in tickers if ticker not in have]
    if not unknown:
        return
    others = f" (and {len(unknown) - 1} more)" if len(unknown) > 1 else ""
    near = difflib.get_close_matches(unknown[0].upper(), sorted(have), n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(map(repr, near))}?" if near else "remove it or correct it"
    message = f"ticker {unknown[0]!r}{others} is not among the {len(have)} of {where}; {hint}"
    raise PriceError(message)


def outcomes_of(series: Sequence[pd.Series]) -> pd.DataFrame:
    """Outcome of each series: ticker, status, reason, rows, first, last.

    Parameters
    ----------
    series : sequence of Series
        Prices of the requested days.

    Returns
    -------
    DataFrame
        One row per series. Status is ``ok``, or ``no_data_in_range`` without a price.

    Examples
    --------
    >>> prices = pd.Series([1.0], pd.DatetimeIndex(["2024-01-02"]), name="A")
    >>> outcomes_of([prices]).loc[0, ["ticker", "status", "first"]].tolist()
    ['A', 'ok', '2024-01-02']
    """
    rows = []
    for one in series:
        days = one.index[one.notna()]
        found = len(days) > 0
        rows.append(
            {
                "ticker": one.name,
                "status": "ok" if found else "no_data_in_range",
                "reason": "" if found else "no price on the days asked for",
                "rows": len(days),
                "first": f"{days.min():%Y-%m-%d}" if found else "",
                "last": f"{days.max():%Y-%m-%d}" if found else "",
            }
        )
    return pd.DataFrame(rows, columns=["ticker", "status", "reason", "rows", "first", "last"])
