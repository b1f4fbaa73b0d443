"""Prices and profiles from Yahoo Finance, with one outcome for every ticker."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import filelock
import numpy as np
import pandas as pd
from tqdm import tqdm

from firmsim.errors import PriceError
from firmsim.firms.symbols import yahoo_symbol
from firmsim.prices.raw import IncompletePrices, RawPrices, outcomes_of
from firmsim.prices.sources.yahoo.answers import TEXTS
from firmsim.prices.sources.yahoo.client import RequestPolicy, YahooClient
from firmsim.prices.sources.yahoo.download import Download, Interrupted, Outcome
from firmsim.prices.sources.yahoo.pace import Clock, WallClock
from firmsim.prices.sources.yahoo.store import Store

NAMED = 3
"""Failed tickers of a status that the error names."""

ADVICE = {
    "rate_limited": "halve prices.requests_per_second and run again in an hour",
    "connection": "see to the network and run again",
    "unknown_symbol": "correct the tickers, or lower prices.min_coverage where firms are delisted",
    "no_data_in_range": "correct the tickers or the days",
}
"""What to do about too many failures, by the most frequent status; else to run again later."""

DOLLAR = "USD"

QUOTES = {"Close": "close", "Adj Close": "adjusted", "Dividends": "dividends"}
"""Columns of a history that a run reads, and what they are called in `RawPrices.quotes`."""

log = logging.getLogger("firmsim.yahoo")


class YahooPrices:
    """Prices and profiles from Yahoo Finance.

    Parameters
    ----------
    folder : Path
        Store where answers are kept; a later call asks only for what it lacks.
    manners : Manners
        How Yahoo is asked.
    min_coverage : float
        Share of the tickers that must have prices.
    profile_days : int or None
        Days after which a profile is asked for again; None: no profile is.
    later_listings : bool
        Whether firms without a price on the days asked for are expected, and no lack of coverage:
        training days that are pinned end before some firms are listed.
    clock : Clock, optional
        Time; tests have one that does not wait.
    """

    def __init__(
        self,
        folder: Path,
        policy: RequestPolicy,
        min_coverage: float = 0.95,
        profile_days: int | None = 30,
        clock: Clock | None = None,
        *,
        later_listings: bool = False,
    ) -> None:
        self.store = Store(folder)
        self.policy = policy
        self.min_coverage = min_coverage
        self.profile_days = profile_days
        self.later_listings = later_listings
        self._clock = clock or WallClock()

    def read(
        self, tickers: Sequence[str] | None, start: date | None, end: date | None
    ) -> RawPrices:
        """Prices of these firms on these days.

        Processes that share the store take turns: together they keep to the pace, and what the
        first was given the second need not ask for.

        Parameters
        ----------
        tickers : sequence of str or None
            As the user writes them, see `symbols.yahoo_symbol`; None is an error, Yahoo has no list
            of all.
        start, end : date or None
            First and last day, both included; None is an error. Days after yesterday (UTC), whose
            prices may still change, are left out.

        Returns
        -------
        RawPrices
            ``Adj Close`` of the tickers that could be had. Outcomes have these columns too: symbol,
            attempts, fetched (nothing, tail or whole) and profile (ok, what it lacks, or why there
            is none). Market capitalisations in another currency than USD are left missing.

        Raises
        ------
        IncompletePrices
            Fewer tickers have prices than `min_coverage` asks for, or none has. Its `outcomes` name
            all; what was had is kept in the store.
        Interrupted
            The user pressed Ctrl-C.
        PriceError
            Tickers or days are missing, or the store cannot be written or read.
        """
        if tickers is None or start is None or end is None:
            message = "prices.source 'yahoo' needs firms, prices.start and prices.end; set them"
            raise PriceError(message)
        last = min(end, last_complete_day(datetime.now(UTC)))
        if start > last:
            message = f"prices.start: {start} is after {last}, the last day Yahoo can have whole"
            raise PriceError(message)
        symbols = {ticker: yahoo_symbol(ticker) for ticker in tickers}
        for ticker, symbol in symbols.items():
            if ticker != symbol:
                log.info("%s is asked for as %s", ticker, symbol)
        with self._alone():  # also while the store is read: another run may change it afterwards
            client = YahooClient(self.policy, self._clock)
            download = Download(client, self.store, self.policy.workers, self._clock)
            answers = download.histories(list(dict.fromkeys(symbols.values())), start, last)
            quotes = self._quotes(symbols, answers, start, last)
            outcomes = _outcomes(symbols, answers, quotes)
            self._refuse_too_few(outcomes)
            had = [name for name, table in quotes.items() if table["adjusted"].notna().any()]
            said: dict[str, Outcome] = {}
            if self.profile_days is not None:
                profiled = list(dict.fromkeys(symbols[name] for name in had))
                said = download.profiles(profiled, self.profile_days)
            known = {symbol: self.store.profile(symbol) for symbol in said}
        about = {symbol: _about(known[symbol], said[symbol]) for symbol in said}
        outcomes["profile"] = [about.get(symbol, "") for symbol in outcomes["symbol"]]
        if said:
            counts = outcomes.loc[outcomes["profile"] != "", "profile"].value_counts()
            log.info("profiles: %s", "; ".join(f"{n} {what}" for what, n in counts.items()))
        return RawPrices(
            series=tuple(quotes[name]["adjusted"].rename(name) for name in had),
            outcomes=outcomes,
            profiles=_profiles({name: known.get(symbols[name]) or {} for name in had}),
            quotes={name: quotes[name] for name in had},
        )

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold the lock of the store; say so when that takes time."""
        lock = self.store.lock()
        try:
            lock.acquire(timeout=0)
        except filelock.Timeout:
            waiting = f"another run downloads into {self.store.folder}; waiting for it"
            log.info(waiting)
            tqdm.write(waiting, file=sys.stderr)  # where the progress bar will be
            try:
                lock.acquire()
            except KeyboardInterrupt:
                message = "interrupted while another run downloads; run the same command again"
                raise Interrupted(message) from None
        try:
            yield
        finally:
            lock.release()

    def _quotes(
        self, symbols: dict[str, str], answers: dict[str, Outcome], start: date, end: date
    ) -> dict[str, pd.DataFrame]:
        """Closes and dividends by ticker, empty for those that could not be had."""
        quotes = {}
        for ticker, symbol in symbols.items():
            kept = self.store.history(symbol) if answers[symbol].status == "ok" else None
            if kept is None:
                quotes[ticker] = pd.DataFrame(
                    columns=list(QUOTES.values()), index=pd.DatetimeIndex([]), dtype=float
                )
            else:
                # these columns only: one by itself would hold all the others in memory
                days = kept.table.loc[str(start) : str(end), list(QUOTES)]
                quotes[ticker] = days.rename(columns=QUOTES)
        return quotes

    def _refuse_too_few(self, outcomes: pd.DataFrame) -> None:
        had, asked = int((outcomes["status"] == "ok").sum()), len(outcomes)
        if self.later_listings:
            asked -= int((outcomes["status"] == "no_data_in_range").sum())
        failed = outcomes[outcomes["status"] != "ok"]
        if had and had >= self.min_coverage * asked:
            for _, row in failed.iterrows():
                log.warning("%s: %s: %s", row["ticker"], row["status"], row["reason"])
            return
        causes = []
        for status, rows in failed.groupby("status", sort=False):
            named = [f"{row['ticker']!r}: {row['reason']}" for _, row in rows[:NAMED].iterrows()]
            more = [f"{len(rows) - NAMED} more"] if len(rows) > NAMED else []
            causes.append(f"{len(rows)} {status} ({'; '.join([*named, *more])})")
        advice = ADVICE.get(failed["status"].mode()[0], "run again later")
        message = (
            f"{had} of {asked} firms have prices, fewer than prices.min_coverage "
            f"({self.min_coverage:g}) asks for: {', '.join(causes)}; {advice}; what was had is kept"
        )
        raise IncompletePrices(message, outcomes)


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


