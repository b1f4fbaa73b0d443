"""The finding of a run in plain sentences, computed from its numbers whichever way they fall."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from firmsim.association.measures import MEASURES
from firmsim.association.permutation import holm
from firmsim.report.methods import (
    AUC,
    NO_MEMORY,
    Key,
    Measured,
    Method,
    best_method,
    scored_methods,
    value_of,
    why_none,
)
from firmsim.report.text import bracketed, listed, number, p_value

TIE = 0.005
"""Values closer than this are called level: their first two digits say no more."""

FUTURE = ("future", "spearman")
SIZE = ("size", "mantel_r")


@dataclass(frozen=True)
class Headline:
    """One sentence that says it, then one finding a question: (lead, sentence)."""

    title: str
    findings: list[tuple[str, str]]


def headline(
    methods: Sequence[Method],
    measured: Mapping[Key, Measured],
    reasons: Mapping[Key, str],
    size_kind: str,
    fit_last: str,
    p_floor: float,
) -> Headline:
    """Say what the run found.

    The encoder with the highest same-sector AUC is held against Pearson and against the best
    comparator. Differences below `TIE` are called level. Size is told of the encoder that follows
    it most, for better or worse, its p corrected for that choice. Whatever was picked is said to be
    the best of so many.

    Parameters
    ----------
    methods : sequence of Method
        All methods of the run.
    measured : mapping
        Statistics by (method, attribute, measure).
    reasons : mapping
        Why a statistic is not among `measured`.
    size_kind : str
        What size means in this run.
    fit_last : str
        Last day that was fitted on.
    p_floor : float
        Smallest p value the permutations can give.

    Returns
    -------
    Headline
        Calls no method better than it is measured to be.
    """
    best = partial(best_method, methods, measured)
    encoder, rival = best("encoder", *AUC), best("comparator", *AUC)
    rivals = _rivals(methods, measured, rival)
    findings = [
        *(
            _sector(methods, measured, encoder, rivals)
            or [_unmeasured(methods, reasons, "Sector", AUC)]
        ),
        *_memory(methods, measured),
        _future(methods, measured, best("encoder", *FUTURE), best("comparator", *FUTURE), fit_last)
        or _unmeasured(methods, reasons, "The days after", FUTURE),
        _size(methods, measured, size_kind, p_floor)
        or _unmeasured(methods, reasons, "Size", SIZE, f", here {size_kind},"),
        *_how_sure(methods, measured),
    ]
    return Headline(_title(methods, measured, encoder, rivals), findings)


def _unmeasured(
    methods: Sequence[Method],
    reasons: Mapping[Key, str],
    lead: str,
    statistic: tuple[str, str],
    what: str = "",
) -> tuple[str, str]:
    """Finding that a statistic does not exist for any encoder or comparator, and why."""
    about = {AUC: "sector", FUTURE: "later co-movement", SIZE: "size"}[statistic] + what
    judged = [m for m in methods if m.kind != "random"]
    why = why_none(judged, reasons, *statistic) if judged else "the run has random scores alone"
    return lead, f"Agreement with {about} could not be measured: {why}."


def _rivals(
    methods: Sequence[Method], measured: Mapping[Key, Measured], rival: Method | None
) -> list[Method]:
    """Pearson, where it was measured, and the best comparator: one method if they are the same."""
    best = [rival] if rival else []
    pearson = [m for m in methods if m.name == "pearson" and (m.name, *AUC) in measured]
    return pearson + [m for m in best if m not in pearson]


def _count(
    methods: Sequence[Method],
    measured: Mapping[Key, Measured],
    kind: str,
    statistic: tuple[str, str],
) -> int:
    return len(scored_methods(methods, measured, kind, *statistic))


def _picked(
    method: Method,
    methods: Sequence[Method],
    measured: Mapping[Key, Measured],
    statistic: tuple[str, str],
) -> str:
    """Label of the best method of its kind, with how many it was picked from."""
    count = _count(methods, measured, method.kind, statistic)
    return f"{method.label} (best of {count} {method.kind}s)" if count > 1 else method.label


def _standing(ours: float, theirs: float) -> str:
    if abs(ours - theirs) < TIE:
        return "level"
    return "ahead" if ours > theirs else "behind"


def _title(
    methods: Sequence[Method],
    measured: Mapping[Key, Measured],
    encoder: Method | None,
    rivals: Sequence[Method],
) -> str:
    if encoder is None and not rivals:
        return "Agreement with sector could not be measured"
    if encoder is None or not rivals:
        only = encoder or rivals[-1]
        count = _count(methods, measured, only.kind, AUC)
        many = f"tells sectors apart best of {count} {only.kind}s"
        best = many if count > 1 else f"is the only {only.kind} measured"
        other = "there is no comparator to beat" if encoder else "no encoder was measured"
        return f"{only.label} {best}; {other}"
    chosen = _picked(encoder, methods, measured, AUC)
    names = [m.label for m in rivals[:-1]] + [_picked(rivals[-1], methods, measured, AUC)]
    ours = measured[encoder.name, *AUC].value
    plain, best = (_standing(ours, measured[m.name, *AUC].value) for m in (rivals[0], rivals[-1]))
    says = f"{chosen} tells sectors apart"
    if best == "ahead":
        count = _count(methods, measured, "comparator", AUC)
        return f"{says} better than {f'each of {count} comparators' if count > 1 else names[0]}"
    if plain == "ahead":
        other = "and as well as" if best == "level" else "but not as well as"
        return f"{says} better than {names[0]}, {other} {names[-1]}"
    if best == "level":
        return f"{says} only as well as {listed(names)}"
    if plain == "level":
        return f"{says} only as well as {names[0]}, and less well than {names[-1]}"
    count = _count(methods, measured, "encoder", AUC)
    none = f"None of {count} encoders tells" if count > 1 else f"{encoder.label} does not tell"
    return f"{none} sectors apart as well as {' or '.join(names)}"


def _sector(
    methods: Sequence[Method],
    measured: Mapping[Key, Measured],
    encoder: Method | None,
    rivals: Sequence[Method],
) -> list[tuple[str, str]]:
    shown = [*([encoder] if encoder else []), *rivals]
    if not shown:
        return []
    told = []
    for method in shown:
        found = measured[method.name, *AUC]
        best = method in (encoder, *rivals[-1:])
        label = _picked(method, methods, measured, AUC) if best else method.label
        span = bracketed(100 * found.low, 100 * found.high, 1)
        told.append(f"{100 * found.value:.1f} %{span} with {label}")
    shares = listed(told)
    findings = [
        (
            "Sector",
            f"How often a pair of firms from one sector scores above a pair from two: {shares}; "
            "a coin gives 50 %.",
        )
    ]
    if encoder and rivals:
        duels = "; ".join(_duel(encoder, rival, measured) for rival in rivals)
        findings.append(("Head to head", f"On the sector measures, {encoder.label} is {duels}."))
    return findings


def _duel(ours: Method, theirs: Method, measured: Mapping[Key, Measured]) -> str:
    """Count the sector measures on which one method is ahead of another."""
    counts = {"ahead": 0, "level": 0, "behind": 0}
    for m in MEASURES:
        pair = [value_of(measured, x.name, m.attribute, m.measure) for x in (ours, theirs)]
        if m.attribute == "sector" and not any(map(math.isnan, pair)):
            counts[_standing(*pair)] += 1
    told = listed([f"{how} on {count}" for how, count in counts.items() if count])
    overlap = _overlap(*(measured[x.name, *AUC] for x in (ours, theirs)))
    return (
        f"{told} of {sum(counts.values())} against {theirs.label}"
        f"{' (the intervals of their AUC overlap)' if overlap else ''}"
    )


def _overlap(a: Measured, b: Measured) -> bool:
    return a.low <= b.high and b.low <= a.high


def _memory(methods: Sequence[Method], measured: Mapping[Key, Measured]) -> list[tuple[str, str]]:
    """What memory is worth: the recurrent encoders against the one that sees a day at a time.

    All are trained for the same objective. Memory helps where every recurrent encoder is ahead,
    hurts where every one is behind; the best of several would be ahead by luck.
    """
    for plain in scored_methods(methods, measured, "encoder", *AUC):
        recurrent = [m for m in methods if m.objective == plain.objective and m.cell != NO_MEMORY]
        if plain.cell != NO_MEMORY or not recurrent:
            continue
        verdicts: dict[str, list[str]] = {}
        for statistic, about in {AUC: "sector (AUC)", FUTURE: "later co-movement"}.items():
            scored = scored_methods(recurrent, measured, "encoder", *statistic)
            ours = [measured[m.name, *statistic].value for m in scored]
            theirs = value_of(measured, plain.name, *statistic)
            if not ours or math.isnan(theirs):
                continue
            standings = {_standing(value, theirs) for value in ours}
            how = {"ahead": "helps", "behind": "hurts"}.get(
                standings.pop() if len(standings) == 1 else "", "makes no clear difference"
            )
            span = " to ".join(dict.fromkeys((number(min(ours)), number(max(ours)))))
            verdicts.setdefault(how, []).append(f"{about}: {span} against {number(theirs)}")
        if verdicts:
            told = listed([f"{how} on {'; on '.join(on)}" for how, on in verdicts.items()])
            return [
                (
                    "Memory",
                    f"{plain.label} sees each day by itself; against it, memory "
                    f"({listed([m.label for m in recurrent])}) {told}.",
                )
            ]
    return []


def _future(
    methods: Sequence[Method],
    measured: Mapping[Key, Measured],
    encoder: Method | None,
    rival: Method | None,
    fit_last: str,
) -> tuple[str, str] | None:
    best = [m for m in (encoder, rival) if m]
    if not best:
        return None
    found = [measured[m.name, *FUTURE] for m in best]
    told = listed(
        [
            f"{_with_interval(f)} with {_picked(m, methods, measured, FUTURE)}"
            for f, m in zip(found, best, strict=True)
        ]
    )
    verdict = ""
    if len(best) > 1:
        standing = _standing(*(f.value for f in found))
        how = {"ahead": "ahead of", "level": "level with", "behind": "behind"}[standing]
        overlap = " (their intervals overlap)" if _overlap(*found) else ""
        verdict = f": {best[0].label} is {how} {best[1].label}{overlap}"
    return (
        "The days after",
        f"Scores made from the days up to {fit_last}, against the co-movement of the days "
        f"after them: Spearman correlation {told}{verdict}.",
    )


def _size(
    methods: Sequence[Method],
    measured: Mapping[Key, Measured],
    size_kind: str,
    p_floor: float,
) -> tuple[str, str] | None:
    """The method that follows size most, among the encoders or, without any, the comparators.

    It is picked by its r, so its p is corrected for all it was picked from, tested or not.
    """
    kinds = (scored_methods(methods, measured, kind, *SIZE) for kind in ("encoder", "comparator"))
    scored = next(filter(None, kinds), None)
    if scored is None:
        return None
    family = [measured[m.name, *SIZE] for m in scored]
    at = max(range(len(family)), key=lambda k: abs(family[k].value))
    method, found = scored[at], family[at]
    corrected = holm([1.0 if math.isnan(one.p) else one.p for one in family])[at]
    told = p_value(found.p, p_floor, corrected)
    most = ""
    if len(scored) > 1:
        most = f"; no other {method.kind} is further from 0"
        told += told and f", corrected for the {len(scored)} {method.kind}s it was picked from"
    within = measured.get((method.name, "size", "mantel_r_within_sector"))
    extra = f", {_with_interval(within)} among firms of one sector" if within else ""
    return (
        "Size",
        f"The scores of {method.label} are {_strength(found.value)} related to size, here "
        f"{size_kind}: Mantel r = {_with_interval(found)}{f' ({told})' if told else ''}"
        f"{extra}{most}.",
    )


def _how_sure(methods: Sequence[Method], measured: Mapping[Key, Measured]) -> list[tuple[str, str]]:
    """What picking the best of several does to the values above, and where it is made good."""
    counts = {
        kind: max(_count(methods, measured, kind, statistic) for statistic in (AUC, FUTURE))
        for kind in ("encoder", "comparator")
    }
    picked = [f"the best {kind}" for kind, count in counts.items() if count > 1]
    if not picked and not all(counts.values()):
        return []
    says = []
    if picked:
        were, them = ("were", "both") if len(picked) > 1 else ("was", "it")
        says.append(
            f"{listed(picked).capitalize()} {were} picked by the values shown, those of one panel, "
            f"which flatters {them}."
        )
    if all(counts.values()):
        says.append(
            f"No difference between methods is tested here; those below {TIE} are called level."
        )
    says.append(
        "For a comparison on days and firms that were not fitted on, with an interval for every "
        "difference, run config/evaluation.yaml (docs/evaluation.md)."
    )
    return [("How sure", " ".join(says))]


def _with_interval(found: Measured) -> str:
    return f"{number(found.value)}{bracketed(found.low, found.high)}"


def _strength(r: float) -> str:
    """Words for a correlation after Cohen (1988, section 3.2)."""
    words = ((0.1, "hardly"), (0.3, "weakly"), (0.5, "moderately"))
    return next((word for bound, word in words if abs(r) < bound), "strongly")
