"""How a configuration names firms: a list of tickers, an index or a CSV."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag

from firmsim.config.section import File, once
from firmsim.firms import MAX_FIRMS, MIN_FIRMS
from firmsim.firms.tickers import check_ticker


def _quoted(value: object) -> object:
    """Refuse a ticker that YAML read as a boolean, a number or a date."""
    if isinstance(value, (bool, int, float, date)):
        message = f"YAML read this ticker as the {type(value).__name__} {value}; put it in quotes"
        raise ValueError(message)
    return value.strip() if isinstance(value, str) else value


Ticker = Annotated[str, BeforeValidator(_quoted), AfterValidator(check_ticker)]
Tickers = Annotated[list[Ticker], Field(max_length=MAX_FIRMS), AfterValidator(once)]
Index = Literal["sp500", "sp400", "sp600"]
"""Indices whose members are known; see `firmsim.firms.universes`."""
INDICES = get_args(Index)


def _kind(value: object) -> str:
    """Tag of the form in which firms are named."""
    if isinstance(value, str) and value.lower() in INDICES:
        return "index"
    return "file" if isinstance(value, (str, Path)) else "tickers"


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


Firms = Annotated[
    Annotated[Tickers, Tag("tickers")]
    | Annotated[Index, BeforeValidator(_lower), Tag("index")]
    | Annotated[File, Tag("file")],
    Discriminator(_kind),
]
"""Firms are named by a list of tickers, by an index or by the path of a CSV."""


def enough_firms(firms: list[str] | str | Path | None, key: str) -> None:
    """Refuse a list with fewer firms than can be compared; the error starts with the key."""
    if isinstance(firms, list) and len(firms) < MIN_FIRMS:
        message = f"{key}: {len(firms)} firms are too few; give at least {MIN_FIRMS}"
        raise ValueError(message)
