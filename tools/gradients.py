"""Figure and table of docs/gradients.md, from the results of a run.

``make gradients`` completes the default run and then calls this.
"""

import sys
from pathlib import Path

import matplotlib as mpl
import pandas as pd

mpl.use("agg")
from matplotlib import pyplot as plt

from firmsim.report.methods import run_methods
from firmsim.report.page import environment
from firmsim.report.results import Results
from firmsim.report.text import number
from firmsim.report.trainings import gradient_reach
from generated import HOME, between

DOCS = HOME / "docs"
BEGIN, END = "<!-- table: begin -->", "<!-- table: end -->"
DEPTH = 1e-8
"""Smallest share of the largest value that is drawn."""


def with_memory(results):
    """Title, diagnostics and history of every co-movement encoder that has a memory."""
    for method in run_methods(results):
        if method.objective != "comovement":
            continue
        table = results.gradients(method.name, 0)
        if (table["quantity"] == "gradient_norm").any():
            yield method.title.removesuffix(" co-movement"), table, results.history(method.name, 0)


def draw(results):
    """One column a cell: gradient against lag, product of Jacobians, clipping."""
    cells = list(with_memory(results))
    half_life = environment().get_template("phrases.html").module.half_life
    figure, axes = plt.subplots(
        3, len(cells), figsize=(2.75 * len(cells), 6.4), sharex="row", sharey="row", squeeze=False
    )
    for (title, table, history), (top, middle, bottom) in zip(cells, axes.T, strict=True):
        kept = table[table["weights"] == "kept"].set_index("quantity")
        top.set_title(f"{title}\n{half_life(kept.loc['half_life', 'value']).strip()}", fontsize=11)
        norms = table[table["quantity"] == "gradient_norm"]
        steps = sorted(norms.loc[norms["weights"] == "snapshot", "step"].unique())
        for place, step in enumerate(steps):
            line = norms[(norms["weights"] == "snapshot") & (norms["step"] == step)]
            shade = plt.get_cmap("Blues")(0.3 + 0.7 * place / max(1, len(steps) - 1))
            top.semilogy(line["lag"], line["value"], color=shade, label=f"step {step}")
        last = kept.loc["gradient_norm"]
        top.semilogy(last["lag"], last["value"], ":", color="black", label="kept weights")
        product = kept.loc["jacobian_radius"]
        middle.semilogy(product["lag"], product["value"], "o-", color="black", markersize=3)
        bottom.semilogy(history["step"], smooth(history["gradient_norm"]), color="grey")
        bottom.semilogy(history["step"], smooth(history["clipped_norm"]), color="tab:blue")
    for row, (label, below) in enumerate(
        [
            ("gradient norm", "days back"),
            ("product of Jacobians,\nspectral radius", "days multiplied"),
            ("gradient norm before (grey)\nand after clipping", "step"),
        ]
    ):
        axes[row, 0].set_ylabel(label, fontsize=9)
        high = max(line.get_ydata().max() for axis in axes[row] for line in axis.lines)
        low = min(line.get_ydata().min() for axis in axes[row] for line in axis.lines)
        axes[row, 0].set_ylim(max(low / 1.5, high * DEPTH), high * 2)
        for axis in axes[row]:
            axis.set_xlabel(below, fontsize=9)
            axis.tick_params(labelsize=8)
            axis.grid(color="0.9")
    axes[0, 0].legend(fontsize=7, loc="upper right", frameon=False)
    figure.tight_layout()
    figure.savefig(DOCS / "gradients.png", dpi=90)


def smooth(norms: pd.Series) -> pd.Series:
    """Means of ten steps: every step draws other windows and firms."""
    return norms.rolling(10, min_periods=1).mean()


def tabulate(results):
    """Put the table between the markers of docs/gradients.md."""
    lines = [
        "| encoder | half-life (days) | spectral radius | product of Jacobians, 60 days | "
        "saturated units (%) | steps clipped (%) |",
        "|---|---|---|---|---|---|",
    ]
    for row in gradient_reach(results):
        cells = [
            row.name,
            number(row.half_life, 1),
            number(row.spectral_radius, 2),
            f"{row.product:.1e}" if row.days else number(None),
            number(100 * row.saturated, 1),
            number(100 * row.clipped, 0),
        ]
        lines.append(f"| {' | '.join(cells)} |")
    page = DOCS / "gradients.md"
    table = "\n".join(lines)
    text = between(page.read_text(encoding="utf-8"), BEGIN, END, f"\n\n{table}\n\n")
    page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    run = Results(Path(sys.argv[1]))
    draw(run)
    tabulate(run)
