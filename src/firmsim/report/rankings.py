"""Methods ranked by one measure: a dot with its interval on a common scale."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from firmsim.association.measures import MEASURES, Measure
from firmsim.report.methods import Key, Measured, Method
from firmsim.report.text import interval, number

QUESTIONS = {
    ("sector", "auc"): "Do scores agree with sector?",
    ("future", "spearman"): "Do they hold afterwards?",
    ("size", "mantel_r"): "Do they follow size?",
}


@dataclass(frozen=True)
class Dot:
    """One method; positions in percent of the width."""

    method: Method
    value: str
    interval: str
    at: float
    low: float
    high: float


@dataclass(frozen=True)
class Panel:
    """One question: the methods from the highest value to the lowest."""

    question: str
    measure: Measure
    dots: list[Dot]
    chance: float
    """Position of the chance level, in percent."""


def panels(methods: Sequence[Method], measured: Mapping[Key, Measured]) -> list[Panel]:
    """Rank the methods by the leading measure of sector, of the future and of size.

    Parameters
    ----------
    methods : sequence of Method
        All methods of the run.
    measured : mapping
        Statistics by (method, attribute, measure).

    Returns
    -------
    list of Panel
        Questions without any value are left out.
    """
    made = []
    for measure in MEASURES:
        key = (measure.attribute, measure.measure)
        ranked = sorted(
            ((measured[m.name, *key], m) for m in methods if (m.name, *key) in measured),
            key=lambda pair: -pair[0].value,
        )
        if key in QUESTIONS and ranked:
            made.append(_panel(QUESTIONS[key], measure, ranked))
    return sorted(made, key=lambda panel: list(QUESTIONS.values()).index(panel.question))


def _panel(question: str, measure: Measure, ranked: Sequence[tuple[Measured, Method]]) -> Panel:
    chance = measure.chance or 0.0
    spans = [(_or(m.low, m.value), _or(m.high, m.value)) for m, _ in ranked]
    left = min([chance, *(low for low, _ in spans)])
    width = max([chance + 0.1, *(high for _, high in spans)]) - left

    def place(x: float) -> float:
        return round(100 * (x - left) / width, 2)

    dots = [
        Dot(
            method,
            number(m.value),
            interval(m.low, m.high),
            place(m.value),
            place(low),
            place(high),
        )
        for (m, method), (low, high) in zip(ranked, spans, strict=True)
    ]
    return Panel(question, measure, dots, place(chance))


def _or(value: float, otherwise: float) -> float:
    return otherwise if math.isnan(value) else value
