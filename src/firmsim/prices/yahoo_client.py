"""One question to Yahoo at a time, through yfinance, with a typed reason when it fails.

yfinance's own bulk download hides every failure, so each ticker is asked for by itself.
"""

from __future__ import annotations

import json
import logging
import time
import warnings
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd

Answer = TypeVar("Answer")

RETRIED = frozenset({"rate_limited", "server_error", "timeout", "connection", "bad_answer"})
"""Failures that may pass; the others are final."""
TRIES = 3
FIRST_PAUSE = 1.0
"""Seconds before the second try; doubled before each further one."""


class YahooFailure(Exception):  # noqa: N818 - an outcome to be recorded, not a fault
    """Yahoo did not give what was asked for."""

    def __init__(self, status: str, reason: str) -> None:
        super().__init__(f"{status}: {reason}")
        self.status = status
        self.reason = reason


class YahooClient:
    """Asks Yahoo for prices and profiles.

    Parameters
    ----------
    cache : Path
        Folder for yfinance's own cookies and time zones.
    timeout : float
        Seconds to wait for prices. (yfinance fixes 10 s for a time zone, 30 s for a profile.)
    sleep : callable
        Waits so many seconds between tries.
    """

    def __init__(
        self, cache: Path, timeout: float, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        import yfinance  # it takes a second and many modules: for this source only

        self._yfinance = yfinance
        self._timeout = timeout
        self._sleep = sleep
        for category in (DeprecationWarning, FutureWarning):
            warnings.filterwarnings("ignore", category=category, module=r"yfinance\.")
        # Failures are raised and recorded here; without a handler they would be printed as well.
        logging.getLogger("yfinance").addHandler(logging.NullHandler())
        yfinance.config.debug.hide_exceptions = False
        cache.mkdir(parents=True, exist_ok=True)
        yfinance.set_tz_cache_location(str(cache))
        # Opening the two databases here, in one thread, avoids "database is locked" in many.
        yfinance.cache.get_tz_cache().lookup("x")
        yfinance.cache.get_cookie_cache().lookup("x")

    def history(self, ticker: str, start: date, end: date) -> pd.DataFrame:
        """Daily prices, dividends and splits of one firm.

        Parameters
        ----------
        ticker : str
            Yahoo's symbol.
        start, end : date
            First and last day, both included.

        Returns
        -------
        DataFrame
            Yahoo's columns, among them Close (adjusted for splits) and Adj Close (for dividends
            too); index of days without time zone.

        Raises
        ------
        YahooFailure
            Status unknown_symbol, no_data, rate_limited, server_error, timeout, connection or
            bad_answer.
        """

        def ask() -> pd.DataFrame:
            table = self._yfinance.Ticker(ticker).history(
                start=start,
                end=end + timedelta(days=1),
                auto_adjust=False,
                actions=True,
                timeout=self._timeout,
            )
            return checked_history(table)

        return self._persist(ask)

    def profile(self, ticker: str) -> dict[str, Any]:
        """Name, sector, industry and market capitalisation of one firm.

        Parameters
        ----------
        ticker : str
            Yahoo's symbol.

        Returns
        -------
        dict
            name, sector, industry, currency (str, "" when Yahoo has none), market_cap (in that
            currency, None when Yahoo has none).

        Raises
        ------
        YahooFailure
            As `history`.
        """

        def ask() -> dict[str, Any]:
            # A new Ticker each time: one that failed answers None from then on.
            info = self._yfinance.Ticker(ticker).info
            if not info or "quoteType" not in info:
                raise YahooFailure(status="bad_answer", reason="a profile without a quote type")
            texts = {key: str(info.get(key) or "") for key in ("sector", "industry", "currency")}
            name = str(info.get("longName") or info.get("shortName") or "")
            return {"name": name, **texts, "market_cap": info.get("marketCap")}

        return self._persist(ask)

    def _persist(self, ask: Callable[[], Answer]) -> Answer:
        """Ask up to three times while the failure is one that may pass."""
        tries = 1
        while True:
            try:
                return ask()
            except Exception as error:  # yfinance raises whatever it meets
                failure = failure_of(error)
                if failure.status not in RETRIED or tries == TRIES:
                    raise failure from error
            self._sleep(FIRST_PAUSE * 2 ** (tries - 1))
            # yfinance keeps bad answers too, and would give the same one again.
            self._yfinance.data.YfData.cache_get.cache_clear()
            tries += 1


def checked_history(table: pd.DataFrame) -> pd.DataFrame:
    """Refuse a history that is empty or that Yahoo forgot to adjust.

    Parameters
    ----------
    table : DataFrame
        As yfinance gives it.

    Returns
    -------
    DataFrame
        The same, its index days without time or zone.

    Raises
    ------
    YahooFailure
        There is no row or no adjusted price; or dividends were paid but no price is adjusted.
    """
    if table.empty:
        raise YahooFailure(status="no_data", reason="no price on the days asked for")
    if "Adj Close" not in table:
        raise YahooFailure(status="bad_answer", reason="no adjusted prices")
    table = table.set_axis(pd.DatetimeIndex(table.index).tz_localize(None).normalize())
    both = table[["Close", "Adj Close"]].dropna()
    paid = table.index[table["Dividends"] > 0]
    before = both[both.index < paid.max()] if len(paid) else both.iloc[:0]
    if len(before) and (before["Close"] == before["Adj Close"]).all():
        reason = "dividends were paid, but the prices before them are not adjusted"
        raise YahooFailure(status="bad_answer", reason=reason)
    return table


def failure_of(error: Exception) -> YahooFailure:
    """Say what kind of failure an exception of yfinance, or of what it uses, stands for.

    Classes are told by name because the HTTP library behind yfinance is one of two.

    Parameters
    ----------
    error : Exception
        Whatever was raised.

    Returns
    -------
    YahooFailure
        With a reason of one line.
    """
    if isinstance(error, YahooFailure):
        return error
    kinds = {kind.__name__ for kind in type(error).__mro__}
    lines = str(error).splitlines() or [type(error).__name__]
    reason = lines[0][:160]
    if "YFRateLimitError" in kinds:
        return YahooFailure(status="rate_limited", reason="Yahoo answers: too many requests")
    if "YFTzMissingError" in kinds:
        return YahooFailure(status="unknown_symbol", reason="Yahoo does not know it")
    if "YFPricesMissingError" in kinds:
        said = getattr(error, "yahoo_reason", None)
        if said is None:  # an empty answer and a server error look the same from here
            return YahooFailure(status="server_error", reason="Yahoo answered without prices")
        if "symbol may be delisted" in said:
            return YahooFailure(status="unknown_symbol", reason=f"Yahoo says: {said}")
        return YahooFailure(status="no_data", reason=f"Yahoo says: {said}")
    if isinstance(error, json.JSONDecodeError):
        return YahooFailure(status="bad_answer", reason="the answer is not JSON, or not all of it")
    if "HTTPError" in kinds:
        code = getattr(getattr(error, "response", None), "status_code", None)
        return YahooFailure("unknown_symbol" if code == 404 else "server_error", reason)
    if kinds & {"Timeout", "TimeoutError"}:
        return YahooFailure(status="timeout", reason="no answer in time")
    if kinds & {"ConnectionError", "RequestException"}:
        return YahooFailure(status="connection", reason=reason)
    if "YFDataException" in kinds:
        return YahooFailure(status="server_error", reason=reason)
    return YahooFailure(status="bad_answer", reason=f"{type(error).__name__}: {reason}")
