"""Section `prices`: where daily prices come from."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from firmsim.config.section import Day, Section


def _calendar(name: str) -> str:
    """Refuse a name that is no calendar's."""
    import exchange_calendars  # here, for it takes longer than all else and few runs name one

    known = sorted(exchange_calendars.get_calendar_names())
    if name not in known:
        near = difflib.get_close_matches(name.upper(), known, n=1)
        hint = f"did you mean {near[0]!r}?" if near else "known are, for example, XNYS, XLON, XTKS"
        message = f"{name!r} is no trading calendar; {hint}"
        raise ValueError(message)
    try:
        exchange_calendars.get_calendar(name)
    except Exception as error:  # some fail to build, each in its own way
        message = (
            f"{name!r} cannot be built by exchange_calendars; name a calendar of like holidays"
        )
        raise ValueError(message) from error
    return name


class Prices(Section):
    """Where daily prices come from, and which days of them are used."""

    source: Literal["bundled", "file", "yahoo"] = "bundled"
    """bundled: 431 S&P 500 firms, 2007-2016; file: your own; yahoo: Yahoo Finance."""
    path: Path | None = None
    """Source `file`: a wide or long CSV or parquet file, or a folder of one CSV a ticker."""
    start: Day | None = None
    """First day used (YYYY-MM-DD); empty: the first there is. Source `yahoo` needs it."""
    end: Day | None = None
    """Last day used (YYYY-MM-DD); empty: the last there is. Source `yahoo` needs it."""
    calendar: Annotated[str, AfterValidator(_calendar)] | None = None
    """Trading calendar of all firms (XNYS, XTKS, ...), to tell holes from holidays; empty: by each
    symbol for `yahoo`, New York for `bundled`, none for `file`: any day with a price counts."""
    min_coverage: float = Field(0.95, ge=0, le=1)
    """Source `yahoo`: share of the tickers that must have prices; with fewer the run stops and
    names the causes, else it goes on and the report lists who is missing."""
    firm_profiles: Literal["fetch", "skip"] = "fetch"
    """Source `yahoo`: whether sector, industry and market capitalisation are asked for."""
    profile_days: int = Field(30, ge=0)
    """Source `yahoo`: days that a profile is kept before it is asked for again."""
    workers: int = Field(2, ge=1, le=4)
    """Source `yahoo`: tickers asked for at the same time."""
    timeout: float = Field(10.0, gt=0)
    """Source `yahoo`: seconds to wait for one answer."""
    requests_per_second: float = Field(1.0, gt=0)
    """Source `yahoo`: requests a second, of all workers together."""
    profiles_per_minute: float = Field(10.0, gt=0)
    """Source `yahoo`: profiles a minute, of all workers together; each is three requests."""
    max_attempts: int = Field(4, ge=1, le=10)
    """Source `yahoo`: how often a ticker is asked for while its failure is one that may pass, and
    429 Too Many Requests in a row after which Yahoo is left alone."""
    backoff: float = Field(60.0, ge=0)
    """Source `yahoo`: seconds that all workers wait after a 429, doubled each time in a row."""

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
