"""Section `similarity`: comparators and neighbours."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, Field

from firmsim.config.section import Section, once

Comparator = Literal[
    "pearson",
    "spearman",
    "ewma",
    "rank-correlation",
    "rank-correlation-1.25",
    "rank-correlation-1.5",
    "market-residual",
    "random-matrix",
    "pca-10",
    "pca-20",
    "pca-50",
    "pca-64",
    "pca-20-without-first",
    "pca-50-without-first",
    "rbf",
    "linear",
    "polynomial",
    "co-occurrence",
    "dtw",
    "hmm",
    "catch22",
    "random",
]
ON_REQUEST = {
    "pca-20-without-first",
    "linear",
    "polynomial",
    "co-occurrence",
    "dtw",
    "hmm",
    "catch22",
}
"""Comparators that are slower, weaker or nearly the same as another."""
DEFAULT_COMPARATORS: list[Comparator] = [
    name for name in get_args(Comparator) if name not in ON_REQUEST
]
"""The strong and cheap ones."""


def _with_random(names: list[str]) -> list[str]:
    """Append the random scores: every table needs the row that says what chance gives."""
    return names if "random" in names else [*names, "random"]


class Similarity(Section):
    """Scores of all pairs of firms."""

    comparators: Annotated[list[Comparator], AfterValidator(once), AfterValidator(_with_random)] = (
        Field(list(DEFAULT_COMPARATORS))
    )
    """Classical scores to compare the encoders with; docs/method.md describes each. `random` is
    always included."""
    neighbours: int = Field(20, ge=1)
    """Nearest firms to list for each firm; fewer when there are fewer firms."""
