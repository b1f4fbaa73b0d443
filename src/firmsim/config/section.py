"""Base class, types and checks that the sections of the configuration share."""

from __future__ import annotations

import re
from collections.abc import Hashable
from datetime import date
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, field_validator

from firmsim.errors import quoted

T = TypeVar("T", bound=Hashable)

DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
FIRST_DAY, LAST_DAY = date(1800, 1, 1), date(2199, 12, 31)
LONGEST_PATH, LONGEST_NAME = 4000, 250
"""Bytes of a path and of one name in it, of which file systems allow a few more."""
MAX_SEED = 2**32 - 1
"""Largest seed that every library takes."""
MAX_DAYS = 10_000
"""Largest number of trading days in a key: forty years."""


class Section(BaseModel):
    """A block of the configuration; unknown keys are errors."""

    model_config = ConfigDict(
        extra="forbid",
        validate_default=True,
        use_attribute_docstrings=True,
        allow_inf_nan=False,
    )

    @field_validator("*", mode="before")
    @classmethod
    def _meant(cls, value: object) -> object:
        """Refuse booleans and empty texts, which pydantic takes for numbers and paths."""
        if isinstance(value, bool):
            message = f"{str(value).lower()} (or yes, no, on, off) is not valid here"
            raise ValueError(message)
        if value == "":
            message = "is an empty text; fill it in, or leave out the quotes"
            raise ValueError(message)
        return value


def _written_out(value: object) -> object:
    """Refuse a number or other text, which pydantic takes for seconds since 1970."""
    if isinstance(value, (int, float)) or (isinstance(value, str) and not DAY.fullmatch(value)):
        message = f"{quoted(value)} is not a date; write YYYY-MM-DD"
        raise ValueError(message)
    return value


def _no_boolean(value: object) -> object:
    """Refuse yes and no in a list of numbers."""
    if isinstance(value, bool):
        message = f"{str(value).lower()} (or yes, no, on, off) is not a number"
        raise ValueError(message)
    return value


def _openable(path: Path) -> Path:
    """Refuse a path that no file can have; the system would raise in its own way."""
    text = str(path)
    if not text.isprintable():
        message = f"{quoted(text)} holds a character that cannot be printed; correct the path"
        raise ValueError(message)
    if len(text.encode()) > LONGEST_PATH or any(
        len(part.encode()) > LONGEST_NAME for part in path.parts
    ):
        message = f"{quoted(text)} is longer than a path can be; correct it"
        raise ValueError(message)
    return path


def once(entries: list[T]) -> list[T]:
    """Refuse an entry that a list holds twice."""
    before = set()
    for entry in entries:
        if entry in before:
            message = f"{quoted(entry)} is listed more than once; keep one"
            raise ValueError(message)
        before.add(entry)
    return entries


Number = Annotated[int, BeforeValidator(_no_boolean)]
"""An integer in a list."""
Day = Annotated[date, BeforeValidator(_written_out), Field(ge=FIRST_DAY, le=LAST_DAY)]
"""A day, YYYY-MM-DD."""
File = Annotated[Path, AfterValidator(_openable)]
"""A path that a file can have."""
