"""Base class, types and checks that the sections of the configuration share."""

from __future__ import annotations

from datetime import date
from typing import Annotated, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, field_validator

T = TypeVar("T")


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


def _no_number(value: object) -> object:
    """Refuse a number, which pydantic takes for seconds since 1970."""
    if isinstance(value, (int, float)):
        message = f"{value} is not a date; write YYYY-MM-DD"
        raise ValueError(message)
    return value


def _no_boolean(value: object) -> object:
    """Refuse yes and no in a list of numbers."""
    if isinstance(value, bool):
        message = f"{str(value).lower()} (or yes, no, on, off) is not a number"
        raise ValueError(message)
    return value


def once(entries: list[T]) -> list[T]:
    """Refuse an entry that a list holds twice."""
    for position, entry in enumerate(entries):
        if entry in entries[:position]:
            message = f"{entry!r} is listed more than once; keep one"
            raise ValueError(message)
    return entries


Number = Annotated[int, BeforeValidator(_no_boolean)]
"""An integer in a list."""
Day = Annotated[date, BeforeValidator(_no_number)]
"""A day, YYYY-MM-DD."""