def _outcomes(
    symbols: dict[str, str], answers: dict[str, Outcome], quotes: dict[str, pd.DataFrame]
) -> pd.DataFrame:
    """One row a ticker asked for."""
    found = outcomes_of([table["adjusted"].rename(name) for name, table in quotes.items()])
    asked = [answers[symbol] for symbol in symbols.values()]
    ok = np.array([one.status == "ok" for one in asked])
    reasons = pd.Series([one.reason for one in asked])
    # of a long history that is kept, these days may have no price
    found["status"] = found["status"].where(ok, [one.status for one in asked])
    found["reason"] = found["reason"].where(ok & (found["rows"] == 0).to_numpy(), reasons)
    found.insert(1, "symbol", list(symbols.values()))
    found.insert(4, "attempts", [one.attempts for one in asked])
    found.insert(5, "fetched", [one.fetched for one in asked])
    return found.assign(profile="")


def _about(profile: dict[str, Any] | None, outcome: Outcome) -> str:
    """Say what a profile lacks, or why there is none."""
    failed = "" if outcome.status == "ok" else f"{outcome.status}: {outcome.reason}"
    if profile is None:
        return failed
    cap, currency = profile["market_cap"], profile["currency"]
    said = ["ok"]
    said += [] if profile["sector"] else ["no sector"]
    if cap is None:
        said.append("no market capitalisation")
    elif currency != DOLLAR:
        said.append(f"market capitalisation in {currency or '?'} left out")
    if failed:
        said.append(f"of {profile['fetched']}, not refreshed ({failed})")
    elif outcome.reason:
        said.append(outcome.reason)
    return ", ".join(said)


def _profiles(known: dict[str, dict[str, Any]]) -> pd.DataFrame:
    """What is known of each firm: texts, market capitalisation (USD) and the day it is of."""
    rows = []
    for profile in known.values():
        cap = profile.get("market_cap") if profile.get("currency") == DOLLAR else None
        texts = {key: profile.get(key, "") for key in ("name", *TEXTS)}
        size = np.nan if cap is None else float(cap)
        day = "" if cap is None else profile["fetched"]
        rows.append({**texts, "market_cap": size, "market_cap_date": day})
    return pd.DataFrame(rows, index=pd.Index(list(known), name="ticker"))
