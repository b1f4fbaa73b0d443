"""Figure of the evaluation: encoders and every comparator, by length of the window."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from firmsim.errors import extra
from firmsim.evaluation.protocol import ALL, UNSEEN

with extra("workflow", "the figure of an evaluation"):
    import matplotlib as mpl
    from matplotlib.figure import Figure

PANELS = {
    "auc": "same-sector AUC",
    "knn_accuracy": "5-nearest-neighbour accuracy",
    "precision_at_10": "precision at 10",
    "horizon_spearman": "later co-movement (Spearman)",
}
"""Measures that are drawn, and their axis labels."""

COLOURS = ("#D55E00", "#0072B2", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#F0E442")
"""Colours of Okabe and Ito (2008), which the colour-blind can distinguish."""

MARKERS = "osD^vPX"

FONTS: dict[Any, Any] = {"font.size": 8, "axes.titlesize": 9, "legend.fontsize": 8}
"""Sizes of fonts in points."""

CHANCE = "random"


@mpl.rc_context(FONTS)
def evaluation_figure(
    table: pd.DataFrame, encoders: Sequence[str], comparators: Sequence[str]
) -> Figure:
    """Every measure against the length of the window, for all firms and for the unseen.

    Parameters
    ----------
    table : DataFrame
        From `firmsim.evaluation.inference.tabulate`.
    encoders, comparators : sequence of str
        Methods.

    Returns
    -------
    Figure
        Rows are measures and columns are splits. Encoders are in colour with their intervals. Each
        comparator is a grey line, the best at each length is black; random scores are dotted.
    """
    windows = list(dict.fromkeys(table["window"]))
    place = {window: position for position, window in enumerate(windows)}
    figure = Figure(figsize=(7.2, 2.1 * len(PANELS) + 0.6), layout="constrained")
    axes = figure.subplots(len(PANELS), 2, sharex=True, sharey="row")
    grey = [name for name in comparators if name != CHANCE]
    for line, (measure, label) in zip(axes, PANELS.items(), strict=True):
        for axis, split in zip(line, (ALL, UNSEEN), strict=True):
            shown = table[(table["measure"] == measure) & (table["split"] == split)]
            if measure == next(iter(PANELS)):
                axis.set_title(split)
            _comparators(axis, shown[shown["method"].isin(grey)], place)
            chance = shown[shown["method"] == CHANCE]
            axis.plot(chance["window"].map(place), chance["value"], "k:", linewidth=1, label=CHANCE)
            for k, name in enumerate(encoders):
                own = shown[shown["method"] == name]
                # map makes text of no rows, which there are where no sector is known
                x = own["window"].map(place).astype(float) + 0.06 * (k - (len(encoders) - 1) / 2)
                axis.errorbar(
                    x,
                    own["value"],
                    [own["value"] - own["low"], own["high"] - own["value"]],
                    color=COLOURS[k % len(COLOURS)],
                    marker=MARKERS[k % len(MARKERS)],
                    markersize=3,
                    linewidth=1,
                    elinewidth=0.6,
                    label=name,
                )
            axis.spines[["top", "right"]].set_visible(False)
        line[0].set_ylabel(label)
    for axis in axes[-1]:
        axis.set_xticks(range(len(windows)), windows)
        axis.set_xlabel("window (trading days)")
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3, frameon=False)
    return figure


def _comparators(axis: Any, shown: pd.DataFrame, place: dict[str, int]) -> None:
    """Draw grey lines, and the best at each length."""
    for position, (_, own) in enumerate(shown.groupby("method", sort=False)):
        axis.plot(
            own["window"].map(place),
            own["value"],
            color="0.8",
            linewidth=0.7,
            label="a comparator" if position == 0 else None,
        )
    best = shown.groupby("window", sort=False)["value"].max()
    if len(best):
        axis.plot(
            best.index.map(place), best, "k--", linewidth=1, label="best comparator at each length"
        )
