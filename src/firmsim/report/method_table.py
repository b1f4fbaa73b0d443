"""The table of methods against measures."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from firmsim.association.measures import Measure, measures_in
from firmsim.report.methods import Method
from firmsim.report.summary import AUC, HORIZON, SIZE, Measurement, Statistic, Summary

ATTRIBUTES = (AUC[0], SIZE[0], HORIZON[0])
"""Groups of columns, in order."""

DIGITS = 3
"""Values that agree in this many digits look alike, and are marked alike."""


@dataclass(frozen=True)
class TableCell:
    """One statistic of one method.

    Attributes
    ----------
    found : Measurement
        Without a value, it has the reason.
    best : bool
        Whether to mark it as the best of its column.
    shade : float
        0 at chance, 1 at the best method.
    """

    found: Measurement
    best: bool = False
    shade: float = 0.0


@dataclass(frozen=True)
class LeftOut:
    """Measures of one attribute for which no method has a value, for the same reasons."""

    attribute: str
    measures: tuple[Measure, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class MethodTable:
    """Methods against measures.

    Attributes
    ----------
    groups : dict
        Number of columns per attribute, in order.
    columns : list of Measure
        Measures for which a method has a value.
    rows : list of (Method, list of TableCell)
        One cell per column.
    left_out : list of LeftOut
        The other measures.
    """

    groups: dict[str, int]
    columns: list[Measure]
    rows: list[tuple[Method, list[TableCell]]]
    left_out: list[LeftOut]


def method_table(summary: Summary) -> MethodTable:
    """Lay the statistics out, one row per method, one column per measure.

    Parameters
    ----------
    summary : Summary
        The statistics of all methods.

    Returns
    -------
    MethodTable
        Columns without any value are left out and listed with the reason. The best value of a
        column is marked, with those that look alike. The random score is never marked, and no
        value is where all are alike or where a large value is no merit.
    """
    ordered = [
        m for attribute in ATTRIBUTES for m in measures_in("summary") if m.attribute == attribute
    ]
    found = {m: [summary.found(one, _statistic(m)) for one in summary.methods] for m in ordered}
    columns = [m for m in ordered if any(one.measured for one in found[m])]
    cells = [_column(summary.methods, found[m], m) for m in columns]
    return MethodTable(
        dict(Counter(m.attribute for m in columns)),
        columns,
        [(method, [one[i] for one in cells]) for i, method in enumerate(summary.methods)],
        _left_out(summary, [m for m in measures_in("summary") if m not in columns]),
    )


def _statistic(measure: Measure) -> Statistic:
    return measure.attribute, measure.measure


def _left_out(summary: Summary, measures: Sequence[Measure]) -> list[LeftOut]:
    """Measures without any value, those of one attribute and the same reasons together."""
    together: dict[tuple[str, tuple[str, ...]], tuple[Measure, ...]] = {}
    for measure in measures:
        reasons = summary.reasons(_statistic(measure), summary.methods)
        key = (measure.attribute, reasons)
        together[key] = (*together.get(key, ()), measure)
    return [LeftOut(attribute, found, why) for (attribute, why), found in together.items()]


def _column(
    methods: Sequence[Method], found: Sequence[Measurement], measure: Measure
) -> list[TableCell]:
    measured = [(m, one) for m, one in zip(methods, found, strict=True) if one.measured]
    judged = [one.value for method, one in measured if method.kind != "random"]
    chance = measure.chance
    if chance is None:  # it has no closed form, so the random score shows it
        chance = next((one.value for method, one in measured if method.kind == "random"), 0.0)
    best = max(judged, default=chance)
    merit = measure.higher_is_better and len({_shown(value) for value in judged}) > 1
    cells = []
    for method, one in zip(methods, found, strict=True):
        if not one.measured or not merit:
            cells.append(TableCell(one))
            continue
        share = (one.value - chance) / max(best - chance, 1e-9)
        alike = method.kind != "random" and _shown(one.value) == _shown(best)
        cells.append(TableCell(one, alike, round(min(max(share, 0.0), 1.0), 3)))
    return cells


def _shown(value: float) -> float:
    """The value that the table shows."""
    return round(value, DIGITS) + 0.0
