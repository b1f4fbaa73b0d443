"""Gradient reach: how far back in time the gradient of a training comes, drawn per encoder."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from plotly import graph_objects as go

from firmsim.report.methods import Method
from firmsim.report.plots import (
    ACCENT,
    GREY,
    INK,
    LAG,
    STEP,
    log_axis,
    static_figure,
    thinned,
    trace,
)
from firmsim.report.results import Results

HEIGHT = 170
"""Height of a figure, in px."""

DECADES = 8
"""Depth of the figures by lag: what is this much below the largest no longer moves a weight."""

STEP_DECADES = 3
"""Depth of the figure by training step."""

FAINTEST = 0.30
"""Opacity of the line of the weights before training; that of the last step is 1."""

QUARTERS = (0.0, 0.25, 0.5, 1.0)
"""Shares of the training after which its gradients were measured."""


@dataclass(frozen=True)
class ReachCard:
    """The figures of one encoder."""

    title: str
    """The encoder."""
    half_life: float
    """Trading days in which its gradient halves, at the kept weights; negative where it doubles."""
    by_lag: go.Figure
    """Gradient norm against the lag, one line per set of weights."""
    product: go.Figure
    """Spectral radius of the product of Jacobians against the lag."""
    by_step: go.Figure | None
    """Gradient norm against the step, before and after clipping; None without gradients."""


@dataclass(frozen=True)
class _Measured:
    """What was measured of the first seed of an encoder."""

    title: str
    table: pd.DataFrame
    """Its gradients, as in ``gradients.csv``."""
    history: pd.DataFrame
    """Its gradient norms by step, thinned; columns step, gradient_norm and clipped_norm."""

    def of(self, quantity: str, weights: str | None = None) -> pd.DataFrame:
        rows = self.table[self.table["quantity"] == quantity]
        return rows if weights is None else rows[rows["weights"] == weights]

    @property
    def trained_by_gradient(self) -> bool:
        return bool(self.history["gradient_norm"].notna().any())


def shade(share: float) -> float:
    """Opacity of the line of the weights after a share of the training."""
    return round(FAINTEST + (1 - FAINTEST) * share, 2)


def reach_cards(results: Results, methods: Sequence[Method]) -> list[ReachCard]:
    """Figures of every encoder that has a memory, of its first seed, on the same scales.

    Parameters
    ----------
    results : Results
        A finished run.
    methods : sequence of Method
        Methods of the run, the encoders in the order to draw them in.
    """
    encoders = _measured(results, methods)
    if not encoders:
        return []
    lag, radius, steps = _axes(encoders)
    return [
        ReachCard(
            title=encoder.title,
            half_life=float(encoder.of("half_life", "kept")["value"].iloc[0]),
            by_lag=_by_lag(encoder, *lag),
            product=_product(encoder, *radius),
            by_step=_by_step(encoder, steps) if encoder.trained_by_gradient else None,
        )
        for encoder in encoders
    ]


def _measured(results: Results, methods: Sequence[Method]) -> list[_Measured]:
    """Encoders that have a memory, in the order of the methods."""
    seeds: dict[str, int] = {}
    for encoder in results.run["encoders"]:
        seeds.setdefault(encoder["name"], encoder["seed"])
    norms = ["step", "gradient_norm", "clipped_norm"]
    found = [
        _Measured(
            method.title,
            results.gradients(method.name, seeds[method.name]),
            thinned(results.history(method.name, seeds[method.name])[norms]),
        )
        for method in methods
        if method.name in seeds
    ]
    return [encoder for encoder in found if len(encoder.of("gradient_norm"))]


Axis = dict[str, Any]


def _axes(encoders: Sequence[_Measured]) -> tuple[tuple[Axis, Axis], tuple[Axis, Axis], Axis]:
    """Axes of the three figures, the same for all encoders: two pairs by lag, one of norms."""

    def by_lag(quantity: str) -> tuple[Axis, Axis]:
        rows = pd.concat([encoder.of(quantity) for encoder in encoders])
        across = {"title": LAG, "range": [0, 1.02 * float(rows["lag"].max())]}
        return across, log_axis(rows["value"].to_numpy(dtype=np.float64), DECADES)

    norms = pd.concat([encoder.history for encoder in encoders])
    both = norms[["gradient_norm", "clipped_norm"]].to_numpy(dtype=np.float64)
    return by_lag("gradient_norm"), by_lag("jacobian_radius"), log_axis(both, STEP_DECADES)


def _by_lag(encoder: _Measured, x: Axis, y: Axis) -> go.Figure:
    norms = encoder.of("gradient_norm")
    last = max(1, norms["step"].max())
    lines = []
    for (weights, step), rows in norms.groupby(["weights", "step"], sort=False):
        if weights == "kept":
            name, opacity = f"kept, step {step}", 1.0
            line: dict[str, Any] = {"color": INK, "width": 2.2, "dash": "dot"}
        else:
            name, opacity = f"step {step}", shade(rows["step"].iloc[0] / last)
            line = {"color": ACCENT, "width": 1.8}
        lines.append(trace(name, rows["lag"], rows["value"], line=line, opacity=opacity))
    return _small(lines, x, y, "lag %{x:.0f} days")


def _product(encoder: _Measured, x: Axis, y: Axis) -> go.Figure:
    rows = encoder.of("jacobian_radius", "kept")
    line = trace(
        "spectral radius",
        rows["lag"],
        rows["value"],
        mode="lines+markers",
        line={"color": INK, "width": 1.4},
        marker={"size": 5},
    )
    return _small([line], x, y, "lag %{x:.0f} days")


def _by_step(encoder: _Measured, y: Axis) -> go.Figure:
    styles = [
        ("gradient_norm", "before clipping", {"color": GREY, "width": 1.2}),
        ("clipped_norm", "after clipping", {"color": ACCENT, "width": 1.8}),
    ]
    history = encoder.history
    lines = [
        trace(name, history["step"], history[column], line=style) for column, name, style in styles
    ]
    return _small(lines, {"title": STEP, "rangemode": "tozero"}, y, "step %{x:.0f}")


def _small(lines: Sequence[go.Scatter], x: Axis, y: Axis, unit: str) -> go.Figure:
    margin = {"l": 42, "r": 8, "t": 6, "b": 36}
    return static_figure(lines, x, y, unit, height=HEIGHT, margin=margin)
