"""Many tickers: some at a time, each kept the moment it arrives, each with one outcome."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from tqdm import tqdm

from firmsim.errors import PriceError
from firmsim.prices.sources.yahoo.client import YahooClient
from firmsim.prices.sources.yahoo.failures import FINAL, NotAsked, YahooFailure
from firmsim.prices.sources.yahoo.pace import Clock
from firmsim.prices.sources.yahoo.splice import extended
from firmsim.prices.sources.yahoo.store import CorruptFile, KeptHistory, Store

OVERLAP = timedelta(days=14)
"""Days before the last kept one that are asked for again, to see whether they have changed."""

GIVE_UP = 10
"""Firms in a row that fail for a cause of `COMMON`, after which no more are asked for."""

COMMON = frozenset({"rate_limited", "server_error", "timeout", "connection"})
"""Failures that are likely to be those of all firms."""

log = logging.getLogger("firmsim.yahoo")


@dataclass(frozen=True)
class Outcome:
    """What became of one symbol, prices or profile.

    Attributes
    ----------
    symbol : str
        As Yahoo writes it.
    status : str
        ``ok``, or as `YahooFailure`.
    reason : str
        Of a failure, or what is to be said of prices that were had; "" for nothing.
    attempts : int
        How often Yahoo was asked for it.
    fetched : str
        ``nothing`` (all was kept from before), ``tail`` (newer days) or ``whole``.
    """

    symbol: str
    status: str
    reason: str = ""
    attempts: int = 0
    fetched: str = "nothing"


class Interrupted(PriceError):  # noqa: N818 - a wish of the user, not a fault
    """The user pressed Ctrl-C."""


class Download:
    """Fetches what a store lacks.

    Parameters
    ----------
    client : YahooClient
        Asks.
    store : Store
        Keeps; its lock must be held.
    workers : int
        Symbols asked for at the same time.
    clock : Clock
        The one of the client, stopped on Ctrl-C.
    """

    def __init__(self, client: YahooClient, store: Store, workers: int, clock: Clock) -> None:
        self._client = client
        self._store = store
        self._workers = workers
        self._clock = clock
        self._streak = CircuitBreaker()

    def histories(self, symbols: Sequence[str], start: date, end: date) -> dict[str, Outcome]:
        """Have the prices of all symbols in the store.

        Parameters
        ----------
        symbols : sequence of str
            Each once.
        start, end : date
            First and last day, both included.

        Returns
        -------
        dict of str to Outcome
            One for every symbol.

        Raises
        ------
        Interrupted
            The user pressed Ctrl-C.
        PriceError
            The store cannot be written or read.
        """
        return self._all(lambda symbol: self._history(symbol, start, end), symbols, "Prices")

    def profiles(self, symbols: Sequence[str], days: int) -> dict[str, Outcome]:
        """Have the profiles of all symbols in the store, none older than so many days.

        One that cannot be refreshed stays as it is. Parameters and errors as `histories`.
        """
        self._client.renew()
        today = datetime.now(UTC).date()
        return self._all(lambda symbol: self._profile(symbol, days, today), symbols, "Profiles")

    def _all(
        self, ask: Callable[[str], Outcome], symbols: Sequence[str], title: str
    ) -> dict[str, Outcome]:
        self._streak = CircuitBreaker()
        outcomes: dict[str, Outcome] = {}
        pool = ThreadPoolExecutor(self._workers)
        try:
            futures = [pool.submit(ask, symbol) for symbol in symbols]
            with tqdm(total=len(symbols), desc=title, unit="firm", disable=None) as bar:
                failed = 0
                for future in as_completed(futures):
                    outcome = future.result()
                    outcomes[outcome.symbol] = outcome
                    failed += outcome.status != "ok"
                    bar.set_postfix(failed=failed, refresh=False)
                    bar.update()
        except KeyboardInterrupt:
            self._clock.stop()
            message = (
                f"interrupted at {len(outcomes)} of {len(symbols)} firms; what was downloaded is "
                f"kept in {self._store.folder}: run the same command again to go on from there"
            )
            raise Interrupted(message) from None
        except BaseException:
            self._clock.stop()
            raise
        finally:
            pool.shutdown(cancel_futures=True)
        counts = Counter(outcome.status for outcome in outcomes.values())
        log.info(
            "%s: %s", title, ", ".join(f"{n} {status}" for status, n in sorted(counts.items()))
        )
        return outcomes

    def _history(self, symbol: str, start: date, end: date) -> Outcome:
        """Have one history in the store, asking for no more than it lacks."""
        kept, note = self._kept(symbol, self._store.history)
        if kept is not None and kept.start <= start and kept.end >= end:
            return Outcome(symbol, "ok", kept.remark)
        attempts, had, fetched = 0, None, "tail"
        try:
            self._streak.check()
            if kept is not None and kept.start <= start:
                had, attempts = self._longer(symbol, kept, end)
            if had is None:
                fetched = "whole"
                had, more = self._whole(symbol, kept, start, end)
                attempts += more
        except YahooFailure as failure:
            self._streak.failed(failure)
            attempts += failure.attempts
            if failure.status in FINAL and kept is not None and _reaches(kept, start, end):
                newer = f"no day after {kept.end}: {failure.reason}"
                reason = _remarks(kept.remark, newer)
                return Outcome(symbol, "ok", reason, attempts)
            reason = _remarks(failure.reason, note)
            return Outcome(symbol, failure.status, reason, attempts)
        self._streak.answered()
        self._store.keep_history(symbol, had)
        reason = _remarks(had.remark, note)
        return Outcome(symbol, "ok", reason, attempts, fetched)

    def _longer(self, symbol: str, kept: KeptHistory, end: date) -> tuple[KeptHistory | None, int]:
        """A kept history with newer days, None where they do not fit; and the attempts."""
        first = max(kept.start, kept.table.index[-1].date() - OVERLAP)
        tail, attempts = self._client.history(symbol, first, end, kept.zone)
        table = extended(kept.table, tail.table)
        if table is None:
            log.info("%s: earlier prices were adjusted anew, asked for as a whole", symbol)
            return None, attempts
        later = f"from {first}: {tail.remark}" if tail.remark else ""
        remark = _remarks(kept.remark, later)
        return KeptHistory(table, kept.start, end, _now(), tail.zone, remark), attempts

    def _whole(
        self, symbol: str, kept: KeptHistory | None, start: date, end: date
    ) -> tuple[KeptHistory, int]:
        """A history of these days and of those that are kept; and the attempts."""
        zone = None
        if kept is not None:
            start, end, zone = min(start, kept.start), max(end, kept.end), kept.zone
        whole, attempts = self._client.history(symbol, start, end, zone)
        return KeptHistory(whole.table, start, end, _now(), whole.zone, whole.remark), attempts

    def _profile(self, symbol: str, days: int, today: date) -> Outcome:
        """Have one profile in the store."""
        kept, note = self._kept(symbol, self._store.profile)
        if kept is not None and (today - date.fromisoformat(kept["fetched"])).days < days:
            return Outcome(symbol, "ok")
        try:
            self._streak.check()
            profile = self._client.profile(symbol)
        except YahooFailure as failure:
            self._streak.failed(failure)
            reason = _remarks(failure.reason, note)
            return Outcome(symbol, failure.status, reason, failure.attempts)
        self._streak.answered()
        self._store.keep_profile(symbol, {**profile, "fetched": str(today)})
        return Outcome(symbol, "ok", note, fetched="whole")

    def _kept(self, symbol: str, read: Callable[[str], Any]) -> tuple[Any, str]:
        """What the store has, and what is to be said of a file that was corrupt."""
        try:
            return read(symbol), ""
        except CorruptFile as corrupt:
            aside = self._store.set_aside(corrupt)
            note = f"the kept file {corrupt.reason}: moved to {aside.name} and asked for again"
            log.warning("%s: %s", symbol, note)
            return None, note


class CircuitBreaker:
    """Failures in a row, none of the firms' own making; too many, and nobody is asked for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._count = 0
        self._last: YahooFailure | None = None

    def check(self) -> None:
        """Raise `NotAsked` when there were too many."""
        if self._last is not None:
            reason = f"not asked: {GIVE_UP} firms in a row failed, the last: {self._last.reason}"
            raise NotAsked(self._last.status, reason)

    def failed(self, failure: YahooFailure) -> None:
        """Count a failure; one that is the firm's own is an answer."""
        with self._lock:
            self._count = self._count + 1 if failure.status in COMMON else 0
            if self._count == GIVE_UP:
                log.warning("no more is asked for: %d firms in a row failed", GIVE_UP)
                self._last = failure

    def answered(self) -> None:
        """Begin again."""
        with self._lock:
            self._count = 0


def _now() -> datetime:
    return datetime.now(UTC)


def _remarks(*several: str) -> str:
    """Remarks in one line, empty ones left out."""
    return "; ".join(filter(None, several))


def _reaches(kept: KeptHistory, start: date, end: date) -> bool:
    """Whether a kept history lacks no day but later ones, as that of a firm delisted since."""
    return kept.start <= start and not kept.table.loc[str(start) : str(end)].empty
