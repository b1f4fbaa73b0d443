"""When the next request may be sent: one pace for all workers, and a pause after a refusal."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Mapping
from typing import Protocol

from firmsim.prices.sources.yahoo.failures import NotAsked

JITTER = 0.25
"""A pause is longer by up to this share, at random, lest several machines come back as one."""


class Stopped(Exception):  # noqa: N818 - a wish of the user, not a fault
    """The user broke off; nothing more is asked."""


class Clock(Protocol):
    """Time that can be waited for; tests have one that does not wait."""

    def now(self) -> float:
        """Seconds since some moment."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait; `Stopped` when the user breaks off meanwhile."""
        ...

    def stop(self) -> None:
        """End every sleep, now and later."""
        ...


class WallClock:
    """Time as it passes."""

    def __init__(self) -> None:
        self._stopped = threading.Event()

    def now(self) -> float:
        """Seconds since some moment."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait; `Stopped` when the user breaks off meanwhile."""
        if self._stopped.wait(seconds):
            raise Stopped

    def stop(self) -> None:
        """End every sleep, now and later."""
        self._stopped.set()


class Pace:
    """Spaces the requests of all workers, and holds them all after a 429.

    Parameters
    ----------
    rates : mapping of str to float
        Requests a second, by kind.
    backoff : float
        Seconds that everybody waits after a 429; twice as long after each further one in a row.
    max_attempts : int
        After so many 429 in a row, with no answer between them, Yahoo is left alone.
    clock : Clock
        Time.
    """

    def __init__(
        self, rates: Mapping[str, float], backoff: float, max_attempts: int, clock: Clock
    ) -> None:
        self.clock = clock
        self.max_attempts = max_attempts
        self._spacing = {kind: 1 / rate for kind, rate in rates.items()}
        self._pause = backoff
        self._lock = threading.Lock()
        self._next = dict.fromkeys(rates, 0.0)
        self._held_since, self._held_until = float("-inf"), 0.0
        self._refusals = 0
        self._jitter = random.Random()  # noqa: S311 - it moves a moment, no result

    def wait(self, kind: str) -> float:
        """Wait for this request's turn.

        Parameters
        ----------
        kind : str
            A key of `rates`.

        Returns
        -------
        float
            Now; `refused` wants it.

        Raises
        ------
        NotAsked
            rate_limited: Yahoo refused too often.
        Stopped
            The user broke off.
        """
        while True:
            with self._lock:
                if self._refusals >= self.max_attempts:
                    reason = f"not asked: Yahoo said 429 {self._refusals} times in a row"
                    raise NotAsked(status="rate_limited", reason=reason)
                now = self.clock.now()
                turn = max(self._next[kind], self._held_until)
                if now >= turn:
                    self._next[kind] = now + self._spacing[kind]
                    break
            self.clock.sleep(turn - now)
        self.clock.sleep(0)  # a turn that comes after the user broke off is not taken
        return now

    def refused(self, sent: float) -> None:
        """Hold everybody: Yahoo said 429 to a request that was sent at that moment.

        Requests that were under way when the pause began count as the same refusal.
        """
        with self._lock:
            if sent < self._held_since:
                return
            self._held_since = self.clock.now()
            longer = 2**self._refusals * (1 + JITTER * self._jitter.random())
            self._held_until = self._held_since + self._pause * longer
            self._refusals += 1

    def answered(self) -> None:
        """Yahoo answered; the next refusal is a first one."""
        with self._lock:
            if self._refusals < self.max_attempts:
                self._refusals = 0
