"""Markdown tables of an evaluation.

    python tools/evaluation_tables.py results/<run>              docs/evaluation.md
    python tools/evaluation_tables.py results/<run> --every      docs/every_comparator.md

The first command prints encoders next to the best comparator of each measure and to chance. The
second prints every method at 60 days with its interval, and every measure of one encoder at every
length.
"""

import argparse
from pathlib import Path

from firmsim.association.measures import evaluation_measures
from firmsim.files import read_csv
from firmsim.run.paths import Paths

HEADINGS = {
    "auc": "AUC",
    "knn_accuracy": "5-NN",
    "precision_at_10": "precision at 10",
    "horizon_spearman": "later co-movement",
}
"""Leading measures and their headings."""

EVERY_HEADING = {
    name: HEADINGS.get(
        name, f"industries: {measure.title}" if basis == "industry" else measure.title
    )
    for name, basis, measure in evaluation_measures()
}
"""All measures and their headings."""

CHANCE = "random"
LEVEL = 0.05


def number(value):
    """Three digits."""
    return f"{value:.3f}"


def compared(value, row):
    """A value and the interval of its difference to another; bold where that is above 0."""
    bold = "**" if row["low"] > 0 else ""
    ends = f"[{row['low']:+.3f}, {row['high']:+.3f}]"
    return f"{bold}{number(value)}{bold} {ends}"


def print_table(values, against, split):
    """Print one table: a row per window and encoder, and one for the best comparators."""
    print(f"\n{split[0].upper()}{split[1:]}\n")
    print("| window | method | " + " | ".join(HEADINGS.values()) + " |")
    print("|---" * (2 + len(HEADINGS)) + "|")
    values = values[values["split"] == split].set_index(["window", "method", "measure"])["value"]
    against = against[(against["split"] == split) & against["best"]]
    for window in against["window"].unique():
        rows = against[against["window"] == window].set_index(["method", "measure"])
        for method in rows.index.unique("method"):
            cells = []
            for measure in HEADINGS:
                row = rows.loc[(method, measure)]
                cells.append(compared(values[window, method, measure], row))
            print(f"| {window} | {method} | " + " | ".join(cells) + " |")
        best = rows.xs(rows.index.unique("method")[0])["against"]
        cells = [f"{number(values[window, best[m], m])} {best[m]}" for m in HEADINGS]
        print(f"| {window} | *best comparator* | " + " | ".join(cells) + " |")
        cells = [number(values[window, CHANCE, m]) for m in HEADINGS]
        print(f"| {window} | *random* | " + " | ".join(cells) + " |")


def print_counts(against):
    """Print how often each encoder is ahead of all comparators, and how often beyond chance."""
    headings = ["method", "cells", "ahead of every comparator", "interval above 0", "corrected"]
    headings += ["interval below 0", "corrected"]
    print("\n| " + " | ".join(headings) + " |")
    print("|---" * len(headings) + "|")
    for method, rows in against[against["window"] != "all"].groupby("method", sort=False):
        best = rows[rows["best"]]
        ahead, sure = best["value"] > 0, best["p_holm"] <= LEVEL
        counts = [
            len(best),
            ahead.sum(),
            (best["low"] > 0).sum(),
            (ahead & sure).sum(),
            (best["high"] < 0).sum(),
            (~ahead & sure).sum(),
        ]
        print("| " + " | ".join(map(str, [method, *counts])) + " |")


def print_every_method(values, window="60", split="all firms"):
    """Print every method at one length, each value with its interval."""
    values = values[(values["window"] == window) & (values["split"] == split)]
    rows = values.set_index(["method", "measure"])
    print("\n| method | " + " | ".join(HEADINGS.values()) + " |")
    print("|---" * (1 + len(HEADINGS)) + "|")
    for method in values["method"].unique():
        cells = []
        for measure in HEADINGS:
            row = rows.loc[(method, measure)]
            ends = [number(row[end]) for end in ("low", "high")]
            cells.append(f"{number(row['value'])} [{', '.join(ends)}]")
        print(f"| {method} | " + " | ".join(cells) + " |")


def print_every_measure(values, against, method, split="all firms"):
    """Print every measure of one encoder at every length, next to the best comparator's."""
    values = values[values["split"] == split].set_index(["window", "method", "measure"])["value"]
    best = against[(against["method"] == method) & (against["split"] == split) & against["best"]]
    windows = best["window"].unique()
    best = best.set_index(["window", "measure"])
    headings = ["all" if window == "all" else f"{window} days" for window in windows]
    print(f"\n| {method} | " + " | ".join(headings) + " |")
    print("|---" * (1 + len(windows)) + "|")
    for measure, heading in EVERY_HEADING.items():
        cells = []
        for window in windows:
            if (window, measure) not in best.index:
                cells.append("")
                continue
            row = best.loc[(window, measure)]
            other = number(values[window, row["against"], measure])
            own = compared(values[window, method, measure], row)
            cells.append(f"{own} {other} {row['against']}")
        print(f"| {heading} | " + " | ".join(cells) + " |")


def main():
    """Print the tables of one run."""
    parser = argparse.ArgumentParser()
    parser.add_argument("run", type=Path)
    parser.add_argument("--every", action="store_true")
    arguments = parser.parse_args()
    paths = Paths(arguments.run).evaluation
    values, against = (
        read_csv(file, dtype={"window": str}) for file in (paths.table, paths.differences)
    )
    if arguments.every:
        print_every_method(values)
        for method in against["method"].unique()[:2]:
            print_every_measure(values, against, method)
        return
    for split in values["split"].unique():
        print_table(values, against, split)
    print_counts(against)


if __name__ == "__main__":
    main()
