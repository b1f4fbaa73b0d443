"""Circuit breaker: no more requests once many firms in a row have failed for a common cause."""

from __future__ import annotations

import logging
import threading

from firmsim.prices.sources.yahoo.failures import NotRequested, YahooFailure

MAX_FAILURES = 10
"""Consecutive firms that fail for a cause of `COMMON`, after which the breaker opens."""

COMMON = frozenset({"rate_limited", "server_error", "timeout", "connection"})
"""Statuses whose cause concerns all firms."""

log = logging.getLogger("firmsim.yahoo")


class CircuitBreaker:
    """Counts consecutive failures and refuses further requests after too many.

    Examples
    --------
    >>> breaker = CircuitBreaker()
    >>> for _ in range(MAX_FAILURES):
    ...     breaker.failed(YahooFailure("timeout", "no answer"))
    >>> breaker.check()
    Traceback (most recent call last):
    firmsim.prices.sources.yahoo.failures.NotRequested: timeout: not asked: ...
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._count = 0
        self._last: YahooFailure | None = None

    def check(self) -> None:
        """Raise `NotRequested` when the breaker is open."""
        if self._last is not None:
            reason = (
                f"not asked: {MAX_FAILURES} firms in a row failed, the last: {self._last.reason}"
            )
            raise NotRequested(self._last.status, reason)

    def failed(self, failure: YahooFailure) -> None:
        """Count a failure; one that concerns a single firm resets the count."""
        with self._lock:
            self._count = self._count + 1 if failure.status in COMMON else 0
            if self._count == MAX_FAILURES:
                log.warning("no more requests: %d firms in a row failed", MAX_FAILURES)
                self._last = failure

    def answered(self) -> None:
        """Reset the count after a success."""
        with self._lock:
            self._count = 0
