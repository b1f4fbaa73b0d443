"""Every score of a run under the name a reader sees, and what was measured about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from firmsim.report.results import NUMBERS, Results
from firmsim.report.text import listed, plural
from firmsim.similarity.comparators import COMPARATORS

Key = tuple[str, str, str]
"""Method, attribute, measure."""

LABELS = {
    "pearson": "Pearson",
    "spearman": "Spearman",
    "ewma": "EWMA correlation",
    "pca-10": "PCA-10",
    "pca-20": "PCA-20",
    "pca-50": "PCA-50",
    "pca-64": "PCA-64",
    "pca-20-without-first": "PCA-20 without first",
    "pca-50-without-first": "PCA-50 without first",
    "rbf": "RBF kernel",
    "linear": "linear kernel",
    "polynomial": "polynomial kernel",
    "co-occurrence": "co-occurrence",
    "dtw": "DTW",
    "hmm": "HMM",
    "catch22": "Catch22",
}
"""Short names of comparators where their configured name, hyphens as spaces, would not do."""


CELLS = {
    "elman": "Elman",
    "jordan": "Jordan",
    "lstm": "LSTM",
    "gru": "GRU",
    "feedforward": "Feed-forward",
}
"""Cells as people write them."""

AUC = ("sector", "auc")
"""Attribute and measure by which methods are ranked."""

NO_MEMORY = "feedforward"
"""The cell that sees one day at a time."""


@dataclass(frozen=True)
class Method:
    """One way to score pairs of firms."""

    name: str
    """As in the configuration and in file names."""
    label: str
    """Short name for sentences and narrow columns."""
    title: str
    """Full name."""
    kind: Literal["encoder", "comparator", "random"]
    about: str
    """One line: formula, or how it was trained."""
    cell: str = ""
    """Of an encoder."""
    objective: str = ""
    """Of an encoder."""


@dataclass(frozen=True)
class Measured:
    """One statistic of one method; NaN where there is none."""

    value: float
    low: float
    high: float
    p: float
    corrected: float
    """p after Holm's correction over all methods."""
    n: float


def run_methods(results: Results) -> list[Method]:
    """Encoders, comparators and the random score of a run, in that order."""
    encoders = []
    for name in results.encoders:
        trained = [encoder for encoder in results.run["encoders"] if encoder["name"] == name]
        cell, objective = trained[0]["cell"], trained[0]["objective"]
        goal = {"comovement": "co-movement"}.get(objective, objective)
        default = name == f"{cell}-{objective}"
        seeds = [str(encoder["seed"]) for encoder in trained]
        memory = ", without memory," if cell == NO_MEMORY else ""
        about = (
            f"{CELLS[cell]} cell{memory} trained for {goal}, without labels; "
            f"{plural(len(seeds), 'training')} (seed {listed(seeds)})"
        )
        label = f"{CELLS[cell]} {goal}" if default else name
        title = f"{label} (no memory)" if cell == NO_MEMORY else label
        encoders.append(Method(name, label, title, "encoder", about, cell, objective))
    others = [
        Method(
            name,
            LABELS.get(name, name.replace("-", " ")),
            COMPARATORS[name].title,
            "random" if name == "random" else "comparator",
            COMPARATORS[name].formula,
        )
        for name in results.comparators
    ]
    return encoders + sorted(others, key=lambda method: method.kind == "random")


def measurements(summary: pd.DataFrame) -> dict[Key, Measured]:
    """Index the association summary by method, attribute and measure; missing values left out."""
    present = summary.dropna(subset=["value"])
    keys = zip(present["method"], present["attribute"], present["measure"], strict=True)
    numbers = present[list(NUMBERS)].to_numpy(dtype=float).tolist()
    return {key: Measured(*row) for key, row in zip(keys, numbers, strict=True)}


def why_none(
    methods: Sequence[Method], reasons: Mapping[Key, str], attribute: str, measure: str
) -> str:
    """Why none of the methods has a statistic: each different reason once."""
    keys = [(method.name, attribute, measure) for method in methods]
    return "; ".join(dict.fromkeys(reasons[key] for key in keys if key in reasons))


def value_of(measured: Mapping[Key, Measured], method: str, attribute: str, measure: str) -> float:
    """Value of a statistic, NaN where it could not be computed."""
    found = measured.get((method, attribute, measure))
    return found.value if found else float("nan")


def scored_methods(
    methods: Sequence[Method],
    measured: Mapping[Key, Measured],
    kind: str,
    attribute: str,
    measure: str,
) -> list[Method]:
    """Methods of a kind that have a value."""
    return [m for m in methods if m.kind == kind and (m.name, attribute, measure) in measured]


def best_method(
    methods: Sequence[Method],
    measured: Mapping[Key, Measured],
    kind: str,
    attribute: str,
    measure: str,
) -> Method | None:
    """Method of a kind with the highest value; None where none has one."""
    scored = scored_methods(methods, measured, kind, attribute, measure)
    return max(scored, key=lambda m: measured[m.name, attribute, measure].value, default=None)
