"""What encoders read: growth rates, checked and named, their cross-section, spans of days."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.sparse import issparse

from firmsim.errors import EncoderError, ShapeError
from firmsim.firms import MIN_FIRMS
from firmsim.growth import normal_scores, scaled_growth
from firmsim.typing import Floats

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
        Channels 1 to d - 1 as given, 0 where missing.
    """

    growth: pd.DataFrame
    extra: Floats

    @property
    def channels(self) -> int:
        """Number of channels d, including the growth rate."""
        return 1 + int(self.extra.shape[2])

    def of(self, firms: Sequence[Firm]) -> Sequences:
        """Select some firms, in that order."""
        if list(self.growth.columns) == list(firms):
            return self
        places = self.growth.columns.get_indexer(pd.Index(firms))
        return Sequences(self.growth.iloc[:, places], self.extra[:, places])

    def first(self, days: int) -> Sequences:
        """Select the first days."""
        return Sequences(self.growth.iloc[:days], self.extra[:days])

    def named(self, firms: Sequence[Firm]) -> Sequences:
        """Rename the firms."""
        return Sequences(self.growth.set_axis(pd.Index(firms), axis=1), self.extra)


@dataclass(frozen=True)
class CrossSection:
    """Scaled growth rates and normal scores of some firms, ranked among the reference firms.

    Attributes
    ----------
    scaled, q : DataFrame of shape (n_days, n_firms)
        Dimensionless; missing where the growth rate is.
    extra : ndarray of shape (n_days, n_firms, d - 1)
        Channels beside the growth rate.
    """

    scaled: pd.DataFrame
    q: pd.DataFrame
    extra: Floats

    @classmethod
    def of(
        cls, given: Sequences, reference: Sequences, halflife: float, clip: float
    ) -> CrossSection:
        """Scale growth rates and rank them among the reference firms.

        Parameters
        ----------
        given, reference : Sequences
            The firms, and those to rank them among, on the same days.
        halflife, clip : float
            As for :func:`firmsim.growth.scaled_growth`.
        """
        scaled = scaled_growth(given.growth, halflife, clip)
        if given is reference:
            return cls(scaled, normal_scores(scaled), given.extra)
        among = scaled_growth(reference.growth, halflife, clip)
        return cls(scaled, normal_scores(scaled, among), given.extra)


@dataclass(frozen=True)
class TrainingFirms:
    """Firms and channels that an encoder was fitted on, which later inputs must match.

    Attributes
    ----------
    label : str
        First words of errors.
    kind : str
        Name of the encoder's class, as scikit-learn wants it in errors.
    firms : list of str or int
        The training firms.
    channels : int
        d, including the growth rate.
    """

    label: str
    kind: str
    firms: list[Firm]
    channels: int

    def read(self, X: Any) -> Sequences:
        """Check growth rates to embed, and name the firms of an array as fit did.

        Parameters
        ----------
        X : DataFrame of shape (n_days, n_firms), or array of shape (n_days, n_firms[, d])
            Growth rates in 1/year. The first columns of an array are the training firms, in their
            order. Further columns are new firms, if fit read an array, too.

        Returns
        -------
        Sequences
            With the names of the firms.

        Raises
        ------
        ShapeError
            Another number of channels, or an array without the training firms.
        EncoderError
            As for :func:`read`.
        """
        if isinstance(X, Sequences):
            return X
        found = read(self.label, X)
        if found.channels != self.channels:
            message = (
                f"{self.label}: X has {found.channels} channels, but the encoder was fitted with "
                f"{self.channels}; give the growth rate and the same further channels"
            )
            raise ShapeError(message)
        if isinstance(X, pd.DataFrame):
            return found
        n_firms, positions = found.growth.shape[1], list(range(len(self.firms)))
        if n_firms < len(positions) or (n_firms > len(positions) and self.firms != positions):
            message = (
                f"{self.label}: X has {n_firms} features, but {self.kind} is expecting "
                f"{len(positions)} features as input: columns of an array are the training firms; "
                "give a frame to name them"
            )
            raise ShapeError(message)
        if self.firms == positions:
            return found
        warnings.warn(
            f"X does not have valid feature names, but {self.kind} was fitted with "
            "feature names; columns are taken as the training firms in their order",
            UserWarning,
            stacklevel=3,
        )
        return found.named(self.firms)

    def reference(self, given: Sequences, reference: Any = None) -> Sequences:
        """Growth rates of the training firms, in their order.

        Parameters
        ----------
        given : Sequences
            The firms to embed.
        reference : DataFrame of shape (n_days, n_reference), optional
            Growth rates of the training firms on the same days. Default: those in `given`.

        Returns
        -------
        Sequences
            The training firms only.

        Raises
        ------
        EncoderError
            A training firm is missing, or the reference has other days.
        """
        source = given if reference is None else self.read(reference)
        columns = source.growth.columns
        if missing := [ticker for ticker in self.firms if ticker not in columns]:
            message = (
                f"{self.label}: training firm {missing[0]!r} is not among the firms given "
                f"({len(missing)} are not); pass the training firms as `reference`"
            )
            raise EncoderError(message, parameter="reference")
        if not source.growth.index.equals(given.growth.index):
            message = f"{self.label}: the reference firms must have the same days as the firms"
            raise EncoderError(message, parameter="reference")
        return source.of(self.firms)


