"""Prices and profiles from Yahoo Finance, with one outcome per ticker."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import filelock
import numpy as np
import pandas as pd
from tqdm import tqdm

from firmsim.errors import PriceError
from firmsim.files import remove_half_made
from firmsim.firms.symbols import yahoo_symbol
from firmsim.prices.raw import IncompletePrices, RawPrices, outcomes_of
from firmsim.prices.sources.yahoo.client import YahooClient
from firmsim.prices.sources.yahoo.clock import Clock, WallClock
from firmsim.prices.sources.yahoo.download import Download, Interrupted, Outcome
from firmsim.prices.sources.yahoo.exchanges import calendar_of
from firmsim.prices.sources.yahoo.policy import RequestPolicy
from firmsim.prices.sources.yahoo.responses import TEXTS
from firmsim.prices.sources.yahoo.store import Store

MAX_NAMED = 3
"""Most failed tickers per status that the error names."""

HINTS = {
    "rate_limited": "halve requests_per_second and run again in an hour",
    "connection": "check the network and run again",
    "unknown_symbol": "correct the tickers, or lower min_coverage where firms are delisted",
    "no_data_in_range": "correct the tickers or the days",
}
"""Hint of the error by the most frequent status; for others it is to run again later."""

DOLLAR = "USD"

QUOTES = {"Close": "close", "Adj Close": "adjusted", "Dividends": "dividends"}
"""Columns of a history that a run reads -> their names in `RawPrices.quotes`."""

log = logging.getLogger("firmsim.yahoo")


class YahooPrices:
    """Prices and profiles from Yahoo Finance.

    Parameters
    ----------
    folder : Path
        Store of responses; a later call requests only what it lacks.
    policy : RequestPolicy
        Rates, timeouts and attempts.
    min_coverage : float
        Least share of the tickers that must have prices.
    profile_days : int or None
        Days after which a profile is requested again; None: no profile is requested.
    clock : Clock, optional
        Time; tests have one that does not wait.
    later_listings : bool
        Whether firms without a price on the requested days are left out of the coverage: training
        days that are pinned end before some firms are listed.

    Examples
    --------
    >>> YahooPrices(Path("resources/prices/yahoo"), RequestPolicy(workers=4)).policy.workers
    4
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

        Processes that share the store take turns: together they keep the request rate, and the
        second does not repeat the requests of the first.

        Parameters
        ----------
        tickers : sequence of str or None
            As the user writes them, see `firmsim.firms.symbols.yahoo_symbol`. None is an error, as
            Yahoo has no list of all firms.
        start, end : date or None
            First and last day, both included; None is an error. Days after yesterday (UTC) are left
            out, as their prices may still change.

        Returns
        -------
        RawPrices
            ``Adj Close`` of the tickers with prices. Outcomes have these columns, too: symbol,
            attempts, fetched (nothing, tail or whole) and profile (ok, what it lacks, or why there
            is none). Market capitalisations in another currency than USD are missing.

        Raises
        ------
        IncompletePrices
            No ticker has prices, or fewer than `min_coverage` requires. Its `outcomes` name all
            tickers; downloaded prices stay in the store.
        Interrupted
            The user pressed Ctrl-C.
        PriceError
            Tickers or days are missing, or the store cannot be written or read.
        """
        if tickers is None or start is None or end is None:
            missing = "tickers" if tickers is None else "start" if start is None else "end"
            message = (
                f"{missing}: is missing; the source 'yahoo' needs tickers, start and end, so set it"
            )
            raise PriceError(message, parameter=missing)
        last = min(end, last_complete_day(datetime.now(UTC)))
        if start > last:
            message = f"start: {start} is after {last}, the last day with complete prices at Yahoo"
            raise PriceError(message, parameter="start")
        symbols = {ticker: yahoo_symbol(ticker) for ticker in tickers}
        for ticker, symbol in symbols.items():
            if ticker != symbol:
                log.info("%s is requested as %s", ticker, symbol)
        with self._alone():  # also while the store is read: another run may change it afterwards
            client = YahooClient(self.policy, self._clock)
            download = Download(client, self.store, self.policy.workers, self._clock)
            histories = download.histories(list(dict.fromkeys(symbols.values())), start, last)
            quotes = self._quotes(symbols, histories, start, last)
            outcomes = _outcomes(symbols, histories, quotes)
            self._refuse_too_few(outcomes)
            priced = {
                ticker: symbols[ticker]
                for ticker, table in quotes.items()
                if table["adjusted"].notna().any()
            }
            profiled: dict[str, Outcome] = {}
            if self.profile_days is not None:
                of_priced = list(dict.fromkeys(priced.values()))
                profiled = download.profiles(of_priced, self.profile_days)
            profiles = {symbol: self.store.profile(symbol) or {} for symbol in profiled}
        about = {symbol: _about(profiles[symbol], profiled[symbol]) for symbol in profiled}
        outcomes["profile"] = [about.get(symbol, "") for symbol in outcomes["symbol"]]
        if profiled:
            counts = outcomes.loc[outcomes["profile"] != "", "profile"].value_counts()
            log.info("profiles: %s", "; ".join(f"{n} {what}" for what, n in counts.items()))
        return _raw(priced, outcomes, profiles, quotes)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold the lock of the store; report a wait."""
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
            remove_half_made(self.store.folder)
            yield
        finally:
            lock.release()

    def _quotes(
        self, symbols: dict[str, str], histories: dict[str, Outcome], start: date, end: date
    ) -> dict[str, pd.DataFrame]:
        """Closes and dividends by ticker, empty for tickers without a history."""
        quotes = {}
        for ticker, symbol in symbols.items():
            stored = self.store.history(symbol) if histories[symbol].status == "ok" else None
            if stored is None:
                quotes[ticker] = pd.DataFrame(
                    columns=list(QUOTES.values()), index=pd.DatetimeIndex([]), dtype=float
                )
            else:
                # these columns only: one by itself would keep all the others in memory
                days = stored.table.loc[str(start) : str(end), list(QUOTES)]
                quotes[ticker] = days.rename(columns=QUOTES)
        return quotes

    def _refuse_too_few(self, outcomes: pd.DataFrame) -> None:
        """Raise when the coverage is too low; otherwise log the failed tickers."""
        priced, requested = int((outcomes["status"] == "ok").sum()), len(outcomes)
        if self.later_listings:
            requested -= int((outcomes["status"] == "no_data_in_range").sum())
        failed = outcomes[outcomes["status"] != "ok"]
        if priced and priced >= self.min_coverage * requested:
            for _, row in failed.iterrows():
                log.warning("%s: %s: %s", row["ticker"], row["status"], row["reason"])
            return
        causes = []
        for status, rows in failed.groupby("status", sort=False):
            named = [
                f"{row['ticker']!r}: {row['reason']}" for _, row in rows[:MAX_NAMED].iterrows()
            ]
            more = [f"{len(rows) - MAX_NAMED} more"] if len(rows) > MAX_NAMED else []
            causes.append(f"{len(rows)} {status} ({'; '.join([*named, *more])})")
        hint = HINTS.get(failed["status"].mode()[0], "run again later")
        message = (
            f"min_coverage: {priced} of {requested} firms have prices, fewer than the required "
            f"share of {self.min_coverage:g}: {', '.join(causes)}; {hint}; "
            "downloaded prices are kept"
        )
        raise IncompletePrices(message, outcomes, parameter="min_coverage")


