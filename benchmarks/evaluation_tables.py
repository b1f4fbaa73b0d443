"""Markdown tables of an evaluation: encoders beside the best comparator of each measure.

    python benchmarks/evaluation_tables.py results/<run>

prints what docs/evaluation.md shows.
"""

import sys
from pathlib import Path

import pandas as pd

MEASURES = {
    "auc": "AUC",
    "knn_accuracy": "5-NN",
    "precision_at_10": "precision at 10",
    "future_spearman": "later co-movement",
}
"""Measures that are shown, and their headings."""


def number(value):
    """Three digits without a leading zero."""
    return f"{value:.3f}".replace("0.", ".", 1)


def print_table(values, against, split):
    """Print one table: a row a window and encoder, and one for the best comparators."""
    print(f"\n{split[0].upper()}{split[1:]}\n")
    print("| window | method | " + " | ".join(MEASURES.values()) + " |")
    print("|---" * (2 + len(MEASURES)) + "|")
    values = values[values["split"] == split].set_index(["window", "method", "measure"])["value"]
    against = against[(against["split"] == split) & against["best"]]
    for window in against["window"].unique():
        rows = against[against["window"] == window].set_index(["method", "measure"])
        for method in rows.index.unique("method"):
            cells = []
            for measure in MEASURES:
                row = rows.loc[(method, measure)]
                span = f"{row['low']:+.3f}, {row['high']:+.3f}".replace("0.", ".")
                value = number(values[window, method, measure])
                bold = "**" if row["low"] > 0 else ""
                cells.append(f"{bold}{value}{bold} [{span}]")
            print(f"| {window} | {method} | " + " | ".join(cells) + " |")
        best = rows.xs(rows.index.unique("method")[0])["against"]
        cells = [f"{number(values[window, best[m], m])} {best[m]}" for m in MEASURES]
        print(f"| {window} | *best comparator* | " + " | ".join(cells) + " |")


def print_counts(against):
    """Print how often each encoder is ahead of all comparators, and how often beyond chance."""
    print(
        "\n| method | cells | ahead of every comparator | by an interval above 0 | behind by one |"
    )
    print("|---" * 5 + "|")
    for method, rows in against[against["window"] != "all"].groupby("method", sort=False):
        best = rows[rows["best"]]
        counts = [len(best), *((best[c] > 0).sum() for c in ("value", "low"))]
        print("| " + " | ".join(map(str, [method, *counts, (best["high"] < 0).sum()])) + " |")


def main():
    """Print the tables of one run."""
    folder = Path(sys.argv[1], "evaluation")
    values, against = (
        pd.read_csv(folder / f"{name}.csv", dtype={"window": str})
        for name in ("table", "differences")
    )
    for split in values["split"].unique():
        print_table(values, against, split)
    print_counts(against)


if __name__ == "__main__":
    main()
