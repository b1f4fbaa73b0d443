"""What encoders read: a date x firm frame or an array, checked, with names for days and firms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import issparse

from firmsim.errors import EncoderError, ShapeError
from firmsim.firms import MIN_FIRMS

Firm = str | int
"""A ticker, or the position of a firm in an array."""

SHAPES = "(n_days, n_firms) or (n_days, n_firms, d)"


@dataclass(frozen=True)
class Sequences:
    """Growth rates of some firms, and further channels beside them.

    Attributes
    ----------
    growth : DataFrame of shape (n_days, n_firms)
        Growth rates in 1/year; may have missing values.
    extra : ndarray of shape (n_days, n_firms, d - 1)
        Channels 1 to d - 1 as they were given, 0 where missing.
    """

    growth: pd.DataFrame
    extra: npt.NDArray[np.float64]

    @property
    def channels(self) -> int:
        """Number of channels d, the growth rate among them."""
        return 1 + int(self.extra.shape[2])

    def of(self, firms: Sequence[Firm]) -> Sequences:
        """Cut out some firms, in that order."""
        if list(self.growth.columns) == list(firms):
            return self
        places = self.growth.columns.get_indexer(pd.Index(firms))
        return Sequences(self.growth.iloc[:, places], self.extra[:, places])

    def first(self, days: int) -> Sequences:
        """Cut out the first days."""
        return Sequences(self.growth.iloc[:days], self.extra[:days])

    def named(self, firms: Sequence[Firm]) -> Sequences:
        """Give the firms other names."""
        return Sequences(self.growth.set_axis(pd.Index(firms), axis=1), self.extra)


def read(label: str, X: Any) -> Sequences:
    """Check growth rates as they were given to an estimator.

    Parameters
    ----------
    label : str
        Named first in errors.
    X : DataFrame of shape (n_days, n_firms), or array-like of shape (n_days, n_firms[, d])
        Growth rates in 1/year; with d > 1, the first channel holds them. An array is read as
        ``pandas.DataFrame(X)`` would be: its firms are named 0 to n_firms - 1.

    Returns
    -------
    Sequences
        As float64.

    Raises
    ------
    ShapeError
        X has another number of dimensions, no day or no firm.
    EncoderError
        A value is infinite or no real number, a firm stands twice or has a name that is neither
        text nor an integer, or days are not in time order.
    """
    if issparse(X):
        message = f"{label}: X is a sparse matrix; give a dense array of shape {SHAPES}"
        raise EncoderError(message)
    frame = X if isinstance(X, pd.DataFrame) else None
    values = _numbers(label, X)
    if values.ndim not in (2, 3):
        message = (
            f"{label}: expected X of shape {SHAPES}, got {values.shape}. Reshape your data: rows "
            "are days, columns are firms"
        )
        raise ShapeError(message)
    for axis, (name, least) in enumerate({"sample": 1, "feature": MIN_FIRMS, "channel": 1}.items()):
        if axis < values.ndim and not values.shape[axis]:
            message = (
                f"{label}: expected X of shape {SHAPES}, got 0 {name}(s) (shape={values.shape}) "
                f"while a minimum of {least} is required; rows are days, columns are firms"
            )
            raise ShapeError(message)
    growth = values if values.ndim == 2 else values[:, :, 0]
    if frame is None:
        named = pd.DataFrame(growth)
    else:
        _check_axes(label, frame)
        same = all(dtype == np.float64 for dtype in frame.dtypes)
        named = frame if same else pd.DataFrame(values, frame.index, frame.columns)
    if (bad := np.argwhere(np.isinf(values))).size:
        day, firm, *channel = bad[0]
        where = f", channel {channel[0]}" if channel else ""
        message = (
            f"{label}: X has an infinite value ({values[tuple(bad[0])]:g}) for firm "
            f"{named.columns[firm]!r} on {day_name(named.index[day])}{where}; {len(bad)} in all"
        )
        raise EncoderError(message)
    extra = values[:, :, 1:] if values.ndim == 3 else np.empty((*values.shape, 0))
    return Sequences(named, np.nan_to_num(extra))


def day_name(day: Any) -> str:
    """Date of a day, or its position where there are no dates."""
    return f"{day:%Y-%m-%d}" if isinstance(day, pd.Timestamp) else f"day {day}"


def _numbers(label: str, X: Any) -> npt.NDArray[np.float64]:
    """Values as float64, missing ones as NaN."""
    try:
        values = X if isinstance(X, pd.DataFrame) else np.asarray(X)
        dtypes = list(values.dtypes) if isinstance(values, pd.DataFrame) else [values.dtype]
        if not any(dtype.kind == "c" for dtype in dtypes):
            if isinstance(values, pd.DataFrame):
                return values.to_numpy(dtype=np.float64, na_value=np.nan)
            return values.astype(np.float64, copy=False)
    except (TypeError, ValueError) as error:
        message = f"{label}: X holds something that is no number ({error})"
        raise EncoderError(" ".join(message.split())) from None
    message = f"{label}: Complex data not supported; growth rates are real numbers"
    raise EncoderError(message)


def _check_axes(label: str, frame: pd.DataFrame) -> None:
    """Refuse firms that cannot be told apart or saved by name, and days out of order."""
    for firm in frame.columns:
        if not isinstance(firm, str | int) or isinstance(firm, bool):
            message = (
                f"{label}: firm {firm!r} is a {type(firm).__name__}; name firms (columns) by text "
                "or integers"
            )
            raise EncoderError(message)
    if not frame.columns.is_unique:
        twice = frame.columns[frame.columns.duplicated()][0]
        message = f"{label}: firm {twice!r} stands twice among the columns; keep one"
        raise EncoderError(message)
    later, earlier = frame.index[1:], frame.index[:-1]
    if (bad := np.flatnonzero(~np.asarray(later > earlier))).size:
        at = bad[0]
        message = (
            f"{label}: {day_name(later[at])} follows {day_name(earlier[at])}; days (rows) must be "
            "in time order, each once"
        )
        raise EncoderError(message)
