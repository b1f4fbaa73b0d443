"""What explains the scores, and where they disagree with sectors."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from firmsim.association.explain import explained_table
from firmsim.firms.table import MARKET_CAP, TRADED_VALUE
from firmsim.report.methods import Method
from firmsim.report.scales import LEVEL, negligible, strength
from firmsim.report.summary import AUC, Measurement, Summary
from firmsim.report.verdicts import (
    Addition,
    Disagreement,
    SectorShare,
    SizeAddition,
    SizeDates,
    SizeKind,
)

QUANTITIES = (
    "sector_r2",
    "sector_scatter",
    "sector_given_others",
    "size_given_others",
    "size_adds_r2",
    "all_r2",
)
"""Columns of the table, from `firmsim.association.explain.explained_table`."""


@dataclass(frozen=True)
class Explanation:
    """What the section shows.

    Attributes
    ----------
    method : Method
        The one that the sentences and the named firms are about.
    sector : SectorShare
        How much sector explains.
    size : SizeAddition
        What size adds to sector, volatility and beta.
    disagreement : Disagreement
        Where scores and sectors disagree.
    rows : list of (Method, dict of Measurement)
        Every method with its `QUANTITIES` by name.
    used, left_out : int
        Firms in the regression, and firms that lack a sector, size, volatility or beta.
    """

    method: Method
    sector: SectorShare
    size: SizeAddition
    disagreement: Disagreement
    rows: list[tuple[Method, dict[str, Measurement]]]
    used: int
    left_out: int


def explanation(summary: Summary, records: Mapping[str, Mapping[str, Any]]) -> Explanation:
    """Compute how much sector explains, what size adds, and where scores and sectors disagree.

    Parameters
    ----------
    summary : Summary
        The statistics of all methods.
    records : mapping
        ``association/<method>.json`` by method.

    Returns
    -------
    Explanation
        Its sentences are about the encoder with the highest same-sector AUC. Without encoders they
        are about the best comparator, and where no method has an AUC about the first method.
    """
    table = explained_table(records[method.name] for method in summary.methods)
    best = summary.best("encoder", AUC) or summary.best("comparator", AUC)
    method = best.method if best else summary.methods[0]
    record = records[method.name]
    found = _measurements(table, records)
    own = {name: found[method.name, name] for name in QUANTITIES}
    tests = int(table.query("quantity == 'size_given_others'")["p"].notna().sum())
    return Explanation(
        method=method,
        sector=_sector_share(own["sector_r2"], own["sector_scatter"], record),
        size=SizeAddition(
            own["size_adds_r2"],
            own["size_given_others"],
            addition(own["size_given_others"]),
            tests,
        ),
        disagreement=_disagreement(record["disagreements"]),
        rows=[
            (one, {name: found[one.name, name] for name in QUANTITIES}) for one in summary.methods
        ],
        used=record["explained"]["firms"],
        left_out=record["explained"]["left_out"],
    )


def addition(partial: Measurement) -> Addition:
    """Judge what size adds by the effect size and its interval, and only then by p.

    Parameters
    ----------
    partial : Measurement
        Partial correlation of distance with the difference in size, with its interval and
        corrected p.

    Returns
    -------
    Addition
        Significant is what Holm's correction over the methods leaves at 5% or less.
    """
    return Addition(
        significant=partial.corrected <= LEVEL,
        strength=strength(partial.value),
        beyond=not negligible(partial.low, partial.high) if _any_bound(partial) else None,
        alike=partial.value > 0,
        through_zero=partial.low < 0 < partial.high,
    )


def size_dates(size_kind: str, dates: Sequence[str], first: str, last: str) -> SizeDates:
    """Count the sizes that date from the days that are scored.

    Parameters
    ----------
    size_kind : str
        What size means in this run.
    dates : sequence of str
        Day of every known size (ISO), "" where it has none.
    first, last : str
        Days that are scored (ISO), both included.

    Returns
    -------
    SizeDates
        Traded values are computed from the days that are scored, so none of them is counted.
    """
    if size_kind == TRADED_VALUE:
        return SizeDates(SizeKind.TRADED_VALUE)
    if size_kind != MARKET_CAP:
        return SizeDates(SizeKind.UNKNOWN)
    outside = sorted(day for day in dates if day and not first <= day <= last)
    undated = sum(not day for day in dates)
    inside = len(dates) - len(outside) - undated
    return SizeDates(SizeKind.MARKET_CAP, inside, undated, tuple(outside))


def _measurements(
    table: pd.DataFrame, records: Mapping[str, Mapping[str, Any]]
) -> dict[tuple[str, str], Measurement]:
    columns = ["value", "low", "high", "p", "p_holm", "n", "coefficient"]
    keys = zip(table["method"], table["quantity"], strict=True)
    rows = table[columns].to_numpy(dtype=float).tolist()
    found = {key: Measurement(*row) for key, row in zip(keys, rows, strict=True)}
    for (method, quantity), one in found.items():
        if not one.measured:
            reason = _reason(records[method], quantity)
            found[method, quantity] = Measurement(n=one.n, reason=reason)
    return found


def _reason(record: Mapping[str, Any], quantity: str) -> str:
    """Why a method lacks a quantity."""
    sector = {"sector_r2": "permanova", "sector_scatter": "permdisp"}
    of = record["sector"][sector[quantity]] if quantity in sector else record["explained"]
    return str(of.get("reason") or "")


def _any_bound(found: Measurement) -> bool:
    return not (math.isnan(found.low) and math.isnan(found.high))


def _sector_share(
    share: Measurement, scatter: Measurement, record: Mapping[str, Any]
) -> SectorShare:
    chance = math.nan
    if share.measured:
        anova = record["sector"]["permanova"]
        chance = (anova["sectors"] - 1) / (anova["n"] - 1)
    return SectorShare(share, scatter, scatter.corrected <= LEVEL, chance)


def _disagreement(record: Mapping[str, Any]) -> Disagreement:
    judged = [row for row in record["sectors"] if row["judged"]]
    rows = [row | {"share": row["elsewhere"] / row["judged"]} for row in judged]
    return Disagreement(
        k=record["k"],
        judged=record["judged"],
        firms=tuple(record["firms"]),
        sectors=tuple(sorted(rows, key=lambda row: (-row["share"], row["sector"]))),
        reason=record.get("reason") or "",
    )
