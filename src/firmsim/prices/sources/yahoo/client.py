"""One question to Yahoo, through yfinance, asked again while its failure is one that may pass.

yfinance's own bulk download hides every failure, so each ticker is asked for by itself.
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
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeVar

from firmsim.firms.symbols import is_american
from firmsim.prices.sources.yahoo.answers import History, checked_history, checked_profile
from firmsim.prices.sources.yahoo.failures import PASSING, NotAsked, YahooFailure, failure_of
from firmsim.prices.sources.yahoo.pace import Clock, Pace, Stopped

Answer = TypeVar("Answer")

BACKOFF = 1.0
"""Seconds before the second try; doubled before each further one, and up to doubled at random."""

NEW_YORK = "America/New_York"


@functools.cache
def _yfinance() -> Any:
    """yfinance, made ready once a process."""
    import yfinance  # it takes a second and many modules: for this source only

    for category in (DeprecationWarning, FutureWarning):
        warnings.filterwarnings("ignore", category=category, module=r"yfinance\.")
    # Failures are raised and recorded here; without a handler they would be printed as well.
    logging.getLogger("yfinance").addHandler(logging.NullHandler())
    yfinance.config.debug.hide_exceptions = False
    # Its databases of cookies and time zones do not bear two processes, so each has its own.
    folder = tempfile.mkdtemp(prefix="firmsim-yahoo-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    yfinance.set_tz_cache_location(folder)
    # Opening them here, in one thread, avoids "database is locked" in many.
    yfinance.cache.get_tz_cache().lookup("x")
    yfinance.cache.get_cookie_cache().lookup("x")
    return yfinance


@dataclass(frozen=True)
class RequestPolicy:
    """How Yahoo is asked, which changes nothing about the prices.

    Attributes
    ----------
    workers : int
        Tickers asked for at the same time.
    timeout : float
        Seconds to wait for one answer.
    requests_per_second, profiles_per_minute : float
        Of all workers together.
    max_attempts : int
        How often a ticker is asked for while its failure may pass.
    backoff : float
        Seconds that all workers wait after 429 Too Many Requests; doubled each time in a row.
    """

    workers: int = 2
    timeout: float = 10.0
    requests_per_second: float = 1.0
    profiles_per_minute: float = 10.0
    max_attempts: int = 4
    backoff: float = 60.0


class YahooClient:
    """Asks Yahoo for prices and profiles.

    Parameters
    ----------
    manners : Manners
        How often and how patiently.
    clock : Clock
        Time.
    """

    def __init__(self, policy: RequestPolicy, clock: Clock) -> None:
        from firmsim.prices.sources.yahoo.session import (
            PacedSession,  # as slow to import as yfinance
        )

        self._yfinance = _yfinance()
        self._clock = clock
        self._tries = policy.max_attempts
        self._timeout = policy.timeout
        self._jitter = random.Random()  # noqa: S311 - it moves a moment, no result
        rates = {
            "request": policy.requests_per_second,
            "profile": policy.profiles_per_minute / 60,
        }
        pace = Pace(rates, policy.backoff, policy.max_attempts, clock)
        self._session = PacedSession(pace, policy.timeout)

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
            Time zone of its exchange, where that is known; it saves a request.

        Returns
        -------
        (History, int)
            What was accepted, and how often it was asked for.

        Raises
        ------
        YahooFailure
            Any status.
        Stopped
            The user broke off.
        """
        if zone is None and is_american(symbol):
            zone = NEW_YORK

        def ask() -> History:
            if zone is not None:
                self._yfinance.cache.get_tz_cache().store(symbol, zone)
            table = self._ticker(symbol).history(
                start=start,
                end=end + timedelta(days=1),
                auto_adjust=False,
                actions=True,
                timeout=self._timeout,
            )
            return checked_history(table, self._session.answer, start, end)

        return self._persist(ask)

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

        def ask() -> dict[str, Any]:
            # A new Ticker each time: one that failed answers None from then on.
            ticker = self._ticker(symbol)
            try:
                info = ticker.info
            except Exception:
                # asked last, for a ratio that is not needed; the rest is there by then
                if self._session.asked != "timeseries":
                    raise
                info = ticker.info
            return checked_profile(info)

        return self._persist(ask)[0]

    def renew(self) -> None:
        """Have a cookie asked for again, although it could not be had before."""
        self._session.renew()

    def _ticker(self, symbol: str) -> Any:
        return self._yfinance.Ticker(symbol, session=self._session)

    def _persist(self, ask: Callable[[], Answer]) -> tuple[Answer, int]:
        """Ask until there is an answer, a final failure, or no try left."""
        attempt, failure = 1, None
        while True:
            # yfinance keeps bad answers too, and would give the same one again
            self._yfinance.data.YfData.cache_get.cache_clear()
            self._session.forget()
            try:
                return ask(), attempt
            except Stopped:
                raise
            except NotAsked as refusal:
                raise failure or refusal from None
            except Exception as error:  # yfinance raises whatever it meets
                failure = self._failure(error)
                failure.attempts = attempt
                if failure.status not in PASSING or attempt >= self._tries:
                    raise failure from error
            self._clock.sleep(BACKOFF * 2 ** (attempt - 1) * (1 + self._jitter.random()))
            attempt += 1

    def _failure(self, error: Exception) -> YahooFailure:
        """Kind of failure; without access, for which yfinance has several errors, by its cause."""
        if not self._session.denied:
            return failure_of(error)
        status = "rate_limited" if self._session.crumb_refused else "server_error"
        return YahooFailure(status, self._session.denied)
