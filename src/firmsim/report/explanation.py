"""What explains the scores, and where they disagree with sectors, in plain words and as tables."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from firmsim.association.explain import explained_table
from firmsim.firms.table import MARKET_CAP, TRADED_VALUE
from firmsim.report.methods import AUC, Key, Measured, Method, best_method
from firmsim.report.text import bracketed, interval, listed, number, p_value, plural

LEVEL = 0.05
NEGLIGIBLE = 0.1
"""Partial correlations smaller than this are negligible (Cohen 1988, section 3.2)."""
STRENGTHS = ((0.3, "weak"), (0.5, "moderate"), (math.inf, "strong"))
"""Upper bounds and words for what is not negligible, after the same."""
SHOWN_SECTORS = 3

QUANTITIES = {
    "sector_r2": (
        "Sector alone",
        "PERMANOVA R2: share of the squared distances between firms that lies between sectors.",
    ),
    "sector_scatter": (
        "Scatter",
        "PERMDISP: share of the variance of the firms' distances to their sector's centroid that "
        "lies between sectors. Large: some sectors are more scattered than others, which sector's "
        "R2 then reflects too.",
    ),
    "sector_given_others": (
        "Sector given the rest",
        "Partial correlation of distance with being in two sectors, given size, volatility and "
        "beta.",
    ),
    "size_given_others": (
        "Size given the rest",
        "Partial correlation of distance with the difference of log size, given sector, "
        "volatility and beta.",
    ),
    "size_adds_r2": (
        "Size adds to R2",
        "R2 of the regression on sector, size, volatility and beta, less R2 without size.",
    ),
    "all_r2": (
        "R2 of all four",
        "Share of the variance of distances over pairs that sector, size, volatility and beta "
        "explain together.",
    ),
}
"""Columns of the table: heading and how to read it."""


@dataclass(frozen=True)
class Answer:
    """One quantity of one method; NaN where there is none."""

    value: float
    low: float
    high: float
    p: float
    corrected: float
    """p after Holm's correction over all methods."""
    coefficient: float


@dataclass(frozen=True)
class Figure:
    """One quantity of one method, ready to show."""

    value: str
    beside: list[str]
    """Interval, coefficient, p and corrected p, as far as there are any."""
    sort: float | None


@dataclass(frozen=True)
class Questions:
    """Everything the section shows."""

    method: Method
    """The one that the sentences and names are about."""
    findings: list[tuple[str, str]]
    columns: list[tuple[str, str]]
    rows: list[tuple[Method, list[Figure]]]
    """Methods against columns."""
    firms: list[dict[str, Any]]
    sectors: list[dict[str, Any]]
    k: int
    left_out: int
    used: int
    tests: int
    """Methods that p is corrected for."""


def questions(
    methods: Sequence[Method],
    measured: Mapping[Key, Measured],
    records: Mapping[str, Mapping[str, Any]],
    size_kind: str,
    p_floor: float,
) -> Questions:
    """Answer how much sector explains, what size adds, and where scores and sectors disagree.

    Parameters
    ----------
    methods : sequence of Method
        All methods of the run.
    measured : mapping
        Statistics by (method, attribute, measure).
    records : mapping
        ``association/<method>.json`` by method.
    size_kind : str
        What size means in this run.
    p_floor : float
        Smallest p value the permutations can give.

    Returns
    -------
    Questions
        The sentences are about the encoder with the highest same-sector AUC, or without encoders
        the comparator.
    """
    table = explained_table(records[method.name] for method in methods)
    found = {(str(row.method), str(row.quantity)): _answer(row) for row in table.itertuples()}
    chosen = _chosen(methods, measured)
    record = records[chosen.name]
    regression, apart = record["explained"], record["disagreements"]
    tests = int(table.query("quantity == 'size_given_others'")["p"].notna().sum())
    return Questions(
        method=chosen,
        findings=[
            ("How much of the score does sector explain?", _sector(chosen, found, record, p_floor)),
            (
                "Does size add anything given sector, volatility and beta?",
                _size(chosen, found, regression, size_kind, tests, p_floor),
            ),
            ("Where do scores and sectors disagree?", _disagreement(chosen, apart)),
        ],
        columns=list(QUANTITIES.values()),
        rows=[
            (method, [_figure(name, found[method.name, name], p_floor) for name in QUANTITIES])
            for method in methods
        ],
        firms=apart["firms"],
        sectors=_by_share(apart["sectors"]),
        k=apart["k"],
        left_out=regression["left_out"],
        used=regression["firms"],
        tests=tests,
    )


