"""Prices as a source gave them, before any check."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from firmsim.errors import PriceError

TEXTS = ["name", "sector", "industry", "country", "exchange", "currency", "market_cap_date"]
"""What a source may know of a firm besides its prices and the numbers of `attributes`."""


@dataclass(frozen=True)
class RawPrices:
    """What a source gave, untouched.

    Attributes
    ----------
    series : tuple of Series
        One a column or file: name = ticker, DatetimeIndex that may be unsorted or hold a day
        twice, float64 closing prices adjusted for splits and dividends, missing allowed. A ticker
        may stand twice.
    outcomes : DataFrame
        One row a ticker asked for: ticker, status, reason, rows (prices that are there), first,
        last (ISO dates, "" when there are none); from Yahoo symbol, attempts, fetched and profile
        too.
    traded_value : Series, optional
        Ticker -> median USD/day over the last 252 trading days.
    profiles : DataFrame, optional
        Index ticker; columns name, sector, industry, country, exchange, currency, market_cap_date
        (str, "" when unknown) and market_cap (USD, missing when unknown).
    quotes : mapping of str to DataFrame, optional
        Ticker -> what shows whether dividends were adjusted for: columns ``close`` (adjusted for
        splits only), ``adjusted`` (for dividends too) and ``dividends`` (per share, zero or missing
        on other days); index of days. Only firms whose source gives all three.
    """

    series: tuple[pd.Series, ...]
    outcomes: pd.DataFrame
    traded_value: pd.Series | None = None
    profiles: pd.DataFrame | None = None
    quotes: Mapping[str, pd.DataFrame] | None = None

    def attributes(self) -> pd.DataFrame:
        """What the source knows of each firm besides its prices.

        Returns
        -------
        DataFrame
            Index ticker; columns name, sector, industry, country, exchange, currency,
            market_cap_date (ISO date; all str, "" when unknown), market_cap (USD) and traded_value
            (USD/day), both missing when unknown.
        """
        tickers = pd.Index(dict.fromkeys(one.name for one in self.series), name="ticker")
        profiles = pd.DataFrame(index=tickers) if self.profiles is None else self.profiles
        known = profiles.reindex(tickers).reindex(columns=[*TEXTS, "market_cap"])
        text = known[TEXTS].astype(object)
        known[TEXTS] = text.where(text.notna(), "")
        known["market_cap"] = known["market_cap"].astype("float64")
        traded = pd.Series(dtype="float64") if self.traded_value is None else self.traded_value
        known["traded_value"] = traded.reindex(tickers).astype("float64")
        return known

    @property
    def exchanges(self) -> dict[str, str]:
        """Ticker -> the source's code of its exchange, where that is known."""
        known = self.attributes()["exchange"]
        return {str(ticker): code for ticker, code in known[known != ""].items()}


class IncompletePrices(PriceError):  # noqa: N818 - it is not a fault of the program
    """Some tickers could not be had; `outcomes` says which and why."""

    def __init__(self, message: str, outcomes: pd.DataFrame) -> None:
        super().__init__(message)
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
        File they came from, for the error.

    Returns
    -------
    tuple of Series
        Same order and names.

    Raises
    ------
    PriceError
        No firm has a row on any of those days; names the days there are.
    """
    low = pd.Timestamp.min if start is None else pd.Timestamp(start)
    high = pd.Timestamp.max if end is None else pd.Timestamp(end)
    kept = tuple(one[(one.index >= low) & (one.index <= high)] for one in series)
    if not any(len(one) for one in kept):
        days = [day for one in series if len(one) for day in (one.index.min(), one.index.max())]
        held = f"it covers {min(days):%Y-%m-%d} to {max(days):%Y-%m-%d}" if days else "it has none"
        message = (
            f"{where}: no prices from {start or 'the first day'} to {end or 'the last day'}; "
            f"{held}, so change prices.start or prices.end"
        )
        raise PriceError(message)
    return kept


def refuse_unknown(tickers: Iterable[str], known: Sequence[str], where: object) -> None:
    """Raise when a ticker asked for is not among those a source has.

    Parameters
    ----------
    tickers : iterable of str
        Tickers asked for.
    known : sequence of str
        Tickers the source has.
    where : object
        File they are read from, for the error.

    Raises
    ------
    PriceError
        Names the first such ticker, up to three near matches, and how many others there are.
    """
    have = set(known)
    unknown = [ticker for ticker in tickers if ticker not in have]
    if not unknown:
        return
    others = f" (and {len(unknown) - 1} more)" if len(unknown) > 1 else ""
    near = difflib.get_close_matches(unknown[0].upper(), sorted(have), n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(map(repr, near))}?" if near else "remove it or correct it"
    message = f"ticker {unknown[0]!r}{others} is not among the {len(have)} of {where}; {hint}"
    raise PriceError(message)


def outcomes_of(series: Sequence[pd.Series]) -> pd.DataFrame:
    """One row a series that was read: ticker, status, reason, rows, first, last.

    Parameters
    ----------
    series : sequence of Series
        Prices of the days asked for.

    Returns
    -------
    DataFrame
        Status is ``ok``, or ``no_data_in_range`` when no price is there.
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
