"""Figures of the study: curves, losses by lag and the reach of gradients."""

from __future__ import annotations

from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from trainers.memory_task import CHANCE
from trainers.trials import CONTRAST, GRADIENT

STYLES = {
    GRADIENT: ("BPTT", "#000000", "-", "o"),
    "genetic": ("genetic algorithm", "#E69F00", "--", "s"),
    "annealing": ("simulated annealing", "#56B4E9", "-.", "^"),
    "swarm": ("particle swarm", "#009E73", ":", "D"),
    "cma-es": ("CMA-ES", "#D55E00", "-", "v"),
    CONTRAST: ("LSTM, BPTT", "#CC79A7", "--", "P"),
}
"""Name, colour, line and marker of each trainer. The colours of Okabe and Ito (2008) stay distinct
for colour-blind readers, and each trainer has a line style of its own."""

BUDGETS = {"forward_passes": "forward passes", "seconds": "seconds of one core"}
"""Budgets and their axis labels."""

FONTS: dict[Any, Any] = {"font.size": 8, "axes.titlesize": 8}
"""Sizes in points."""

POINTS = 60
"""Points per curve."""


@mpl.rc_context(FONTS)
def curves_figure(curves: pd.DataFrame, limits: dict[str, float]) -> Figure:
    """Draw the best validation loss on the firm task against each budget.

    Parameters
    ----------
    curves : DataFrame
        Curves of all trials.
    limits : dict of str to float
        Size of each budget.

    Returns
    -------
    Figure
        Rows: cell and budget; columns: sizes. Lines are medians, bands the range over seeds.
    """
    firm = curves[curves["task"] == "firm"]
    cells, sizes = list(firm["cell"].unique()), sorted(firm["max_parameters"].unique())
    rows = [(cell, budget) for cell in cells for budget in BUDGETS]
    figure, axes = _panels(len(rows), len(sizes))
    for line, (cell, budget) in zip(axes, rows, strict=True):
        for axis, size in zip(line, sizes, strict=True):
            case = firm[(firm["cell"] == cell) & (firm["max_parameters"] == size)]
            for trainer, group in case.groupby("trainer", sort=False):
                _band(axis, group, budget, limits[budget], str(trainer))
            axis.set_title(f"{cell.capitalize()}, {size:,} weights")
            axis.set_xlabel(BUDGETS[budget])
        line[0].set_ylabel("validation loss\n(best so far)")
        _share_losses(line)
    _legend(figure, axes.flat[0])
    return figure


@mpl.rc_context(FONTS)
def memory_figure(summary: pd.DataFrame) -> Figure:
    """Draw the loss on the memory task against the lag, at equal forward passes and equal seconds.

    Parameters
    ----------
    summary : DataFrame
        From :func:`trainers.summary.summarise`.

    Returns
    -------
    Figure
        Rows: sizes; columns: budgets. Points are medians, bars the range over seeds.
    """
    memory = summary[summary["task"] == "memory"]
    sizes = sorted(memory["max_parameters"].unique())
    figure, axes = _panels(len(sizes), len(BUDGETS), width=3.6)
    for line, size in zip(axes, sizes, strict=True):
        for axis, budget in zip(line, BUDGETS, strict=True):
            case = memory[(memory["max_parameters"] == size) & (memory["budget"] == budget)]
            lags = sorted(case["lag"].unique())
            keys = case["trainer"].where(case["cell"] != CONTRAST, CONTRAST)
            shifts = np.linspace(-0.2, 0.2, keys.nunique())
            for (key, group), shift in zip(case.groupby(keys, sort=False), shifts, strict=True):
                name, colour, style, marker = STYLES[str(key)]
                group = group.sort_values("lag")
                axis.errorbar(
                    [lags.index(lag) + shift for lag in group["lag"]],
                    group["median"],
                    yerr=[group["median"] - group["low"], group["high"] - group["median"]],
                    label=name,
                    color=colour,
                    linestyle=style,
                    marker=marker,
                    markersize=4,
                    linewidth=1,
                )
            _name_line(axis, CHANCE, "guessing")
            axis.set_xticks(range(len(lags)), [str(lag) for lag in lags])
            axis.set_xlabel("steps to remember, T")
            axis.set_title(f"{size:,} weights, at equal {BUDGETS[budget]}")
        line[0].set_ylabel("validation loss (nats)")
    _legend(figure, axes.flat[0])
    return figure


@mpl.rc_context(FONTS)
def gradients_figure(shares: pd.DataFrame) -> Figure:
    """Draw how far back the gradient of the memory task reaches at the start weights.

    Parameters
    ----------
    shares : DataFrame
        From :func:`trainers.trial.lag_gradients`, several seeds and cells.

    Returns
    -------
    Figure
        Norm of the gradient against the steps back, relative to the last step; logarithmic.
    """
    single = np.finfo(np.float32)
    figure, axes = _panels(1, 1, width=5.0)
    axis = axes[0, 0]
    for cell, group in shares.groupby("cell", sort=False):
        _, colour, style, _ = STYLES[CONTRAST if cell == CONTRAST else GRADIENT]
        spread = group.groupby("lag")["share"].agg(["median", "min", "max"])
        spread = spread.clip(lower=float(single.tiny))  # a logarithmic axis has no 0
        label = "LSTM" if cell == CONTRAST else "Elman"
        axis.plot(spread.index, spread["median"], color=colour, linestyle=style, label=label)
        axis.fill_between(spread.index, spread["min"], spread["max"], color=colour, alpha=0.2)
    axis.set_yscale("log")
    _name_line(axis, float(single.eps), "rounding of single precision")
    axis.set_xlabel("steps back from the answer")
    axis.set_ylabel("norm of the gradient\n(last step = 1)")
    _legend(figure, axis)
    return figure


def _panels(rows: int, columns: int, width: float = 3.2) -> tuple[Figure, Any]:
    """Make a figure with a grid of axes, always two-dimensional."""
    figure = Figure(figsize=(width * columns, 2.3 * rows + 0.4), layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False)
    for axis in axes.flat:
        axis.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _band(axis: Any, curves: pd.DataFrame, budget: str, limit: float, trainer: str) -> None:
    """Draw the median and range over seeds of the best loss so far."""
    grid = np.linspace(0, limit, POINTS)
    paths = []
    for _, curve in curves.groupby("seed"):
        best = curve["validation_loss"].cummin().to_numpy()
        place = np.searchsorted(curve[budget].to_numpy(), grid, side="right") - 1
        paths.append(best[place])
    low, middle, high = (np.quantile(paths, q, axis=0) for q in (0.0, 0.5, 1.0))
    name, colour, style, _ = STYLES[trainer]
    axis.plot(grid, middle, color=colour, linestyle=style, linewidth=1.2, label=name)
    axis.fill_between(grid, low, high, color=colour, alpha=0.12, linewidth=0)


def _name_line(axis: Any, level: float, name: str) -> None:
    """Draw a grey line across a panel, with its name below its right end."""
    axis.axhline(level, color="#777777", linewidth=0.8, zorder=0)
    place = {"xycoords": ("axes fraction", "data"), "textcoords": "offset points"}
    axis.annotate(name, (1, level), (0, -9), ha="right", color="#555555", **place)


def _share_losses(axes: Any) -> None:
    """Give the panels of a row the same loss axis."""
    low = min(axis.get_ylim()[0] for axis in axes)
    high = max(axis.get_ylim()[1] for axis in axes)
    for axis in axes:
        axis.set_ylim(low, high)


def _legend(figure: Figure, axis: Any) -> None:
    """Draw one legend below all panels."""
    handles, labels = axis.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3, frameon=False)
