"""Training curves: the loss of one training along its steps."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from plotly import graph_objects as go

from firmsim.report.methods import Method
from firmsim.report.plots import (
    ACCENT,
    GREY,
    LOSS,
    STEP,
    linear_axis,
    static_figure,
    thinned,
    trace,
)
from firmsim.report.results import Results

HEIGHT = 230
"""Height of a figure, in px."""


@dataclass(frozen=True)
class CurveCard:
    """The figure of one training and what to call it."""

    title: str
    """The encoder."""
    seed: int
    """Seed of the training."""
    figure: go.Figure
    """Its losses."""


def curve_cards(results: Results, methods: Sequence[Method]) -> list[CurveCard]:
    """Training curves of every encoder and seed, in the order of the run.

    Parameters
    ----------
    results : Results
        A finished run.
    methods : sequence of Method
        Methods of the run, for their titles.
    """
    titles = {method.name: method.title for method in methods}
    return [
        CurveCard(
            title=titles[encoder["name"]],
            seed=encoder["seed"],
            figure=curve_figure(
                results.history(encoder["name"], encoder["seed"]), encoder["best_step"]
            ),
        )
        for encoder in results.run["encoders"]
    ]


def curve_figure(history: pd.DataFrame, best_step: int) -> go.Figure:
    """Training loss, thinned, and validation loss, as measured, of one training.

    Parameters
    ----------
    history : DataFrame
        Columns step, loss, validation_loss (missing between validation checks).
    best_step : int
        Step whose weights were kept; a vertical line marks it.

    Returns
    -------
    Figure
        Two lines over the training steps.
    """
    training = thinned(history[["step", "loss"]])
    checks = history.dropna(subset=["validation_loss"])
    losses = np.concatenate([training["loss"], checks["validation_loss"]])
    late = best_step > 0.85 * history["step"].iloc[-1]
    return static_figure(
        [
            trace(
                "training loss",
                training["step"],
                training["loss"],
                line={"color": GREY, "width": 1.2},
            ),
            trace(
                "validation loss",
                checks["step"],
                checks["validation_loss"],
                mode="lines+markers",
                line={"color": ACCENT, "width": 2, "dash": "dot"},
                marker={"size": 6},
            ),
        ],
        x={"title": STEP},
        y={"title": LOSS} | linear_axis(losses),
        unit="step %{x:.0f}",
        height=HEIGHT,
        margin={"l": 52, "r": 14, "t": 14, "b": 40},
        shapes=[{"x0": best_step, "x1": best_step, "yref": "paper", "y0": 0, "y1": 1}],
        annotations=[
            {
                "text": "kept",
                "x": best_step,
                "xanchor": "right" if late else "left",
                "yref": "paper",
                "y": 1,
                "yanchor": "top",
            }
        ],
    )
