"""Request policy: how often and how patiently requests are sent."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class RequestPolicy:
    """Rates, timeouts and retries of requests; none of them changes the prices.

    Attributes
    ----------
    workers : int
        Tickers downloaded at the same time.
    timeout : float
        Seconds to wait for one response.
    requests_per_second : float
        Most requests per second, of all workers together.
    profiles_per_minute : float
        Most profiles per minute, of all workers together.
    max_attempts : int
        Most attempts per ticker for transient errors, and most consecutive HTTP 429 responses.
    backoff : float
        Seconds that all workers wait after an HTTP 429 response; doubled after each further one.

    Examples
    --------
    >>> RequestPolicy(workers=1).timeout
    10.0
    """

    workers: int = 2
    timeout: float = 10.0
    requests_per_second: float = 1.0
    profiles_per_minute: float = 10.0
    max_attempts: int = 4
    backoff: float = 60.0