def size_dated(size_kind: str, dates: Sequence[str], first: str, last: str) -> str:
    """Whether sizes are of the days that are scored, in one sentence.

    Parameters
    ----------
    size_kind : str
        What size means in this run.
    dates : sequence of str
        Day of every known size (ISO), "" where it carries none.
    first, last : str
        Days that are scored (ISO), both included.

    Returns
    -------
    str
        Of market capitalisations, how many are dated inside these days, outside them, and not.
    """
    if size_kind == TRADED_VALUE:
        return (
            "Size is traded value of the last year of the days scored, so it is dated inside them."
        )
    if size_kind == MARKET_CAP:
        days, moved = f"({first} to {last})", "later sizes depend on how prices moved"
        caps = plural(len(dates), "market capitalisation")
        outside = sorted(day for day in dates if day and not first <= day <= last)
        undated = sum(not day for day in dates)
        inside = len(dates) - len(outside) - undated
        if undated == len(dates):
            return (
                f"Of the {caps}, none carries a date: they may be of other days than those scored "
                f"{days}, and {moved}."
            )
        when = f" ({' to '.join(dict.fromkeys([outside[0], outside[-1]]))})" if outside else ""
        return (
            f"Of the {caps}, {inside} {'is' if inside == 1 else 'are'} dated inside the days "
            f"scored {days}, {len(outside)} outside them{when}, and {undated} "
            f"{'carries' if undated == 1 else 'carry'} no date"
            f"{f'; {moved}' if inside < len(dates) else ''}."
        )
    return "No size is known."


def addition(answer: Answer) -> str:
    """Words for what size adds, from the effect size and its interval, and only then from p.

    Parameters
    ----------
    answer : Answer
        Partial correlation of size with its interval and corrected p.

    Returns
    -------
    str
        Significant is what Holm's correction over the methods leaves below 5 %. Negligible is said
        outright only where the whole interval is; a strength only of the value.
    """
    size = abs(answer.value)
    significant = answer.corrected <= LEVEL
    bounds = [abs(bound) for bound in (answer.low, answer.high) if not math.isnan(bound)]
    if size < NEGLIGIBLE and bounds and max(bounds) < NEGLIGIBLE:
        return (
            "a significant but negligible addition" if significant else "nothing worth speaking of"
        )
    if size < NEGLIGIBLE:
        doubt = (
            "though its interval reaches effects that are not"
            if bounds
            else "though there is no interval to say how surely"
        )
        if significant:
            return f"a significant addition, negligible as measured, {doubt}"
        return f"no addition that could be told from chance, negligible as measured, {doubt}"
    word = next(word for bound, word in STRENGTHS if size < bound)
    if not significant:
        return f"no addition that could be told from chance, though {word} as measured"
    crosses = answer.low < 0 < answer.high
    alike = "like" if answer.value > 0 else "unlike"
    return f"a significant, {word} addition, firms of {alike} size scoring higher" + (
        ", though the interval includes 0" if crosses else ""
    )


def _answer(row: Any) -> Answer:
    return Answer(row.value, row.low, row.high, row.p, row.p_holm, row.coefficient)


def _chosen(methods: Sequence[Method], measured: Mapping[Key, Measured]) -> Method:
    """Best encoder, or comparator; the first method where none has an AUC."""
    best = partial(best_method, methods, measured)
    return best("encoder", *AUC) or best("comparator", *AUC) or methods[0]


def _share(value: float) -> str:
    """A share in percent with one digit, two when it is small."""
    return number(100 * value, 1 if abs(value) >= 0.01 else 2)


def _percent(answer: Answer) -> str:
    span = bracketed(100 * answer.low, 100 * answer.high, 1 if abs(answer.value) >= 0.01 else 2)
    return f"{_share(answer.value)} %{span}"


