"""What was measured about every method of a run, and which method is best at it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from firmsim.report.methods import Kind, Method
from firmsim.report.results import Results

Statistic = tuple[str, str]
"""Attribute and measure, as in ``association/summary.csv``."""

AUC: Statistic = ("sector", "auc")
"""The statistic by which methods are ranked."""
HORIZON: Statistic = ("horizon", "spearman")
SIZE: Statistic = ("size", "mantel_r")
SIZE_WITHIN_SECTORS: Statistic = ("size", "mantel_r_within_sector")

NAN = math.nan


@dataclass(frozen=True)
class Measurement:
    """One statistic of one method; NaN where there is none.

    Attributes
    ----------
    value : float
        The statistic.
    low, high : float
        Bounds of its 95% interval.
    p : float
        p value of its permutation test.
    corrected : float
        p after Holm's correction over all methods.
    n : float
        Number of firms.
    coefficient : float
        Standardised coefficient, where the statistic comes from a regression.
    reason : str
        Why there is no value; empty where there is one.
    """

    value: float = NAN
    low: float = NAN
    high: float = NAN
    p: float = NAN
    corrected: float = NAN
    n: float = NAN
    coefficient: float = NAN
    reason: str = ""

    @property
    def measured(self) -> bool:
        """Whether there is a value."""
        return not math.isnan(self.value)

    @property
    def bounded(self) -> bool:
        """Whether there is an interval."""
        return not (math.isnan(self.low) or math.isnan(self.high))

    @property
    def tested(self) -> bool:
        """Whether there is a p value."""
        return not math.isnan(self.p)

    @property
    def weighted(self) -> bool:
        """Whether there is a coefficient."""
        return not math.isnan(self.coefficient)

    def overlaps(self, other: "Measurement") -> bool:
        """Whether the two intervals share a value; False without both."""
        return self.low <= other.high and other.low <= self.high


@dataclass(frozen=True)
class Choice:
    """A method that was chosen as the best of several by the values that are shown.

    Attributes
    ----------
    method : Method
        The one with the highest value.
    found : Measurement
        What it was chosen by.
    count : int
        Methods of its kind with a value, itself among them.
    """

    method: Method
    found: Measurement
    count: int


@dataclass(frozen=True)
class Summary:
    """The statistics of every method of a run.

    Attributes
    ----------
    methods : tuple of Method
        All methods, in order.
    measurements : mapping
        Statistics by name of the method and statistic.
    size_kind : str
        What size means in this run, for example ``traded value (USD/day)``.
    p_floor : float
        Smallest p value that the permutations can give.
    """

    methods: tuple[Method, ...]
    measurements: Mapping[tuple[str, Statistic], Measurement]
    size_kind: str
    p_floor: float

    def found(self, method: Method, statistic: Statistic) -> Measurement:
        """A statistic of a method, with a reason and without a value where there is none."""
        return self.measurements.get((method.name, statistic), Measurement())

    def value(self, method: Method, statistic: Statistic) -> float:
        """Value of a statistic; NaN where there is none."""
        return self.found(method, statistic).value

    def scored(self, kind: Kind, statistic: Statistic) -> list[Method]:
        """Methods of a kind that have a value."""
        return [m for m in self.methods if m.kind == kind and self.found(m, statistic).measured]

    def count(self, kind: Kind, statistic: Statistic) -> int:
        """Number of methods of a kind that have a value."""
        return len(self.scored(kind, statistic))

    def best(self, kind: Kind, statistic: Statistic) -> Choice | None:
        """Method of a kind with the highest value; None where none has one."""
        scored = self.scored(kind, statistic)
        if not scored:
            return None
        method = max(scored, key=lambda m: self.value(m, statistic))
        return Choice(method, self.found(method, statistic), len(scored))

    def reasons(self, statistic: Statistic, methods: Sequence[Method]) -> tuple[str, ...]:
        """Why methods have no value of a statistic: each different reason once."""
        reasons = (self.found(method, statistic).reason for method in methods)
        return tuple(dict.fromkeys(filter(None, reasons)))


def run_summary(results: Results, methods: Sequence[Method]) -> Summary:
    """Collect the statistics of a run.

    Parameters
    ----------
    results : Results
        A finished run.
    methods : sequence of Method
        Its methods, in the order in which tables show them.

    Returns
    -------
    Summary
        Every statistic of ``association/summary.csv``, or the reason why it has no value.
    """
    table = results.summary
    keys = zip(table["method"], table["attribute"], table["measure"], strict=True)
    rows = table[["value", "low", "high", "p", "p_holm", "n"]].to_numpy(dtype=float).tolist()
    measurements = {}
    for (method, attribute, measure), row in zip(keys, rows, strict=True):
        key = (str(method), (str(attribute), str(measure)))
        reason = results.reasons.get((str(method), *key[1]), "")
        found = Measurement(*row)
        measurements[key] = found if found.measured else Measurement(n=found.n, reason=reason)
    permutations = results.run["config"]["association"]["permutations"]
    return Summary(tuple(methods), measurements, results.size_kind, 1 / (permutations + 1))
