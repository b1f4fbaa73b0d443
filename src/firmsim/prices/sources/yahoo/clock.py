"""Clock of the download: tests replace it by one that does not wait."""

from __future__ import annotations

import threading
import time
from typing import Protocol


class Stopped(Exception):  # noqa: N818 - a decision of the user, not a fault
    """The user interrupted the download; no more requests are sent."""


class Clock(Protocol):
    """Time, and a sleep that can be interrupted."""

    def now(self) -> float:
        """Seconds since a fixed moment."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait; raise `Stopped` when the user interrupts."""
        ...

    def stop(self) -> None:
        """End every sleep at once, from now on."""
        ...


class WallClock:
    """Clock of real time.

    Examples
    --------
    >>> clock = WallClock()
    >>> clock.stop()
    >>> clock.sleep(60)
    Traceback (most recent call last):
    firmsim.prices.sources.yahoo.clock.Stopped
    """

    def __init__(self) -> None:
        self._stopped = threading.Event()

    def now(self) -> float:
        """Seconds since a fixed moment."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait; raise `Stopped` when the user interrupts."""
        if self._stopped.wait(seconds):
            raise Stopped

    def stop(self) -> None:
        """End every sleep at once, from now on."""
        self._stopped.set()
