"""The tables of the report, as text that is ready to show."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from firmsim.association.measures import MEASURES, Measure
from firmsim.config import Actions
from firmsim.report.methods import Key, Measured, Method, why_none
from firmsim.report.text import filled_in, interval, listed, number, p_value, plural

ATTRIBUTES = {"sector": "Sector", "size": "Size", "future": "The future"}
"""Column groups, in order."""


@dataclass(frozen=True)
class Cell:
    """One statistic of one method."""

    value: str
    interval: str
    p: str
    """Corrected for the number of methods."""
    best: bool
    shade: float
    """0 at chance, 1 at the best method."""
    sort: float | None
    why: str = ""
    """Why there is no value."""


@dataclass(frozen=True)
class MethodTable:
    """Methods against measures."""

    groups: list[tuple[str, int]]
    """Title and number of columns of each attribute."""
    columns: list[Measure]
    rows: list[tuple[Method, list[Cell]]]
    left_out: list[tuple[str, str, str]]
    """Attribute, its measures without any value, and the reason."""


def method_table(
    methods: Sequence[Method],
    measured: Mapping[Key, Measured],
    reasons: Mapping[Key, str],
    p_floor: float,
) -> MethodTable:
    """Lay the statistics out, one row a method, one column a measure.

    Parameters
    ----------
    methods : sequence of Method
        Rows, in order.
    measured : mapping
        Statistics by (method, attribute, measure).
    reasons : mapping
        Why a statistic is not among `measured`.
    p_floor : float
        Smallest p value the permutations can give.

    Returns
    -------
    MethodTable
        Columns without any value are left out and listed with the reason. The best value of a
        column is marked, with those that are shown alike; never the random score, and none where
        all are alike or where a large value is no merit.
    """
    columns = [
        m
        for attribute in ATTRIBUTES
        for m in MEASURES
        if m.attribute == attribute
        and any((method.name, m.attribute, m.measure) in measured for method in methods)
    ]
    groups = Counter(ATTRIBUTES[m.attribute] for m in columns)
    cells = [_column(methods, measured, reasons, column, p_floor) for column in columns]
    rows = [(method, [column[i] for column in cells]) for i, method in enumerate(methods)]
    left_out = _left_out(methods, reasons, [m for m in MEASURES if m not in columns])
    return MethodTable(list(groups.items()), columns, rows, left_out)


def _left_out(
    methods: Sequence[Method], reasons: Mapping[Key, str], measures: Sequence[Measure]
) -> list[tuple[str, str, str]]:
    """Measures without any value, those of one attribute and one reason together."""
    titles: dict[tuple[str, str], list[str]] = {}
    for m in measures:
        why = why_none(methods, reasons, m.attribute, m.measure)
        titles.setdefault((ATTRIBUTES[m.attribute], why), []).append(m.title)
    return [(attribute, listed(found), why) for (attribute, why), found in titles.items()]


def _column(
    methods: Sequence[Method],
    measured: Mapping[Key, Measured],
    reasons: Mapping[Key, str],
    measure: Measure,
    p_floor: float,
) -> list[Cell]:
    found = [measured.get((m.name, measure.attribute, measure.measure)) for m in methods]
    judged = [
        m.value for m, method in zip(found, methods, strict=True) if m and method.kind != "random"
    ]
    chance = measure.chance if measure.chance is not None else _random_value(methods, found)
    best = max(judged, default=chance)
    reach = max(best - chance, 1e-9)
    merit = measure.higher_is_better and len({number(value) for value in judged}) > 1
    cells = []
    for m, method in zip(found, methods, strict=True):
        if m is None:
            why = why_none([method], reasons, measure.attribute, measure.measure)
            cells.append(Cell(number(None), "", "", best=False, shade=0.0, sort=None, why=why))
            continue
        cells.append(
            Cell(
                value=number(m.value),
                interval=interval(m.low, m.high, 2),
                p=p_value(m.p, p_floor, m.corrected),
                best=merit and method.kind != "random" and number(m.value) == number(best),
                shade=round(min(max((m.value - chance) / reach, 0.0), 1.0), 3) if merit else 0.0,
                sort=m.value,
            )
        )
    return cells


def _random_value(methods: Sequence[Method], found: Sequence[Measured | None]) -> float:
    """Value of the random score, which stands for chance where chance has no closed form; or 0."""
    values = [
        m.value for m, method in zip(found, methods, strict=True) if m and method.kind == "random"
    ]
    return values[0] if values else 0.0


def encoder_table(encoders: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """One row a training: its parameters by formula and by count, and how it went.

    Parameters
    ----------
    encoders : sequence of mapping
        ``encoders`` of ``run.json``.

    Returns
    -------
    list of dict
        Keys name, cell, objective, seed, formula, filled, parameters, other (those beside the
        cell, "" when there are none), agrees (``yes``, or the count by formula where the two
        differ), steps, best_step, validation_loss.
    """
    rows = []
    for encoder in encoders:
        counted, formula = int(encoder["parameters"]), int(encoder["parameters_formula"])
        rows.append(
            {
                "name": str(encoder["name"]),
                "cell": str(encoder["cell"]),
                "objective": str(encoder["objective"]),
                "seed": str(encoder["seed"]),
                "formula": str(encoder["formula"]),
                "filled": filled_in(encoder["formula"], encoder["sizes"]),
                "parameters": f"{counted:,}",
                "other": f"+ {encoder['other_parameters']}" if encoder["other_parameters"] else "",
                "agrees": "yes" if counted == formula else f"no, it gives {formula:,}",
                "steps": f"{encoder['steps']:,}",
                "best_step": f"{encoder['best_step']:,}",
                "validation_loss": number(encoder["validation_loss"], 4),
            }
        )
    return rows


def audit_kinds(audit: pd.DataFrame) -> list[dict[str, Any]]:
    """Findings by kind and action, most frequent first.

    Parameters
    ----------
    audit : DataFrame of str
        Columns ticker, date, kind, value, action.

    Returns
    -------
    list of dict
        Keys kind, about (what the kind means), action, findings, firms.
    """
    rows = []
    for (kind, action), group in audit.groupby(["kind", "action"]):
        about = Actions.model_fields[str(kind)].description or ""
        rows.append(
            {
                "kind": str(kind).replace("_", " "),
                "about": about.replace("`", ""),
                "action": str(action),
                "findings": len(group),
                "firms": group["ticker"].nunique(),
            }
        )
    return sorted(rows, key=lambda row: (-row["findings"], row["kind"], row["action"]))


def trouble(asked: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Tickers whose prices came with a remark, or did not come.

    Parameters
    ----------
    asked : mapping of str to DataFrame
        Tickers asked for, by what for, as `firmsim.report.results.Results.asked`.

    Returns
    -------
    DataFrame
        Columns of the tables and asked_for; what is the same for several purposes is told once.
    """
    tables = [table.assign(asked_for=purpose) for purpose, table in asked.items()]
    rows = pd.concat([table[table["reason"] != ""] for table in tables], ignore_index=True)
    same = ["ticker", "status", "reason"]
    purposes = rows.groupby(same)["asked_for"].transform(", ".join)
    return rows.assign(asked_for=purposes).drop_duplicates(same)


