"""HTTP session of the download: rate-limited requests, and a named failure per bad response.

yfinance retries at once after any error, with another cookie and from every worker. This session
raises below it, so that the rate limiter and the client decide on retries.
"""

from __future__ import annotations

import json
import re
import threading
from typing import Any

from curl_cffi.requests import Response, Session

from firmsim.prices.sources.yahoo.failures import YahooFailure
from firmsim.prices.sources.yahoo.rate_limiter import RateLimiter

MAX_PRELIMINARIES = 3
"""Consecutive failures of cookies and crumbs, after which no more are requested: prices need none.
"""

ENDPOINTS = {
    "/v8/finance/chart/": "chart",
    "/v10/finance/quoteSummary/": "profile",
    "/v7/finance/quote": "quote",
    "/ws/fundamentals-timeseries/": "timeseries",
}


class YahooSession(Session[Response]):
    """Session for yfinance.

    Parameters
    ----------
    limiter : RateLimiter
        With the kinds ``request`` and ``profile``.
    timeout : float
        Seconds to wait for any response; yfinance's own limits vary from 10 to 30 s.
    """

    def __init__(self, limiter: RateLimiter, timeout: float) -> None:
        super().__init__(impersonate="chrome", timeout=timeout)
        self._limiter = limiter
        self._timeout = timeout
        self._last = threading.local()
        self._without_crumb = 0
        self.crumb_refused = False

    @property
    def last_endpoint(self) -> str:
        """Endpoint of this thread's last request."""
        endpoint: str = getattr(self._last, "endpoint", "")
        return endpoint

    @property
    def last_text(self) -> str:
        """Text of this thread's last response, "" without one."""
        text: str = getattr(self._last, "text", "")
        return text

    @property
    def denied(self) -> str:
        """Reason of this thread's last denied access (401, 403), "" without one."""
        reason: str = getattr(self._last, "denied", "")
        return reason

    def forget(self) -> None:
        """Forget this thread's last response."""
        self._note("")

    def _note(self, endpoint: str, text: str = "", denied: str = "") -> None:
        self._last.endpoint, self._last.text, self._last.denied = endpoint, text, denied

    def request(self, method: Any, url: str, *args: Any, **options: Any) -> Response:
        """Send a request when the rate limiter permits.

        Raises
        ------
        YahooFailure
            An HTTP error, or too many failures to get a crumb. (401 and 403 are left to yfinance,
            which then gets a new crumb.)
        RequestException
            There was no response.
        """
        options["timeout"] = self._timeout
        endpoint = next((name for path, name in ENDPOINTS.items() if path in url), "")
        if not endpoint:
            return self._preliminary(method, url, *args, **options)
        self._note(endpoint)
        if endpoint == "profile":
            self._limiter.wait("profile")
        sent = self._limiter.wait("request")
        response = super().request(method, url, *args, **options)
        code = response.status_code
        reason = f"HTTP {code}: {words(response.text)}".removesuffix(": ")
        # at times this text comes with another status
        if code == 429 or "Too Many Requests" in response.text[:100]:
            self._limiter.refused(sent)
            raise YahooFailure(status="rate_limited", reason=reason)
        self._limiter.answered()
        if code in (401, 403):
            self._note(endpoint, denied=reason)
        elif code >= 500:
            raise YahooFailure(status="server_error", reason=reason)
        elif code >= 400:
            raise YahooFailure(_status(code, reason), reason)
        else:
            self._note(endpoint, response.text)
        return response

    def _preliminary(self, method: Any, url: str, *args: Any, **options: Any) -> Response:
        """Request a cookie, consent or crumb, unless too many of these requests failed."""
        if self._without_crumb >= MAX_PRELIMINARIES:
            message = "no cookie or crumb was to be had"
            raise ConnectionError(message)  # transient to yfinance, which then goes on
        try:
            response = super().request(method, url, *args, **options)
        except OSError:
            self._without_crumb += 1
            raise
        if url.endswith("/getcrumb"):
            self.crumb_refused = response.status_code == 429
            received = response.status_code < 400 and "<" not in response.text  # a page is none
            self._without_crumb = 0 if received else self._without_crumb + 1
        return response

    def renew(self) -> None:
        """Permit requests for cookies and crumbs again."""
        self._without_crumb = 0


def words(text: str) -> str:
    """Error message of a response, in its own words.

    Parameters
    ----------
    text : str
        Body: JSON of Yahoo, HTML or text.

    Returns
    -------
    str
        One line, "" without a message.

    Examples
    --------
    >>> words('{"chart": {"error": {"description": "No data"}}}')
    'No data'
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


def _status(code: int, reason: str) -> str:
    """Status of a request that Yahoo rejected."""
    if code == 404:
        return "unknown_symbol"
    return "no_data_in_range" if "Data doesn't exist" in reason else "bad_answer"
