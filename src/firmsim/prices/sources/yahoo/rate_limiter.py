"""Rate limiter: one rate for all workers, and a backoff after HTTP 429."""

from __future__ import annotations

import random
import threading
from collections.abc import Mapping

from firmsim.prices.sources.yahoo.clock import Clock
from firmsim.prices.sources.yahoo.failures import NotRequested

JITTER = 0.25
"""Largest random extension of a backoff (ratio), so that several machines do not retry as one."""


class RateLimiter:
    """Spaces the requests of all workers, and makes all of them wait after an HTTP 429 response.

    Parameters
    ----------
    rates : mapping of str to float
        Kind of request -> most requests per second.
    backoff : float
        Seconds to wait after a 429; doubled after each further one in a row.
    max_attempts : int
        Consecutive 429 responses after which no more requests are sent.
    clock : Clock
        Time.

    Examples
    --------
    >>> from firmsim.prices.sources.yahoo.clock import WallClock
    >>> limiter = RateLimiter({"request": 1000.0}, 60.0, 1, WallClock())
    >>> limiter.refused(limiter.wait("request"))
    >>> limiter.wait("request")
    Traceback (most recent call last):
    firmsim.prices.sources.yahoo.failures.NotRequested: rate_limited: ...
    """

    def __init__(
        self, rates: Mapping[str, float], backoff: float, max_attempts: int, clock: Clock
    ) -> None:
        self.clock = clock
        self.max_attempts = max_attempts
        self._spacing = {kind: 1 / rate for kind, rate in rates.items()}
        self._backoff = backoff
        self._lock = threading.Lock()
        self._next = dict.fromkeys(rates, 0.0)
        self._paused_since, self._paused_until = float("-inf"), 0.0
        self._refusals = 0
        self._jitter = random.Random()  # noqa: S311 - it moves a moment, no result

    def wait(self, kind: str) -> float:
        """Wait until a request may be sent.

        Parameters
        ----------
        kind : str
            A key of `rates`.

        Returns
        -------
        float
            Present time, for `refused`.

        Raises
        ------
        NotRequested
            rate_limited: too many consecutive 429 responses.
        Stopped
            The user interrupted.
        """
        while True:
            with self._lock:
                if self._refusals >= self.max_attempts:
                    reason = f"not asked: Yahoo said 429 {self._refusals} times in a row"
                    raise NotRequested(status="rate_limited", reason=reason)
                now = self.clock.now()
                turn = max(self._next[kind], self._paused_until)
                if now >= turn:
                    self._next[kind] = now + self._spacing[kind]
                    break
            self.clock.sleep(turn - now)
        self.clock.sleep(0)  # raises when the user interrupted meanwhile
        return now

    def refused(self, sent: float) -> None:
        """Make all workers wait after a 429 response.

        Requests that were under way when the backoff began count as the same refusal.

        Parameters
        ----------
        sent : float
            Time at which the refused request was sent, from `wait`.
        """
        with self._lock:
            if sent < self._paused_since:
                return
            self._paused_since = self.clock.now()
            longer = 2**self._refusals * (1 + JITTER * self._jitter.random())
            self._paused_until = self._paused_since + self._backoff * longer
            self._refusals += 1

    def answered(self) -> None:
        """Reset the count of 429 responses after any other response."""
        with self._lock:
            if self._refusals < self.max_attempts:
                self._refusals = 0
