"""What all static figures share: the page's colours, axes, and series thinned for the screen.

``static/figures.js`` draws them and puts the theme's values in the place of the colours' names.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from markupsafe import Markup
from numpy.typing import ArrayLike
from plotly import graph_objects as go

from firmsim.typing import Floats

INK, LINE, GREY, ACCENT = (f"var(--{name})" for name in ("ink", "line", "grey", "accent"))
"""Colours of the theme, by their names in ``static/theme.css``."""

STEP, LAG, LOSS = "training step", "lag (trading days)", "loss"
"""Titles of the axes."""

POINTS = 80
"""Maximum number of points of a line; beyond, neighbouring steps are averaged."""

TICKS = 5
"""Maximum number of ticks of a logarithmic axis that spans two decades or more."""

TEMPLATE = go.layout.Template(
    layout={
        "showlegend": False,
        "hovermode": "x unified",
        "annotationdefaults": {"showarrow": False, "font": {"size": 11, "color": ACCENT}},
        "shapedefaults": {"type": "line", "line": {"color": ACCENT, "width": 1}},
    }
    | {
        axis: {
            "fixedrange": True,
            "gridcolor": LINE,
            "zeroline": False,
            "tickfont": {"size": 11},
            "title": {"standoff": 4, "font": {"size": 12}},
        }
        for axis in ("xaxis", "yaxis")
    },
)
"""What all static figures look like; the page holds it once."""

LEADS = ((1, 2, 5), range(1, 10), np.arange(1, 10, 0.2))
"""Leading digits of the ticks of a shorter logarithmic axis: the first that give two ticks."""


def trace(
    name: str, x: ArrayLike, y: ArrayLike, *, mode: str = "lines", **style: Any
) -> go.Scatter:
    """A line of a static figure, in single precision, which is finer than a screen.

    Parameters
    ----------
    name : str
        What the reader is told beside the value under the pointer.
    x, y : array_like of shape (n_points,)
        Where the line runs.
    mode : str
        ``lines`` or ``lines+markers``.
    **style
        Other properties of the trace.

    Examples
    --------
    >>> trace("loss", [10, 20, 30], [0.3, 0.2, 0.1]).dx
    10.0
    """
    at = np.asarray(x, dtype=np.float64)
    steps = np.diff(at)
    even = len(steps) > 0 and (steps == steps[0]).all()
    place = {"x0": float(at[0]), "dx": float(steps[0])} if even else {"x": _short(at)}
    return go.Scatter(name=name, mode=mode, y=_short(y), **place, **style)


def static_figure(
    traces: Sequence[go.Scatter],
    x: dict[str, Any],
    y: dict[str, Any],
    unit: str,
    **layout: Any,
) -> go.Figure:
    """A figure of lines on a grid that can be read under the pointer but not moved.

    Parameters
    ----------
    traces : sequence of Scatter
        Its lines.
    x, y : dict
        Properties of the axes; ``title`` is text.
    unit : str
        Heading of the values under the pointer, with ``%{x}`` for the position.
    **layout
        Other properties of the layout, the height in px among them; the width is the page's.

    Returns
    -------
    Figure
        What it does not set comes from `TEMPLATE`, which the page holds once.
    """
    axes = {
        name: axis | ({"title": {"text": axis["title"]}} if "title" in axis else {})
        for name, axis in (("xaxis", x), ("yaxis", y))
    }
    axes["xaxis"]["unifiedhovertitle"] = {"text": unit}
    figure = go.Figure(list(traces), axes | layout)
    figure.layout.template = None
    return figure


def figure_json(figure: go.Figure | go.layout.Template) -> Markup:
    """A figure as the text of a script element, which none of its names can end.

    Parameters
    ----------
    figure : Figure or Template
        Any figure.

    Returns
    -------
    Markup
        JSON without ``<`` and ``>``; arrays are base64.
    """
    text = figure.to_json(engine="json").replace(r"\u002f", "/")  # harmless without <, and longer
    return Markup(text)  # noqa: S704


def linear_axis(values: Floats) -> dict[str, Any]:
    """Properties of a linear axis whose ticks have the same number of digits.

    Parameters
    ----------
    values : ndarray of shape (n,)
        What the axis is to show; missing values are left out.

    Returns
    -------
    dict
        Distance and format of the ticks; plotly chooses the range.

    Examples
    --------
    >>> linear_axis(np.array([0.5, 1.3]))
    {'dtick': 0.2, 'tickformat': ',.1f', 'hoverformat': '.4g'}
    """
    span = float(np.nanmax(values) - np.nanmin(values)) / (TICKS - 1)
    scale = 10.0 ** math.floor(math.log10(span)) if span > 0 else 1.0
    tick = next(lead * scale for lead in (1, 2, 5, 10) if lead * scale >= span)
    digits = max(0, -math.floor(math.log10(tick)))
    return {"dtick": round(tick, digits), "tickformat": f",.{digits}f", "hoverformat": ".4g"}


def log_axis(values: Floats, depth: float) -> dict[str, Any]:
    """Properties of a logarithmic axis that holds positive values down to a depth.

    Parameters
    ----------
    values : ndarray of shape (n,)
        What the axis is to show; zeros and missing values are left out.
    depth : float
        Decades below the largest value at which the axis ends, if the values go on.

    Returns
    -------
    dict
        The range, in decades, and its ticks: whole decades, or round numbers in fewer than two.
    """
    decades = np.log10(values[values > 0]) if (values > 0).any() else np.zeros(1)
    high = float(decades.max())
    low = max(high - depth, float(decades.min()))
    room = 0.06 * (high - low) + 0.05
    low, high = low - room, high + room
    ticks, text = _log_ticks(low, high)
    return {
        "type": "log",
        "range": [round(low, 3), round(high, 3)],
        "tickvals": ticks,
        "ticktext": text,
        "hoverformat": ".2g",
    }


def _log_ticks(low: float, high: float) -> tuple[list[float], list[str]]:
    """Ticks between two decades, and what is written at them."""
    whole = range(math.ceil(low), math.floor(high) + 1)
    if high - low >= 2:
        every = math.ceil((high - low) / (TICKS - 1))
        kept = [decade for decade in whole if decade % every == 0]
        signed = [f"{decade}".replace("-", "\N{MINUS SIGN}") for decade in kept]
        text = [f"10<sup>{power}</sup>" if power != "0" else "1" for power in signed]
        return [10.0**decade for decade in kept], text
    ticks: list[float] = []
    for leads in LEADS:
        scales = [10.0**decade for decade in range(math.floor(low), math.ceil(high))]
        ticks = [float(lead * scale) for scale in scales for lead in leads]
        ticks = [tick for tick in ticks if 10**low <= tick <= 10**high]
        if len(ticks) > 1:
            break
    while len(ticks) > TICKS + 1:
        ticks = ticks[::2]
    return ticks, [f"{tick:.3g}" for tick in ticks]


def thinned(history: pd.DataFrame) -> pd.DataFrame:
    """Means of neighbouring training steps, at most `POINTS` of them.

    Parameters
    ----------
    history : DataFrame of shape (n_steps, n_columns)
        Numbers; missing ones are left out of the means.

    Returns
    -------
    DataFrame of shape (at most POINTS, n_columns)
        All groups have the same number of steps, except the last, which may be shorter.
    """
    width = -(-len(history) // POINTS)
    return history.groupby(np.arange(len(history)) // width).mean()


def _short(values: ArrayLike) -> npt.NDArray[Any]:
    """Whole numbers as integers, which plotly stores in the fewest bytes, and others in 4 bytes."""
    given = np.asarray(values, dtype=np.float64)
    whole = np.isfinite(given).all() and (given == np.rint(given)).all()
    return given.astype(np.int64 if whole else np.float32)
