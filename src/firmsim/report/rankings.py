"""Methods ranked by one measure: a dot with its interval on a common scale."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from firmsim.association.measures import Measure, measures_in
from firmsim.report.methods import Method
from firmsim.report.summary import AUC, HORIZON, SIZE, Measurement, Statistic, Summary

RANKED: tuple[Statistic, ...] = (AUC, HORIZON, SIZE)
"""The leading measure of each attribute, in the order of the page."""

NARROWEST = 0.1
"""Least distance from chance to the right end of the scale."""


@dataclass(frozen=True)
class Dot:
    """One method; `at`, `low` and `high` are positions in percent of the width."""

    method: Method
    found: Measurement
    at: float
    low: float
    high: float


@dataclass(frozen=True)
class Ranking:
    """One measure: the methods from the highest value to the lowest."""

    measure: Measure
    dots: list[Dot]
    chance: float
    """Position of the chance level, in percent."""


def rankings(summary: Summary) -> list[Ranking]:
    """Rank the methods by the leading measures of sector, of the horizon and of size.

    Parameters
    ----------
    summary : Summary
        The statistics of all methods.

    Returns
    -------
    list of Ranking
        Measures without any value are left out.
    """
    made = []
    for statistic in RANKED:
        measure = next(m for m in measures_in("summary") if (m.attribute, m.measure) == statistic)
        scored = [m for m in summary.methods if summary.found(m, statistic).measured]
        scored.sort(key=lambda method: -summary.value(method, statistic))
        if scored:
            found = [summary.found(method, statistic) for method in scored]
            made.append(_ranking(measure, scored, found))
    return made


def _ranking(measure: Measure, methods: Sequence[Method], found: Sequence[Measurement]) -> Ranking:
    chance = measure.chance or 0.0
    spans = [(_or(m.low, m.value), _or(m.high, m.value)) for m in found]
    left = min([chance, *(low for low, _ in spans)])
    width = max([chance + NARROWEST, *(high for _, high in spans)]) - left

    def place(x: float) -> float:
        return round(100 * (x - left) / width, 2)

    dots = [
        Dot(method, m, place(m.value), place(low), place(high))
        for method, m, (low, high) in zip(methods, found, spans, strict=True)
    ]
    return Ranking(measure, dots, place(chance))


def _or(value: float, otherwise: float) -> float:
    return otherwise if math.isnan(value) else value
