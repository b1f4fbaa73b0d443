"""What an encoder checks before it learns: its parameters, and days that can be learnt from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Annotated, Any, Literal

import numpy as np
import pandas as pd
from pydantic import Field, TypeAdapter, ValidationError

from firmsim.config import Growth, Training
from firmsim.config.choice import names_of
from firmsim.config.encoder import PARTS
from firmsim.encoders.inputs import day_name
from firmsim.errors import EncoderError

NAMES = {part: [name for kind in kinds for name in names_of(kind)] for part, kinds in PARTS.items()}
"""Cells, objectives and trainers by their names."""

FIELDS = {**Growth.model_fields, **Training.model_fields} | {
    key: field
    for kinds in PARTS.values()
    for kind in kinds
    for key, field in kind.model_fields.items()
    if key != "name"
}
"""Keys of the configuration that are parameters of an encoder; `seed` is one of `seeds`."""


@cache
def _limits(name: str) -> TypeAdapter[Any]:
    """What the configuration allows for a parameter."""
    if name == "seed":
        return TypeAdapter(Annotated[int, Field(ge=0)])
    if name in NAMES:
        names: Any = Literal[tuple(NAMES[name])]
        return TypeAdapter(names)
    field = FIELDS[name]
    return TypeAdapter(Annotated[field.annotation, field])  # type: ignore[arg-type]


def plain(value: Any) -> Any:
    """Numbers of numpy, such as a search over a grid passes, as numbers of Python."""
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value.item() if isinstance(value, np.generic) else value


def check_params(label: str, params: Mapping[str, Any]) -> None:
    """Refuse a parameter that the configuration would not allow.

    Parameters
    ----------
    label : str
        Named first in the error.
    params : mapping
        Parameters by name.

    Raises
    ------
    EncoderError
        Names the parameter, its value and what is allowed.
    """
    for name, value in params.items():
        try:
            _limits(name).validate_python(plain(value), strict=True)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            allowed = first["msg"].removeprefix("Value error, ")
            message = f"{label}: {name}: {value!r} is not valid: {allowed[0].lower()}{allowed[1:]}"
            raise EncoderError(" ".join(message.split())) from None


def check_days(
    label: str,
    growth: pd.DataFrame,
    scaled: pd.DataFrame,
    train_days: int,
    windows: Sequence[int],
) -> None:
    """Refuse a history in which there is nothing to learn from on the days that would be drawn.

    Parameters
    ----------
    label : str
        Named first in the error.
    growth, scaled : DataFrame of shape (n_days, n_firms)
        Growth rates in 1/year, and in units of each firm's volatility.
    train_days : int
        The first days are trained on, the rest validate.
    windows : sequence of int
        Lengths of the training windows (trading days).

    Raises
    ------
    EncoderError
        No firm has a scaled growth rate in the training or in the validation days, or a window
        could be drawn in which no firm has a growth rate. Names the days.
    """
    known = np.any(scaled.notna().to_numpy(), axis=1)
    parts = {"training": slice(0, train_days), "validation": slice(train_days, None)}
    for part, days in parts.items():
        if not known[days].any():
            message = (
                f"{label}: none of the {growth.shape[1]} firms has a growth rate that varies in "
                f"the {len(known[days])} {part} days, {_span(growth.index[days])}; give firms "
                "with prices there"
            )
            raise EncoderError(message)
    empty = np.all(growth.iloc[:train_days].isna().to_numpy(), axis=1)
    edges = np.flatnonzero(np.diff(np.r_[0, empty.astype(int), 0]))
    starts, ends = edges[::2], edges[1::2]
    longest = int(np.argmax(ends - starts)) if starts.size else None
    if longest is not None and ends[longest] - starts[longest] >= min(windows):
        days = slice(starts[longest], ends[longest])
        message = (
            f"{label}: windows: {min(windows)} days may fall where none of the {growth.shape[1]} "
            f"firms has a growth rate, {_span(growth.index[days])} "
            f"({ends[longest] - starts[longest]} days); use longer windows or leave those days out"
        )
        raise EncoderError(message)


def _span(days: pd.Index[Any]) -> str:
    """First and last day."""
    return f"{day_name(days[0])} to {day_name(days[-1])}"
