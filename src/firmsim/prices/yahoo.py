"""Prices from Yahoo Finance, one ticker at a time, every failure by name."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from filelock import FileLock
from tqdm import tqdm

from firmsim.errors import PriceError
from firmsim.prices.raw import IncompletePrices, RawPrices, outcomes_of
from firmsim.prices.yahoo_client import YahooClient, YahooFailure
from firmsim.prices.yahoo_store import YahooStore

NAMED = 5
"""Failed tickers that the error names."""


@dataclass(frozen=True)
class _Answer:
    """What one ticker came to."""

    ticker: str
    status: str
    reason: str = ""
    prices: pd.Series | None = None
    profile: dict[str, Any] | None = None
    profile_status: str = ""


class YahooPrices:
    """Prices and profiles from Yahoo Finance.

    Parameters
    ----------
    store : Path
        Folder where answers are kept; a later call asks only for what it lacks.
    workers : int
        Tickers asked for at the same time.
    timeout : float
        Seconds to wait for one answer.
    sleep : callable
        Waits so many seconds between tries.
    """

    def __init__(
        self,
        store: Path,
        workers: int = 2,
        timeout: float = 10.0,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.folder = Path(store)
        self.workers = workers
        self.timeout = timeout
        self._sleep = sleep

    def read(
        self, tickers: Sequence[str] | None, start: date | None, end: date | None
    ) -> RawPrices:
        """Prices of these firms on these days.

        Parameters
        ----------
        tickers : sequence of str or None
            Yahoo's symbols; None is an error, Yahoo has no list of all.
        start, end : date or None
            First and last day, both included; None is an error. Days after yesterday (UTC), whose
            prices may still change, are left out.

        Returns
        -------
        RawPrices
            ``Adj Close``. Outcomes are ``ok`` (asked for now) or ``cached`` (kept from before),
            with a column ``profile``: ok, absent, or why there is none. Market capitalisations in
            another currency than USD are left missing.

        Raises
        ------
        IncompletePrices
            A ticker failed. Its `outcomes` name all of them; what was had is kept in the store.
        PriceError
            Tickers or days are missing, or a file of the store is corrupt.
        """
        if tickers is None or start is None or end is None:
            message = "prices.source 'yahoo' needs firms, prices.start and prices.end; set them"
            raise PriceError(message)
        last = min(end, last_complete_day(datetime.now(UTC)))
        if start > last:
            message = f"prices.start: {start} is after {last}, the last day Yahoo can have whole"
            raise PriceError(message)
        store = YahooStore(self.folder, start, last)
        answers = self._ask_all(tickers, store, start, last)
        outcomes = _outcomes(answers)
        series = tuple(answer.prices for answer in answers if answer.prices is not None)
        if len(series) < len(answers):
            raise IncompletePrices(_failures(answers), outcomes)
        return RawPrices(series=series, outcomes=outcomes, profiles=_profiles(answers))

    def _ask_all(
        self, tickers: Sequence[str], store: YahooStore, start: date, end: date
    ) -> list[_Answer]:
        """Answers in the order of the tickers; an interrupt starts no further one.

        Processes that share the folder take turns: yfinance's databases do not bear two at once,
        and what the first was given the second need not ask for.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with FileLock(self.folder / ".lock"):
            client = YahooClient(self.folder / "cache", self.timeout, self._sleep)
            pool = ThreadPoolExecutor(self.workers)
            try:
                work = pool.map(lambda ticker: _ask(ticker, client, store, start, end), tickers)
                return list(tqdm(work, "Yahoo", len(tickers), unit="firm", disable=None))
            finally:
                pool.shutdown(cancel_futures=True)


def last_complete_day(now: datetime) -> date:
    """Last day on which every exchange has closed: yesterday in UTC.

    Parameters
    ----------
    now : datetime
        With time zone.

    Returns
    -------
    date
        Prices up to this day no longer change in the course of trading.
    """
    return now.astimezone(UTC).date() - timedelta(days=1)


def _ask(ticker: str, client: YahooClient, store: YahooStore, start: date, end: date) -> _Answer:
    """History and profile of one ticker, from the store where it has them."""
    table, status = store.history(ticker), "cached"
    if table is None:
        try:
            table, status = client.history(ticker, start, end), "ok"
        except YahooFailure as failure:
            return _Answer(ticker, failure.status, failure.reason)
        store.keep_history(ticker, table)
    prices = table["Adj Close"].astype("float64").rename(ticker)
    profile, about = store.profile(ticker), ""
    if profile is None:
        try:
            profile = client.profile(ticker)
        except YahooFailure as failure:
            about = f"{failure.status}: {failure.reason}"
        else:
            store.keep_profile(ticker, profile)
    return _Answer(ticker, status, "", prices, profile, about or _about(profile or {}))


def _about(profile: dict[str, Any]) -> str:
    """Say whether a profile holds anything, and what of it is left out."""
    if profile["market_cap"] is not None and profile["currency"] != "USD":
        return f"ok, market capitalisation in {profile['currency'] or '?'} left out"
    known = profile["sector"] or profile["market_cap"] is not None
    return "ok" if known else "absent"


def _outcomes(answers: list[_Answer]) -> pd.DataFrame:
    """One row a ticker asked for."""
    empty = pd.Series(dtype="float64", index=pd.DatetimeIndex([]))
    had = [
        empty.rename(answer.ticker) if answer.prices is None else answer.prices
        for answer in answers
    ]
    return outcomes_of(had).assign(
        status=[answer.status for answer in answers],
        reason=[answer.reason for answer in answers],
        profile=[answer.profile_status for answer in answers],
    )


def _profiles(answers: list[_Answer]) -> pd.DataFrame:
    """Name, sector, industry and market capitalisation (USD) by ticker."""
    rows = []
    for answer in answers:
        profile = answer.profile or {}
        in_dollars = profile.get("currency") == "USD" and profile["market_cap"] is not None
        texts = {key: profile.get(key, "") for key in ("name", "sector", "industry")}
        size = float(profile["market_cap"]) if in_dollars else np.nan
        rows.append({**texts, "market_cap": size})
    return pd.DataFrame(rows, index=pd.Index([answer.ticker for answer in answers], name="ticker"))


def _failures(answers: list[_Answer]) -> str:
    """One line that names the failed tickers and why."""
    failed = [answer for answer in answers if answer.prices is None]
    named = [f"{answer.ticker!r}: {answer.status} ({_reason(answer)})" for answer in failed[:NAMED]]
    if len(failed) > NAMED:
        named.append(f"{len(failed) - NAMED} more")
    had = len(answers) - len(failed)
    counted = f"{had} of {len(answers)} firms were downloaded"
    return f"no prices for {'; '.join(named)}; {counted}"


def _reason(answer: _Answer) -> str:
    """Reason, with the usual mistake in a share class pointed out."""
    if answer.status == "unknown_symbol" and (
        share := re.fullmatch(r"(\w+)\.([AB])", answer.ticker)
    ):
        return f"Yahoo does not know it; did you mean '{share[1]}-{share[2]}'?"
    return answer.reason