MISSING = {
    "scoring": "{count} of {tickers} {are} missing: no prices could be had.",
    "training": (
        "{count} of {firms} {are} missing: no prices could be had of the days trained on."
    ),
    "ranking": (
        "{count} of {firms} {are} missing, among which firms are ranked: no prices could be had."
    ),
}
"""How the report says that tickers are missing, by what they were asked for."""


def missing(asked: Mapping[str, pd.DataFrame]) -> list[str]:
    """Say how many tickers are missing, a sentence for each purpose; none where all are there."""
    sentences = []
    for purpose, table in asked.items():
        lost = int((table["status"] != "ok").sum())
        if lost:
            sentence = MISSING[purpose].format(
                count=lost,
                tickers=plural(len(table), "ticker"),
                firms=plural(len(table), "training firm"),
                are="is" if lost == 1 else "are",
            )
            sentences.append(sentence)
    return sentences


RESPELT = 10
"""So many tickers that the source spells otherwise are named."""


def respelt(sources: pd.DataFrame) -> str:
    """Tickers that were asked for under another symbol, "" where there are none.

    Parameters
    ----------
    sources : DataFrame
        One row a ticker, as text; the column symbol where the source has symbols of its own.

    Returns
    -------
    str
        For example ``BRK.B as BRK-B``; of many the first, and how many more.
    """
    if "symbol" not in sources:
        return ""
    rows = sources[sources["symbol"] != sources["ticker"]]
    named = [f"{ticker} as {symbol}" for ticker, symbol in rows[["ticker", "symbol"]].to_numpy()]
    more = [f"{len(named) - RESPELT} more"] if len(named) > RESPELT else []
    return ", ".join([*named[:RESPELT], *more])
