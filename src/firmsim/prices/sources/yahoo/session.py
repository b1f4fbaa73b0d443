"""One HTTP request to Yahoo: sent in its turn, and a failure by name at once.

yfinance asks again at once after any error, with another cookie and from every worker. Raising
here, below it, leaves that to the pace and to the client.
"""

from __future__ import annotations

import json
import re
import threading
from typing import Any

from curl_cffi.requests import Response, Session

from firmsim.prices.sources.yahoo.failures import YahooFailure
from firmsim.prices.sources.yahoo.pace import Pace

PATIENCE = 3
"""Cookies and crumbs that fail in a row before no more are asked for: prices need none."""

ENDPOINTS = {
    "/v8/finance/chart/": "chart",
    "/v10/finance/quoteSummary/": "profile",
    "/v7/finance/quote": "quote",
    "/ws/fundamentals-timeseries/": "timeseries",
}


class PacedSession(Session[Response]):
    """The session that yfinance is given.

    Parameters
    ----------
    pace : Pace
        With the kinds ``request`` and ``profile``.
    timeout : float
        Seconds to wait for any answer; yfinance's own limits vary from 10 to 30 s.
    """

    def __init__(self, pace: Pace, timeout: float) -> None:
        super().__init__(impersonate="chrome", timeout=timeout)
        self._pace = pace
        self._timeout = timeout
        self._last = threading.local()
        self._without_crumb = 0
        self.crumb_refused = False

    @property
    def asked(self) -> str:
        """Endpoint that this thread asked last."""
        endpoint: str = getattr(self._last, "endpoint", "")
        return endpoint

    @property
    def answer(self) -> str:
        """Text of what this thread was last given, "" when it was not."""
        text: str = getattr(self._last, "text", "")
        return text

    @property
    def denied(self) -> str:
        """What this thread was told when it was last denied access (401, 403), "" when not."""
        said: str = getattr(self._last, "denied", "")
        return said

    def forget(self) -> None:
        """Forget what this thread was last answered."""
        self._note("")

    def _note(self, endpoint: str, text: str = "", denied: str = "") -> None:
        self._last.endpoint, self._last.text, self._last.denied = endpoint, text, denied

    def request(self, method: Any, url: str, *args: Any, **options: Any) -> Response:
        """Send a request in its turn.

        Raises
        ------
        YahooFailure
            Yahoo answered that it will not or cannot, or has failed to give a crumb too often. (401
            and 403 are left to yfinance, which then gets a new crumb.)
        RequestException
            There was no answer.
        """
        options["timeout"] = self._timeout
        endpoint = next((name for path, name in ENDPOINTS.items() if path in url), "")
        if not endpoint:
            return self._preliminary(method, url, *args, **options)
        self._note(endpoint)
        if endpoint == "profile":
            self._pace.wait("profile")
        sent = self._pace.wait("request")
        answer = super().request(method, url, *args, **options)
        said = f"HTTP {answer.status_code}: {words(answer.text)}".removesuffix(": ")
        # at times it comes as a text with another status
        if answer.status_code == 429 or "Too Many Requests" in answer.text[:100]:
            self._pace.refused(sent)
            raise YahooFailure(status="rate_limited", reason=said)
        self._pace.answered()
        if answer.status_code in (401, 403):
            self._note(endpoint, denied=said)
        elif answer.status_code >= 500:
            raise YahooFailure(status="server_error", reason=said)
        elif answer.status_code >= 400:
            raise YahooFailure(_status(answer.status_code, said), said)
        else:
            self._note(endpoint, answer.text)
        return answer

    def _preliminary(self, method: Any, url: str, *args: Any, **options: Any) -> Response:
        """Ask for a cookie, consent or crumb; not for ever when none is to be had."""
        if self._without_crumb >= PATIENCE:
            message = "no cookie or crumb was to be had"
            raise ConnectionError(message)  # one that yfinance takes for passing, and goes on
        try:
            answer = super().request(method, url, *args, **options)
        except OSError:
            self._without_crumb += 1
            raise
        if url.endswith("/getcrumb"):
            self.crumb_refused = answer.status_code == 429
            had = answer.status_code < 400 and "<" not in answer.text  # a page is none
            self._without_crumb = 0 if had else self._without_crumb + 1
        return answer

    def renew(self) -> None:
        """Have cookies and crumbs asked for again, although they failed before."""
        self._without_crumb = 0


def words(text: str) -> str:
    """What an answer says is wrong, in its own words.

    Parameters
    ----------
    text : str
        Body: JSON of Yahoo, HTML or text.

    Returns
    -------
    str
        One line, "" when nothing can be made of it.
    """
    try:
        body = json.loads(text)
    except ValueError:
        return " ".join(re.sub(r"<[^>]*>", " ", text[:1000]).split())[:100]
    if isinstance(body, dict):
        for part in body.values():
            error = part.get("error") if isinstance(part, dict) else None
            if isinstance(error, dict):
                return str(error.get("description") or error.get("code") or "")
    return ""


def _status(code: int, said: str) -> str:
    """Status of a request that Yahoo found wrong."""
    if code == 404:
        return "unknown_symbol"
    return "no_data_in_range" if "Data doesn't exist" in said else "bad_answer"
