"""Section `prices`: where daily prices come from."""

from __future__ import annotations

import difflib
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from firmsim.config.section import Day, File, Section
from firmsim.errors import extra, quoted


def _calendar(name: str) -> str:
    """Refuse a name that is not a calendar."""
    with extra("workflow", "prices.calendar"):
        import exchange_calendars  # slow to import, and few runs name a calendar

    known = sorted(exchange_calendars.get_calendar_names())
    if name not in known:
        near = difflib.get_close_matches(name.upper(), known, n=1)
        hint = f"did you mean {near[0]!r}?" if near else "examples are XNYS, XLON and XTKS"
        message = f"{quoted(name)} is not a trading calendar; {hint}"
        raise ValueError(message)
    try:
        exchange_calendars.get_calendar(name)
    except Exception as error:  # some fail to build, each in its own way
        message = f"{name!r} cannot be built by exchange_calendars; name one with similar holidays"
        raise ValueError(message) from error
    return name


class Prices(Section):
    """Source of the daily prices, and the days to use."""

    source: Literal["bundled", "file", "yahoo"] = "bundled"
    """Where prices come from. `bundled`: 431 S&P 500 firms, 2007-2016. `file`: your own data.
    `yahoo`: Yahoo Finance."""
    path: File | None = None
    """Source `file` only: a wide or long CSV or parquet file, or a folder with one CSV per
    ticker."""
    start: Day | None = None
    """First day to use (YYYY-MM-DD). Empty: the first day of the source. Source `yahoo` requires
    it."""
    end: Day | None = None
    """Last day to use (YYYY-MM-DD). Empty: the last day of the source. Source `yahoo` requires
    it."""
    calendar: Annotated[str, AfterValidator(_calendar)] | None = None
    """Trading calendar of all firms, such as XNYS or XTKS. It tells missing prices from holidays.
    Empty: the exchange of each symbol (`yahoo`), New York (`bundled`), or every day on which any
    firm has a price (`file`)."""
    min_coverage: float = Field(0.95, ge=0, le=1)
    """Source `yahoo` only: smallest share of the tickers that must have prices. Below it the run
    stops and names the causes. Above it the run continues and the report lists the missing tickers.
    Lower it for lists with delisted firms."""
    firm_profiles: Literal["fetch", "skip"] = "fetch"
    """Source `yahoo` only: `fetch` downloads sector, industry and market capitalisation of each
    scored firm. Choose `skip` for a faster download, or when your firms table has the sectors."""
    profile_days: int = Field(30, ge=0, le=100_000)
    """Source `yahoo` only: age (days) at which a stored profile is downloaded again."""
    workers: int = Field(2, ge=1, le=4)
    """Source `yahoo` only: number of tickers that are downloaded at the same time."""
    timeout: float = Field(10.0, gt=0, le=3600)
    """Source `yahoo` only: seconds to wait for a response. Raise it on a slow connection."""
    requests_per_second: float = Field(1.0, gt=0, le=1000)
    """Source `yahoo` only: requests per second, all workers together. Lower it when Yahoo limits
    the rate (HTTP 429)."""
    profiles_per_minute: float = Field(10.0, gt=0, le=60_000)
    """Source `yahoo` only: profiles per minute, all workers together. Each profile takes three
    requests."""
    max_attempts: int = Field(4, ge=1, le=10)
    """Source `yahoo` only: maximum attempts per ticker for transient errors. It is also the number
    of consecutive HTTP 429 responses after which the download stops."""
    backoff: float = Field(60.0, ge=0, le=86_400)
    """Source `yahoo` only: seconds that all workers wait after an HTTP 429 response. The wait
    doubles with each consecutive one."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.start and self.end and self.start > self.end:
            message = f"start: {self.start} is after prices.end ({self.end}); swap or correct them"
            raise ValueError(message)
        if self.source == "file" and self.path is None:
            message = "path: is empty, but prices.source is 'file'; name your file or folder"
            raise ValueError(message)
        if self.source == "yahoo":
            for key in ("start", "end"):
                if getattr(self, key) is None:
                    message = (
                        f"{key}: is empty, but prices.source is 'yahoo'; give a date (YYYY-MM-DD)"
                    )
                    raise ValueError(message)
        return self
