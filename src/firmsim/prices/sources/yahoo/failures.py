"""Failures of requests to Yahoo: transient and permanent errors."""

from __future__ import annotations

import json

TRANSIENT = frozenset(
    {"rate_limited", "server_error", "timeout", "connection", "bad_answer", "incomplete"}
)
"""Statuses of errors that a retry may remove."""
PERMANENT = frozenset({"unknown_symbol", "no_data_in_range"})
"""Statuses of errors that a retry does not remove."""

LENGTH = 160
"""Longest reason (characters)."""


class YahooFailure(Exception):  # noqa: N818 - an outcome to be recorded, not a fault
    """A request that gave no prices or profile.

    Attributes
    ----------
    status : str
        One of `TRANSIENT` or `PERMANENT`.
    reason : str
        One line; Yahoo's own words where it has any.
    attempts : int
        Number of attempts; 0 without a request.

    Examples
    --------
    >>> YahooFailure("timeout", "no answer", attempts=4).attempts
    4
    """

    def __init__(self, status: str, reason: str, attempts: int = 0) -> None:
        super().__init__(f"{status}: {reason}")
        self.status = status
        self.reason = " ".join(reason.split())[:LENGTH]
        self.attempts = attempts


class NotRequested(YahooFailure):
    """A request that was not sent, as too many others failed; it is not retried."""


def failure_of(error: Exception) -> YahooFailure:
    """Classify an exception of yfinance or of its HTTP library.

    Classes are recognised by name, because some of them are private to these libraries.

    Parameters
    ----------
    error : Exception
        Any exception.

    Returns
    -------
    YahooFailure
        The same exception when it is one already.

    Examples
    --------
    >>> failure_of(TimeoutError("30 s")).status
    'timeout'
    """
    if isinstance(error, YahooFailure):
        return error
    names = {kind.__name__ for kind in type(error).__mro__}
    lines = str(error).splitlines() or [type(error).__name__]
    if "YFRateLimitError" in names:
        return YahooFailure("rate_limited", lines[0])
    if "YFTzMissingError" in names:
        return YahooFailure("bad_answer", "an answer without a time zone")
    if "YFPricesMissingError" in names:
        return YahooFailure("bad_answer", "an answer without prices")
    if isinstance(error, KeyError):
        return YahooFailure("bad_answer", f"an answer without {lines[0]}")
    if isinstance(error, json.JSONDecodeError):
        return YahooFailure("bad_answer", "the answer is not JSON, or not all of it")
    if "HTTPError" in names and getattr(error, "response", None) is not None:
        return YahooFailure("server_error", lines[0])
    if names & {"Timeout", "TimeoutError"}:
        return YahooFailure("timeout", f"no answer in time: {lines[0]}")
    if names & {"ConnectionError", "RequestException"}:
        return YahooFailure("connection", lines[0])
    return YahooFailure("bad_answer", f"{type(error).__name__}: {lines[0]}")