def last_complete_day(now: datetime) -> date:
    """Last day on which every exchange has closed: yesterday in UTC.

    Parameters
    ----------
    now : datetime
        With time zone.

    Returns
    -------
    date
        Prices up to this day no longer change during trading.

    Examples
    --------
    >>> last_complete_day(datetime(2024, 1, 3, 2, 0, tzinfo=UTC))
    datetime.date(2024, 1, 2)
    """
    return now.astimezone(UTC).date() - timedelta(days=1)


def _outcomes(
    symbols: dict[str, str], histories: dict[str, Outcome], quotes: dict[str, pd.DataFrame]
) -> pd.DataFrame:
    """One row per requested ticker."""
    table = outcomes_of([quote["adjusted"].rename(name) for name, quote in quotes.items()])
    requested = [histories[symbol] for symbol in symbols.values()]
    ok = np.array([one.status == "ok" for one in requested])
    reasons = pd.Series([one.reason for one in requested])
    # a long stored history may have no price on these days
    table["status"] = table["status"].where(ok, [one.status for one in requested])
    table["reason"] = table["reason"].where(ok & (table["rows"] == 0).to_numpy(), reasons)
    table.insert(1, "symbol", list(symbols.values()))
    table.insert(4, "attempts", [one.attempts for one in requested])
    table.insert(5, "fetched", [one.fetched for one in requested])
    return table.assign(profile="")


def _about(profile: Mapping[str, Any], outcome: Outcome) -> str:
    """What a profile lacks, or why there is none."""
    failed = "" if outcome.status == "ok" else f"{outcome.status}: {outcome.reason}"
    if not profile:
        return failed
    cap, currency = profile["market_cap"], profile["currency"]
    parts = ["ok"]
    parts += [] if profile["sector"] else ["no sector"]
    if cap is None:
        parts.append("no market capitalisation")
    elif currency != DOLLAR:
        parts.append(f"market capitalisation in {currency or '?'} left out")
    if failed:
        parts.append(f"of {profile['fetched']}, not refreshed ({failed})")
    elif outcome.reason:
        parts.append(outcome.reason)
    return ", ".join(parts)


def _raw(
    priced: Mapping[str, str],
    outcomes: pd.DataFrame,
    profiles: Mapping[str, Mapping[str, Any]],
    quotes: Mapping[str, pd.DataFrame],
) -> RawPrices:
    """Prices, profiles and calendars of the firms with prices."""
    of_firms = {ticker: profiles.get(symbol, {}) for ticker, symbol in priced.items()}
    return RawPrices(
        series=tuple(quotes[ticker]["adjusted"].rename(ticker) for ticker in priced),
        outcomes=outcomes,
        profiles=_profiles(of_firms),
        quotes={ticker: quotes[ticker] for ticker in priced},
        calendars={
            ticker: calendar_of(symbol, of_firms[ticker].get("exchange", ""))
            for ticker, symbol in priced.items()
        },
    )


def _profiles(of_firms: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    """Profile of each firm: texts, market capitalisation (USD) and its date."""
    rows = []
    for profile in of_firms.values():
        cap = profile.get("market_cap") if profile.get("currency") == DOLLAR else None
        texts = {key: profile.get(key, "") for key in ("name", *TEXTS)}
        size = np.nan if cap is None else float(cap)
        day = "" if cap is None else profile["fetched"]
        rows.append({**texts, "market_cap": size, "market_cap_date": day})
    return pd.DataFrame(rows, index=pd.Index(list(of_firms), name="ticker"))
