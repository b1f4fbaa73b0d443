"""Registry of measures: every statistic of a score matrix, what it is called and how to read it.

To add a measure, add a record below whose loader returns a function that gives an `Estimate`. The
tables of a run (association/) and of the evaluation (evaluation/), and the report, follow from it.

This module imports no numerical library, so that the report can read titles without them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from firmsim.association.estimate import Estimate
    from firmsim.association.inputs import AttributeInput, HorizonInput

Use = Literal["record", "summary", "evaluation"]


@dataclass(frozen=True, kw_only=True)
class Measure:
    """One statistic of a score matrix.

    Attributes
    ----------
    attribute : str
        What the scores are compared with: sector, size or horizon.
    measure : str
        Name in ``association/summary.csv`` and, for sectors, in ``evaluation/table.csv``.
    title : str
        Heading.
    reading : str
        How to read a value, in one sentence.
    chance : float or None
        Value of scores without information; None where it depends on the firms (see the random
        score).
    loader : callable
        Returns the function of the statistic; imports its file, which may take a second.
    reads, options : tuple of str
        Positional and keyword arguments of the function: attributes of
        `firmsim.association.inputs.AttributeInput` or `HorizonInput`.
    neighbours : int or None
        Nearest firms that it counts, given as ``k``; fewer where sectors are small.
    firms : tuple of str
        What a firm must have to take part: sector, size or both.
    used_in : tuple of str
        Results that hold it: ``record`` (association/<method>.json), ``summary``
        (association/summary.csv and the report) and ``evaluation`` (evaluation/).
    section, key : str
        Where the record of a method holds it: ``record[attribute][section][key]``. An empty section
        has the name of the measure.
    tested : bool
        Whether it has a p value.
    higher_is_better : bool
        False where a large value is a finding and not a merit.
    by_industry : bool
        Whether the evaluation measures industries too.
    slow : bool
        Whether the evaluation measures the longest window only.
    """

    attribute: str
    measure: str
    title: str
    reading: str
    chance: float | None
    loader: Callable[[], Callable[..., Estimate]]
    reads: tuple[str, ...] = ("scores", "labels")
    options: tuple[str, ...] = ()
    neighbours: int | None = None
    firms: tuple[str, ...] = ("sector",)
    used_in: tuple[Use, ...] = ("record", "summary")
    section: str = ""
    key: str = "value"
    tested: bool = False
    higher_is_better: bool = True
    by_industry: bool = False
    slow: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "section", self.section or self.measure)

    def of(self, given: AttributeInput | HorizonInput) -> Estimate:
        """Compute the statistic."""
        arguments = [getattr(given, name) for name in self.reads]
        options = {name: getattr(given, name) for name in self.options}
        if self.neighbours is not None:
            options["k"] = given.k(self.neighbours)
        return self.loader()(*arguments, **options)


def _function(path: str) -> Callable[[], Callable[..., Estimate]]:
    """Loader of a function of this package, given as ``module:function``."""
    return partial(resolve_name, f"firmsim.{path}")


RUN: tuple[Use, ...] = ("record", "summary")
EVERYWHERE: tuple[Use, ...] = (*RUN, "evaluation")

MEASURES = (
    Measure(
        attribute="sector",
        measure="auc",
        title="Same-sector AUC",
        reading="Probability that a pair of one sector scores higher than a pair of two sectors.",
        chance=0.5,
        loader=_function("association.auc:same_sector_auc"),
        used_in=EVERYWHERE,
        by_industry=True,
    ),
    Measure(
        attribute="sector",
        measure="knn_accuracy",
        title="5-nearest-neighbour accuracy",
        reading="Share of firms whose sector is the majority among their 5 nearest firms (fewer in "
        "small universes, where sectors are smaller than that).",
        chance=None,
        loader=_function("association.retrieval:knn_accuracy"),
        options=("order", "interval"),
        neighbours=5,
        used_in=EVERYWHERE,
        by_industry=True,
    ),
    Measure(
        attribute="sector",
        measure="precision_at_10",
        title="Precision at 10",
        reading="Share of a firm's 10 nearest firms that are in its sector (fewer in small "
        "universes, where sectors are smaller than that).",
        chance=None,
        loader=_function("association.retrieval:precision_at"),
        options=("order", "interval"),
        neighbours=10,
        used_in=EVERYWHERE,
        by_industry=True,
    ),
    Measure(
        attribute="sector",
        measure="r_precision",
        title="R-precision",
        reading="Share of a firm's R nearest firms that are in its sector; R is the number of "
        "other firms in the sector.",
        chance=None,
        loader=_function("association.retrieval:r_precision"),
        options=("order", "interval"),
        used_in=EVERYWHERE,
        by_industry=True,
    ),
    Measure(
        attribute="sector",
        measure="permanova_r2",
        section="permanova",
        key="r2",
        title="PERMANOVA R2",
        reading="Share of the squared distances between firms that lies between sectors; above 0 "
        "even for random scores.",
        chance=None,
        loader=_function("association.sectors:sector_r2"),
        reads=("chord", "labels", "permutations", "seed"),
        tested=True,
    ),
    Measure(
        attribute="sector",
        measure="permdisp_eta2",
        section="permdisp",
        key="eta2",
        title="PERMDISP eta2",
        reading="Share of the variance of firms' distances to the centroid of their sector that "
        "lies between sectors.",
        chance=None,
        loader=_function("association.sectors:sector_scatter"),
        reads=("chord", "labels", "permutations", "seed"),
        used_in=("record",),
        tested=True,
        higher_is_better=False,
    ),
    Measure(
        attribute="sector",
        measure="mantel_r",
        section="mantel",
        key="r",
        title="Mantel r",
        reading="Correlation over pairs of distance (1 - score) with being in two sectors.",
        chance=0.0,
        loader=_function("association.permutation:mantel"),
        reads=("distance", "label_distance", "permutations", "seed"),
        tested=True,
    ),
    Measure(
        attribute="sector",
        measure="ari",
        title="Adjusted Rand index",
        reading="Agreement of sectors with as many clusters of firms, corrected for chance.",
        chance=0.0,
        loader=_function("evaluation.clustering:adjusted_rand"),
        used_in=("evaluation",),
    ),
    Measure(
        attribute="sector",
        measure="ami",
        title="Adjusted mutual information",
        reading="Information that as many clusters of firms have on sectors, corrected for chance.",
        chance=0.0,
        loader=_function("evaluation.clustering:adjusted_mutual_information"),
        used_in=("evaluation",),
    ),
    Measure(
        attribute="sector",
        measure="sector_f1",
        title="Sector F1",
        reading="Weighted F1 of the sectors that a support-vector classifier predicts from scores.",
        chance=None,
        loader=_function("evaluation.classification:sector_f1"),
        used_in=("evaluation",),
        slow=True,
    ),
    Measure(
        attribute="size",
        measure="mantel_r",
        section="mantel",
        key="r",
        title="Mantel r",
        reading="Correlation over pairs of distance (1 - score) with the difference of log size; "
        "positive: firms of similar size move alike.",
        chance=0.0,
        loader=_function("association.permutation:mantel"),
        reads=("distance", "size_distance", "permutations", "seed"),
        firms=("size",),
        tested=True,
        higher_is_better=False,
    ),
    Measure(
        attribute="size",
        measure="mantel_r_within_sector",
        section="mantel_within_sector",
        key="r",
        title="Mantel r within sectors",
        reading="The same among pairs of one sector only, so that sectors of large firms do not "
        "count.",
        chance=0.0,
        loader=_function("association.permutation:mantel_within"),
        reads=("distance", "size_distance", "labels", "permutations", "seed"),
        firms=("sector", "size"),
        tested=True,
        higher_is_better=False,
    ),
    Measure(
        attribute="horizon",
        measure="spearman",
        title="Later co-movement",
        reading="Spearman correlation over pairs of scores from the fit period with the rank "
        "correlation of the days after it.",
        chance=0.0,
        loader=_function("association.horizon:horizon_spearman"),
        reads=("scores", "correlation"),
        used_in=EVERYWHERE,
    ),
    Measure(
        attribute="horizon",
        measure="peers",
        title="Later co-movement of ten peers",
        reading="Mean rank correlation of firms with their 10 nearest peers over the days after "
        "the window.",
        chance=None,
        loader=_function("association.horizon:horizon_peers"),
        reads=("scores", "correlation"),
        options=("interval",),
        neighbours=10,
        used_in=("evaluation",),
    ),
)
"""All measures, in the order in which tables show them."""


def measures_in(use: Use, attribute: str | None = None) -> list[Measure]:
    """Measures that a result holds, in order; of one attribute or of all."""
    return [
        measure
        for measure in MEASURES
        if use in measure.used_in and attribute in (None, measure.attribute)
    ]


class EvaluationMeasure(NamedTuple):
    """A measure of the evaluation: its name there, what it is compared with, and its record."""

    name: str
    basis: Literal["sector", "industry", "horizon"]
    measure: Measure


def evaluation_measures() -> list[EvaluationMeasure]:
    """Measures of the evaluation: those of sectors, again of industries, and of the horizon."""
    sector = measures_in("evaluation", "sector")
    return [
        *(EvaluationMeasure(m.measure, "sector", m) for m in sector),
        *(
            EvaluationMeasure(f"industry_{m.measure}", "industry", m)
            for m in sector
            if m.by_industry
        ),
        *(
            EvaluationMeasure(f"horizon_{m.measure}", "horizon", m)
            for m in measures_in("evaluation", "horizon")
        ),
    ]
