"""Why Yahoo did not give what was asked for."""

from __future__ import annotations

import json

PASSING = frozenset(
    {"rate_limited", "server_error", "timeout", "connection", "bad_answer", "incomplete"}
)
"""Failures that may pass, and are worth another try."""
FINAL = frozenset({"unknown_symbol", "no_data_in_range"})
"""Failures that another try does not change."""

LENGTH = 160
"""Characters of a reason that are kept."""


class YahooFailure(Exception):  # noqa: N818 - an outcome to be recorded, not a fault
    """Yahoo did not give what was asked for.

    Attributes
    ----------
    status : str
        One of `PASSING` or `FINAL`.
    reason : str
        One line; the provider's own words where it had any.
    attempts : int
        How often it was asked, 0 when it was not.
    """

    def __init__(self, status: str, reason: str, attempts: int = 0) -> None:
        super().__init__(f"{status}: {reason}")
        self.status = status
        self.reason = " ".join(reason.split())[:LENGTH]
        self.attempts = attempts


class NotAsked(YahooFailure):
    """Yahoo was not asked, because too many others failed; it is not tried again."""


def failure_of(error: Exception) -> YahooFailure:
    """Say what kind of failure an exception of yfinance, or of its HTTP library, stands for.

    Classes are told by name, because some of them are private to these libraries.

    Parameters
    ----------
    error : Exception
        Whatever was raised.

    Returns
    -------
    YahooFailure
        The same when it is one already.
    """
    if isinstance(error, YahooFailure):
        return error
    kinds = {kind.__name__ for kind in type(error).__mro__}
    lines = str(error).splitlines() or [type(error).__name__]
    if "YFRateLimitError" in kinds:
        return YahooFailure("rate_limited", lines[0])
    if "YFTzMissingError" in kinds:
        return YahooFailure("bad_answer", "an answer without a time zone")
    if "YFPricesMissingError" in kinds:
        return YahooFailure("bad_answer", "an answer without prices")
    if isinstance(error, KeyError):
        return YahooFailure("bad_answer", f"an answer without {lines[0]}")
    if isinstance(error, json.JSONDecodeError):
        return YahooFailure("bad_answer", "the answer is not JSON, or not all of it")
    if "HTTPError" in kinds and getattr(error, "response", None) is not None:
        return YahooFailure("server_error", lines[0])
    if kinds & {"Timeout", "TimeoutError"}:
        return YahooFailure("timeout", f"no answer in time: {lines[0]}")
    if kinds & {"ConnectionError", "RequestException"}:
        return YahooFailure("connection", lines[0])
    return YahooFailure("bad_answer", f"{type(error).__name__}: {lines[0]}")
