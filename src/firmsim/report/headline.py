"""The finding of a run in plain sentences, computed from its numbers whichever way they fall."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from firmsim.association.measures import MEASURES
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
from firmsim.report.text import listed, number, p_value

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
    it most, for better or worse.

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
        *(_sector(encoder, rivals, measured) or [_unmeasured(methods, reasons, "Sector", AUC)]),
        *_memory(methods, measured),
        _future(best("encoder", *FUTURE), best("comparator", *FUTURE), measured, fit_last)
        or _unmeasured(methods, reasons, "The days after", FUTURE),
        _size(methods, measured, size_kind, p_floor)
        or _unmeasured(methods, reasons, "Size", SIZE, f", here {size_kind},"),
    ]
    return Headline(_title(encoder, rivals, measured), findings)


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


def _standing(ours: float, theirs: float) -> str:
    if abs(ours - theirs) < TIE:
        return "level"
    return "ahead" if ours > theirs else "behind"


def _title(
    encoder: Method | None, rivals: Sequence[Method], measured: Mapping[Key, Measured]
) -> str:
    if encoder is None:
        if not rivals:
            return "Agreement with sector could not be measured"
        return f"{rivals[-1].label} tells sectors apart best; no encoder was measured"
    if not rivals:
        return f"{encoder.label} tells sectors apart best; there is no comparator to beat"
    ours = measured[encoder.name, *AUC].value
    plain, best = (_standing(ours, measured[m.name, *AUC].value) for m in (rivals[0], rivals[-1]))
    says = f"{encoder.label} tells sectors apart"
    if best == "ahead":
        return f"{says} better than every comparator"
    if plain == "ahead":
        other = "and as well as" if best == "level" else "but not as well as"
        return f"{says} better than {rivals[0].label}, {other} {rivals[-1].label}"
    if best == "level":
        return f"{says} only as well as {listed([m.label for m in rivals])}"
    if plain == "level":
        return f"{says} only as well as {rivals[0].label}, and less well than {rivals[-1].label}"
    return f"No encoder tells sectors apart as well as {' or '.join(m.label for m in rivals)}"


def _sector(
    encoder: Method | None, rivals: Sequence[Method], measured: Mapping[Key, Measured]
) -> list[tuple[str, str]]:
    shown = [*([encoder] if encoder else []), *rivals]
    if not shown:
        return []
    shares = listed(
        [f"{100 * measured[m.name, 'sector', 'auc'].value:.1f} % with {m.label}" for m in shown]
    )
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
    a, b = (measured[x.name, *AUC] for x in (ours, theirs))
    overlap = a.low <= b.high and b.low <= a.high
    return (
        f"{told} of {sum(counts.values())} against {theirs.label}"
        f"{' (the intervals of their AUC overlap)' if overlap else ''}"
    )


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
    encoder: Method | None,
    rival: Method | None,
    measured: Mapping[Key, Measured],
    fit_last: str,
) -> tuple[str, str] | None:
    found = [m for m in (encoder, rival) if m]
    if not found:
        return None
    values = [measured[m.name, *FUTURE].value for m in found]
    told = listed([f"{number(v)} with {m.label}" for v, m in zip(values, found, strict=True)])
    verdict = ""
    if len(values) > 1:
        how = {"ahead": "ahead of", "level": "level with", "behind": "behind"}[_standing(*values)]
        verdict = f": the best encoder is {how} the best comparator"
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
    """The method that follows size most, among the encoders or, without any, the comparators."""
    kinds = (scored_methods(methods, measured, kind, *SIZE) for kind in ("encoder", "comparator"))
    scored = next(filter(None, kinds), None)
    if scored is None:
        return None
    method = max(scored, key=lambda m: abs(measured[m.name, *SIZE].value))
    found = measured[method.name, *SIZE]
    within = value_of(measured, method.name, "size", "mantel_r_within_sector")
    extra = "" if math.isnan(within) else f", {number(within)} among firms of one sector"
    most = f"; no other {method.kind} is further from 0" if len(scored) > 1 else ""
    p = p_value(found.p, p_floor)
    return (
        "Size",
        f"The scores of {method.label} are {_strength(found.value)} related to size, here "
        f"{size_kind}: Mantel r = {number(found.value)}{f' ({p})' if p else ''}{extra}{most}.",
    )


def _strength(r: float) -> str:
    """Words for a correlation after Cohen (1988, section 3.2)."""
    words = ((0.1, "hardly"), (0.3, "weakly"), (0.5, "moderately"))
    return next((word for bound, word in words if abs(r) < bound), "strongly")