def _tests(answer: Answer, p_floor: float) -> Iterator[str]:
    """P as it is and corrected, where there is one."""
    if told := p_value(answer.p, p_floor):
        yield told
    if not math.isnan(answer.corrected):
        yield f"corrected {answer.corrected:.3f}"


def _figure(quantity: str, answer: Answer, p_floor: float) -> Figure:
    if math.isnan(answer.value):
        return Figure(number(None), [], None)
    digits = 4 if quantity == "size_adds_r2" else 3
    beside = [interval(answer.low, answer.high, digits)]
    if not math.isnan(answer.coefficient):
        beside.append(f"b = {number(answer.coefficient)}")
    beside.append(", ".join(_tests(answer, p_floor)))
    return Figure(number(answer.value, digits), [line for line in beside if line], answer.value)


def _sector(
    method: Method,
    found: Mapping[tuple[str, str], Answer],
    record: Mapping[str, Any],
    p_floor: float,
) -> str:
    share, scatter = (found[method.name, name] for name in ("sector_r2", "sector_scatter"))
    if math.isnan(share.value):
        return f"This cannot be said: {record['sector']['permanova']['reason']}."
    anova = record["sector"]["permanova"]
    chance = (anova["sectors"] - 1) / (anova["n"] - 1)
    told = (
        f"Sector explains {_percent(share)} of the squared distances between firms by "
        f"{method.label} (PERMANOVA R2, {', '.join(_tests(share, p_floor))}); labels that say "
        f"nothing would give {_share(chance)} %."
    )
    if math.isnan(scatter.value):
        return told
    tested = ", ".join([f"PERMDISP eta2 = {number(scatter.value)}", *_tests(scatter, p_floor)])
    if scatter.corrected <= LEVEL:
        return (
            f"{told} Some sectors are also more scattered than others ({tested}), so it is not the "
            "place of sectors alone that this share reflects."
        )
    return f"{told} That some sectors are more scattered than others is not shown ({tested})."


def _size(
    method: Method,
    found: Mapping[tuple[str, str], Answer],
    regression: Mapping[str, Any],
    size_kind: str,
    tests: int,
    p_floor: float,
) -> str:
    partial, adds = (found[method.name, name] for name in ("size_given_others", "size_adds_r2"))
    if math.isnan(partial.value):
        return f"This cannot be said: {regression['reason']}."
    corrected = f", corrected for {plural(tests, 'method')} {partial.corrected:.3f}"
    return (
        f"Given sector, volatility and beta, size, here {size_kind}, adds {_percent(adds)} to the "
        f"share of the variance of distances that is explained: {addition(partial)} (partial r = "
        f"{number(partial.value)}{bracketed(partial.low, partial.high)}, "
        f"{p_value(partial.p, p_floor)}{corrected if tests > 1 else ''})."
    )


def _disagreement(method: Method, apart: Mapping[str, Any]) -> str:
    if reason := apart.get("reason"):
        return f"This cannot be said: {reason}."
    peers = "the nearest peer" if apart["k"] == 1 else f"most of the {apart['k']} nearest peers"
    count, judged = len(apart["firms"]), apart["judged"]
    by = f"{plural(judged, 'firm')} that share a sector with others, by {method.label}"
    if not count:
        return f"Nowhere: for none of the {by}, {peers} are of one other sector."
    leading = [row for row in _by_share(apart["sectors"]) if row["elsewhere"]][:SHOWN_SECTORS]
    where = listed([f"{r['sector']} ({r['elsewhere']} of {r['judged']})" for r in leading])
    return (
        f"For {count} of the {by}, {peers} {'is' if apart['k'] == 1 else 'are'} of one other "
        f"sector; the largest shares are in {where}. They are named below."
    )


def _by_share(sectors: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Sectors with a share each, the largest first; those without a firm to judge left out."""
    rows = [row | {"share": row["elsewhere"] / row["judged"]} for row in sectors if row["judged"]]
    return sorted(rows, key=lambda row: (-row["share"], row["sector"]))
