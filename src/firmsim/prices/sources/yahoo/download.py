"""Download of many tickers by several workers; each is stored on arrival, and has one outcome."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from tqdm import tqdm

from firmsim.errors import PriceError
from firmsim.prices.sources.yahoo.circuit_breaker import CircuitBreaker
from firmsim.prices.sources.yahoo.client import YahooClient
from firmsim.prices.sources.yahoo.clock import Clock
from firmsim.prices.sources.yahoo.failures import PERMANENT, YahooFailure
from firmsim.prices.sources.yahoo.splice import extended
from firmsim.prices.sources.yahoo.store import CorruptFile, Store, StoredHistory

OVERLAP = timedelta(days=14)
"""Days before the last stored one that are requested again, to see whether they have changed."""

log = logging.getLogger("firmsim.yahoo")


@dataclass(frozen=True)
class Outcome:
    """Outcome of one symbol's prices or profile.

    Attributes
    ----------
    symbol : str
        Yahoo's symbol.
    status : str
        ``ok``, or that of a `YahooFailure`.
    reason : str
        Reason of a failure, or a remark on prices; "" for none.
    attempts : int
        Number of attempts.
    fetched : str
        ``nothing`` (all was in the store), ``tail`` (newer days) or ``whole``.
    """

    symbol: str
    status: str
    reason: str = ""
    attempts: int = 0
    fetched: str = "nothing"


class Interrupted(PriceError):  # noqa: N818 - a decision of the user, not a fault
    """The user pressed Ctrl-C."""


class Download:
    """Downloads what a store lacks.

    Parameters
    ----------
    client : YahooClient
        Sends the requests.
    store : Store
        Cache on disk; its lock must be held.
    workers : int
        Symbols downloaded at the same time.
    clock : Clock
        Clock of the client; it is stopped on Ctrl-C.
    """

    def __init__(self, client: YahooClient, store: Store, workers: int, clock: Clock) -> None:
        self._client = client
        self._store = store
        self._workers = workers
        self._clock = clock
        self._breaker = CircuitBreaker()

    def histories(self, symbols: Sequence[str], start: date, end: date) -> dict[str, Outcome]:
        """Bring the prices of all symbols into the store.

        Parameters
        ----------
        symbols : sequence of str
            Each once.
        start, end : date
            First and last day, both included.

        Returns
        -------
        dict of str to Outcome
            One per symbol.

        Raises
        ------
        Interrupted
            The user pressed Ctrl-C.
        PriceError
            The store cannot be written or read.
        """
        return self._all(lambda symbol: self._history(symbol, start, end), symbols, "Prices")

    def profiles(self, symbols: Sequence[str], days: int) -> dict[str, Outcome]:
        """Bring the profiles of all symbols into the store, none older than `days` days.

        A profile that cannot be refreshed stays as it is. Parameters and errors as `histories`.
        """
        self._client.renew()
        today = datetime.now(UTC).date()
        return self._all(lambda symbol: self._profile(symbol, days, today), symbols, "Profiles")

    def _all(
        self, download: Callable[[str], Outcome], symbols: Sequence[str], title: str
    ) -> dict[str, Outcome]:
        """Download all symbols by several workers, with a progress bar."""
        self._breaker = CircuitBreaker()
        outcomes: dict[str, Outcome] = {}
        pool = ThreadPoolExecutor(self._workers)
        try:
            tasks = [pool.submit(download, symbol) for symbol in symbols]
            with tqdm(total=len(symbols), desc=title, unit="firm", disable=None) as bar:
                failed = 0
                for task in as_completed(tasks):
                    outcome = task.result()
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
        """Bring one history into the store, requesting no more than it lacks."""
        stored, note = self._stored(symbol, self._store.history)
        if stored is not None and stored.start <= start and stored.end >= end:
            return Outcome(symbol, "ok", stored.remark)
        attempts, history, fetched = 0, None, "tail"
        try:
            self._breaker.check()
            if stored is not None and stored.start <= start:
                history, attempts = self._longer(symbol, stored, end)
            if history is None:
                fetched = "whole"
                history, more = self._whole(symbol, stored, start, end)
                attempts += more
        except YahooFailure as failure:
            self._breaker.failed(failure)
            attempts += failure.attempts
            if stored is not None and failure.status in PERMANENT and _covers(stored, start, end):
                newer = f"no day after {stored.end}: {failure.reason}"
                reason = _remarks(stored.remark, newer)
                return Outcome(symbol, "ok", reason, attempts)
            reason = _remarks(failure.reason, note)
            return Outcome(symbol, failure.status, reason, attempts)
        self._breaker.answered()
        self._store.save_history(symbol, history)
        reason = _remarks(history.remark, note)
        return Outcome(symbol, "ok", reason, attempts, fetched)

    def _longer(
        self, symbol: str, stored: StoredHistory, end: date
    ) -> tuple[StoredHistory | None, int]:
        """A stored history with newer days, None where they do not fit; and the attempts."""
        first = max(stored.start, stored.table.index[-1].date() - OVERLAP)
        tail, attempts = self._client.history(symbol, first, end, stored.zone)
        table = extended(stored.table, tail.table)
        if table is None:
            log.info("%s: earlier prices have changed, the whole history is requested", symbol)
            return None, attempts
        newer = f"from {first}: {tail.remark}" if tail.remark else ""
        remark = _remarks(stored.remark, newer)
        return StoredHistory(table, stored.start, end, _now(), tail.zone, remark), attempts

    def _whole(
        self, symbol: str, stored: StoredHistory | None, start: date, end: date
    ) -> tuple[StoredHistory, int]:
        """A history of these days and of the stored ones; and the attempts."""
        zone = None
        if stored is not None:
            start, end, zone = min(start, stored.start), max(end, stored.end), stored.zone
        whole, attempts = self._client.history(symbol, start, end, zone)
        return StoredHistory(whole.table, start, end, _now(), whole.zone, whole.remark), attempts

    def _profile(self, symbol: str, days: int, today: date) -> Outcome:
        """Bring one profile into the store."""
        stored, note = self._stored(symbol, self._store.profile)
        if stored is not None and (today - date.fromisoformat(stored["fetched"])).days < days:
            return Outcome(symbol, "ok")
        try:
            self._breaker.check()
            profile = self._client.profile(symbol)
        except YahooFailure as failure:
            self._breaker.failed(failure)
            reason = _remarks(failure.reason, note)
            return Outcome(symbol, failure.status, reason, failure.attempts)
        self._breaker.answered()
        self._store.save_profile(symbol, {**profile, "fetched": str(today)})
        return Outcome(symbol, "ok", note, fetched="whole")

    def _stored(self, symbol: str, read: Callable[[str], Any]) -> tuple[Any, str]:
        """What the store has, and a remark on a corrupt file."""
        try:
            return read(symbol), ""
        except CorruptFile as corrupt:
            aside = self._store.set_aside(corrupt)
            note = f"the kept file {corrupt.reason}: moved to {aside.name} and asked for again"
            log.warning("%s: %s", symbol, note)
            return None, note


def _now() -> datetime:
    return datetime.now(UTC)


def _remarks(*several: str) -> str:
    """Remarks in one line, empty ones left out."""
    return "; ".join(filter(None, several))


def _covers(stored: StoredHistory, start: date, end: date) -> bool:
    """Whether a stored history lacks only newer days, as that of a firm delisted since."""
    return stored.start <= start and not stored.table.loc[str(start) : str(end)].empty
