"""Checks of an encoder: its parameters, the history it learns from, the outputs of its cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Annotated, Any, Literal

import numpy as np
import pandas as pd
import torch
from pydantic import Field, TypeAdapter, ValidationError

from firmsim.config import Growth, Training
from firmsim.config.choice import names_of
from firmsim.config.encoder import BATCH_SIZE, PARTS
from firmsim.encoders.inputs import day_name
from firmsim.errors import EncoderError
from firmsim.firms import MIN_FIRMS

MIN_TRAINING_DAYS = 20
"""Fewest days before the validation period."""

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
    """Values that the configuration allows for a parameter."""
    if name == "seed":
        return TypeAdapter(Annotated[int, Field(ge=0)])
    if name in NAMES:
        names: Any = Literal[tuple(NAMES[name])]
        return TypeAdapter(names)
    field = FIELDS[name]
    return TypeAdapter(Annotated[field.annotation, field])  # type: ignore[arg-type]


def plain(value: Any) -> Any:
    """Convert numbers of numpy, which a grid search passes, to numbers of Python."""
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value.item() if isinstance(value, np.generic) else value


def check_params(label: str, params: Mapping[str, Any]) -> None:
    """Refuse a parameter that the configuration would not allow.

    Parameters
    ----------
    label : str
        First words of the error.
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
            raise EncoderError(" ".join(message.split()), parameter=name) from None


def check_size(
    label: str, windows: Sequence[int], n_days: int, train_days: int, needed: int, n_firms: int
) -> None:
    """Refuse a history with too few days or firms.

    Parameters
    ----------
    label : str
        First words of the error.
    windows : sequence of int
        Lengths of the training windows (trading days).
    n_days, train_days : int
        Days of the fit period, and those before its validation period.
    needed : int
        Training days that the longest window needs.
    n_firms : int
        Training firms.

    Raises
    ------
    EncoderError
        Names the days or firms given and needed.
    """
    needed = max(MIN_TRAINING_DAYS, needed)
    if train_days < needed:
        message = (
            f"{label}: windows: {max(windows)} days need {needed} training days, but the history "
            f"has {max(train_days, 0)} (fit period {n_days} days less the validation period); use "
            "shorter windows or more days"
        )
        raise EncoderError(message, parameter="windows")
    if n_firms < MIN_FIRMS:
        message = f"{label}: {n_firms} training firms are too few; give at least {MIN_FIRMS}"
        raise EncoderError(message)


def firms_per_batch(label: str, batch_size: int | None, n_firms: int) -> int:
    """Firms per training step.

    Parameters
    ----------
    label : str
        First words of the error.
    batch_size : int, optional
        Firms per batch. Default: :data:`BATCH_SIZE`, or all firms where there are fewer.
    n_firms : int
        Training firms.

    Raises
    ------
    EncoderError
        The batch has more firms than there are.

    Examples
    --------
    >>> firms_per_batch("elman", None, 500), firms_per_batch("elman", None, 30)
    (256, 30)
    """
    if batch_size is None:
        return min(BATCH_SIZE, n_firms)
    if batch_size > n_firms:
        message = (
            f"{label}: batch_size: {batch_size} firms per batch, but there are {n_firms} training "
            f"firms; lower it, or leave it empty to take all, up to {BATCH_SIZE}"
        )
        raise EncoderError(message, parameter="batch_size")
    return batch_size


def check_days(
    label: str,
    growth: pd.DataFrame,
    scaled: pd.DataFrame,
    train_days: int,
    windows: Sequence[int],
) -> None:
    """Refuse a history without growth rates on days that training would draw.

    Parameters
    ----------
    label : str
        First words of the error.
    growth, scaled : DataFrame of shape (n_days, n_firms)
        Growth rates in 1/year, and in units of each firm's volatility.
    train_days : int
        Number of first days to train on; the rest validate.
    windows : sequence of int
        Lengths of the training windows (trading days).

    Raises
    ------
    EncoderError
        No firm has a scaled growth rate in the training or in the validation days. Also if a
        window may fall where no firm has a growth rate. Names the days.
    """
    observed = np.any(scaled.notna().to_numpy(), axis=1)
    parts = {"training": slice(0, train_days), "validation": slice(train_days, None)}
    for part, days in parts.items():
        if not observed[days].any():
            message = (
                f"{label}: none of the {growth.shape[1]} firms has a growth rate that varies in "
                f"the {len(observed[days])} {part} days, {_span(growth.index[days])}; give firms "
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
        raise EncoderError(message, parameter="windows")


def _span(days: pd.Index[Any]) -> str:
    """First and last day."""
    return f"{day_name(days[0])} to {day_name(days[-1])}"


def check_outputs(
    label: str, outputs: torch.Tensor, hidden_activation: str, learning_rate: float
) -> torch.Tensor:
    """Return the outputs of a cell if they are finite.

    Parameters
    ----------
    label : str
        First words of the error.
    outputs : Tensor of shape (n_days, ...)
        Outputs or hidden states.
    hidden_activation, learning_rate : str, float
        Parameters to change if they are not finite.

    Raises
    ------
    EncoderError
        An unbounded recurrence diverged.
    """
    if not torch.isfinite(outputs).all():
        message = (
            f"{label}: outputs are no longer finite after {len(outputs)} days; train with a "
            f"bounded hidden_activation (now {hidden_activation}) or a lower learning_rate "
            f"({learning_rate:g})"
        )
        raise EncoderError(message, parameter="hidden_activation")
    return outputs