def read(label: str, X: Any) -> Sequences:
    """Check growth rates given to an estimator.

    Parameters
    ----------
    label : str
        First words of errors.
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
        A value is infinite or no real number, or days are not in time order. Also if a firm is
        given twice, or its name is neither text nor an integer.
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


def _numbers(label: str, X: Any) -> Floats:
    """Values as float64, missing ones as NaN."""
    try:
        values = X if isinstance(X, pd.DataFrame) else np.asarray(X)
        dtypes = list(values.dtypes) if isinstance(values, pd.DataFrame) else [values.dtype]
        if not any(dtype.kind == "c" for dtype in dtypes):
            if isinstance(values, pd.DataFrame):
                return values.to_numpy(dtype=np.float64, na_value=np.nan)
            return values.astype(np.float64, copy=False)
    except (TypeError, ValueError) as error:
        message = f"{label}: X has a value that is not a number ({error})"
        raise EncoderError(" ".join(message.split())) from None
    message = f"{label}: Complex data not supported; growth rates are real numbers"
    raise EncoderError(message)


def _check_axes(label: str, frame: pd.DataFrame) -> None:
    """Refuse firms without a unique name that can be saved, and days out of order."""
    for firm in frame.columns:
        if not isinstance(firm, str | int) or isinstance(firm, bool):
            message = (
                f"{label}: firm {firm!r} is a {type(firm).__name__}; name firms (columns) by text "
                "or integers"
            )
            raise EncoderError(message)
    if not frame.columns.is_unique:
        twice = frame.columns[frame.columns.duplicated()][0]
        message = f"{label}: firm {twice!r} is given twice (columns of X); keep one"
        raise EncoderError(message)
    days, before = frame.index[1:], frame.index[:-1]
    if (bad := np.flatnonzero(~np.asarray(days > before))).size:
        at = bad[0]
        message = (
            f"{label}: {day_name(days[at])} follows {day_name(before[at])}; days (rows) must be "
            "in time order, each once"
        )
        raise EncoderError(message)


def check_spans(label: str, spans: Sequence[tuple[int, int]], n_days: int) -> None:
    """Refuse spans that are empty or reach beyond the days.

    Parameters
    ----------
    label : str
        First words of errors.
    spans : sequence of (int, int)
        First day and the day after the last.
    n_days : int
        Number of days.

    Raises
    ------
    EncoderError
        Names the span and the number of days.
    """
    for start, end in spans:
        if not 0 <= start < end <= n_days:
            message = (
                f"{label}: spans: days {start} to {end} of {n_days} days; give "
                "0 <= start < end <= days"
            )
            raise EncoderError(message, parameter="spans")
