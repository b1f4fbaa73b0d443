"""Client of Yahoo, through yfinance: one history or profile, with retries of transient errors.

yfinance's own bulk download hides every failure, so each ticker is requested by itself.
"""

from __future__ import annotations

import atexit
import functools
import logging
import random
import shutil
import tempfile
import warnings
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, TypeVar

from firmsim.errors import extra
from firmsim.firms.symbols import is_american
from firmsim.prices.sources.yahoo.clock import Clock, Stopped
from firmsim.prices.sources.yahoo.failures import (
    TRANSIENT,
    NotRequested,
    YahooFailure,
    failure_of,
)
from firmsim.prices.sources.yahoo.policy import RequestPolicy
from firmsim.prices.sources.yahoo.rate_limiter import RateLimiter
from firmsim.prices.sources.yahoo.responses import History, checked_history, checked_profile

Accepted = TypeVar("Accepted")

RETRY_DELAY = 1.0
"""Seconds before the second attempt; doubled before each further one, and randomly extended by up
to as much again."""

NEW_YORK = "America/New_York"


@functools.cache
def _yfinance() -> Any:
    """Import and set up yfinance once per process."""
    import yfinance  # slow to import, and only this source needs it

    for category in (DeprecationWarning, FutureWarning):
        warnings.filterwarnings("ignore", category=category, module=r"yfinance\.")
    # Failures are raised and recorded here; without a handler they would be printed as well.
    logging.getLogger("yfinance").addHandler(logging.NullHandler())
    yfinance.config.debug.hide_exceptions = False
    # Two processes cannot share its databases of cookies and time zones, so each has its own.
    folder = tempfile.mkdtemp(prefix="firmsim-yahoo-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    yfinance.set_tz_cache_location(folder)
    # Opening them here, in one thread, avoids "database is locked" in many.
    yfinance.cache.get_tz_cache().lookup("x")
    yfinance.cache.get_cookie_cache().lookup("x")
    return yfinance


class YahooClient:
    """Requests prices and profiles of single firms.

    Parameters
    ----------
    policy : RequestPolicy
        Rates, timeouts and attempts.
    clock : Clock
        Time.
    """

    def __init__(self, policy: RequestPolicy, clock: Clock) -> None:
        with extra("yahoo", "prices from Yahoo Finance"):
            # as slow to import as yfinance
            from firmsim.prices.sources.yahoo.session import YahooSession

            self._yfinance = _yfinance()
        self._clock = clock
        self._max_attempts = policy.max_attempts
        self._timeout = policy.timeout
        self._jitter = random.Random()  # noqa: S311 - it moves a moment, no result
        rates = {
            "request": policy.requests_per_second,
            "profile": policy.profiles_per_minute / 60,
        }
        limiter = RateLimiter(rates, policy.backoff, policy.max_attempts, clock)
        self._session = YahooSession(limiter, policy.timeout)

    def history(
        self, symbol: str, start: date, end: date, zone: str | None = None
    ) -> tuple[History, int]:
        """Daily prices, dividends and splits of one firm.

        Parameters
        ----------
        symbol : str
            Yahoo's symbol.
        start, end : date
            First and last day, both included.
        zone : str, optional
            Time zone of its exchange, where it is known; this saves a request.

        Returns
        -------
        (History, int)
            Accepted history, and number of attempts.

        Raises
        ------
        YahooFailure
            Any status.
        Stopped
            The user interrupted.
        """
        if zone is None and is_american(symbol):
            zone = NEW_YORK

        def request() -> History:
            if zone is not None:
                self._yfinance.cache.get_tz_cache().store(symbol, zone)
            table = self._ticker(symbol).history(
                start=start,
                end=end + timedelta(days=1),
                auto_adjust=False,
                actions=True,
                timeout=self._timeout,
            )
            return checked_history(table, self._session.last_text, start, end)

        return self._retry(request)

    def profile(self, symbol: str) -> dict[str, Any]:
        """Name, sector, industry, country and market capitalisation of one firm.

        Parameters
        ----------
        symbol : str
            Yahoo's symbol.

        Returns
        -------
        dict
            As `checked_profile`.

        Raises
        ------
        YahooFailure, Stopped
            As `history`.
        """

        def request() -> dict[str, Any]:
            # A new Ticker per attempt: one that failed returns None from then on.
            ticker = self._ticker(symbol)
            try:
                info = ticker.info
            except Exception:
                # its last request is for a ratio that is not needed; by then it has the rest
                if self._session.last_endpoint != "timeseries":
                    raise
                info = ticker.info
            return checked_profile(info)

        return self._retry(request)[0]

    def renew(self) -> None:
        """Permit requests for a cookie again, although earlier ones failed."""
        self._session.renew()

    def _ticker(self, symbol: str) -> Any:
        return self._yfinance.Ticker(symbol, session=self._session)

    def _retry(self, request: Callable[[], Accepted]) -> tuple[Accepted, int]:
        """Request until success, a permanent error, or the last attempt."""
        attempt, failure = 1, None
        while True:
            # yfinance also caches bad responses, and would return the same one again
            self._yfinance.data.YfData.cache_get.cache_clear()
            self._session.forget()
            try:
                return request(), attempt
            except Stopped:
                raise
            except NotRequested as refusal:
                raise failure or refusal from None
            except Exception as error:  # yfinance raises exceptions of any kind
                failure = self._failure(error)
                failure.attempts = attempt
                if failure.status not in TRANSIENT or attempt >= self._max_attempts:
                    raise failure from error
            self._clock.sleep(RETRY_DELAY * 2 ** (attempt - 1) * (1 + self._jitter.random()))
            attempt += 1

    def _failure(self, error: Exception) -> YahooFailure:
        """Classify an exception; a denied access, which has several exceptions, by its cause."""
        if not self._session.denied:
            return failure_of(error)
        status = "rate_limited" if self._session.crumb_refused else "server_error"
        return YahooFailure(status, self._session.denied)
