"""The finding of a run: how encoders compare with comparators, computed from its numbers."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from firmsim.association.measures import measures_in
from firmsim.association.permutation import holm
from firmsim.report.methods import NO_MEMORY, Kind, Method
from firmsim.report.scales import Standing, standing, strength
from firmsim.report.summary import (
    AUC,
    HORIZON,
    SIZE,
    SIZE_WITHIN_SECTORS,
    Choice,
    Measurement,
    Statistic,
    Summary,
)
from firmsim.report.verdicts import (
    Comparison,
    Confidence,
    Duel,
    HorizonVerdict,
    Influence,
    MemoryEffect,
    MemoryVerdict,
    Rival,
    SectorVerdict,
    SizeVerdict,
)

PLAIN = "pearson"
"""The comparator that everybody knows; the best encoder is always compared with it."""


@dataclass(frozen=True)
class Headline:
    """What the first section of the page says."""

    sector: SectorVerdict
    memory: MemoryVerdict | None
    """None where no encoder without memory was trained for the objective of another with it."""
    horizon: HorizonVerdict
    size: SizeVerdict
    confidence: Confidence | None
    """None where no method was compared with another."""


def headline(summary: Summary) -> Headline:
    """Compute what the run found.

    The encoder with the highest same-sector AUC is compared with Pearson and with the best
    comparator. Every method that was chosen as the best of several carries their number.

    Parameters
    ----------
    summary : Summary
        The statistics of all methods.

    Returns
    -------
    Headline
        One verdict per question; none calls a method better than it is measured to be.
    """
    return Headline(
        sector_verdict(summary),
        memory_verdict(summary),
        horizon_verdict(summary),
        size_verdict(summary),
        confidence(summary),
    )


def sector_verdict(summary: Summary) -> SectorVerdict:
    """Compare the best encoder with Pearson and with the best comparator on the sector measures."""
    encoder = summary.best("encoder", AUC)
    rivals = [
        Rival(choice, _duel(summary, encoder.method, choice.method) if encoder else None)
        for choice in _rivals(summary)
    ]
    return SectorVerdict(
        _outcome(encoder, [rival.choice for rival in rivals]),
        encoder,
        tuple(rivals),
        summary.count("comparator", AUC),
        _reasons(summary, AUC),
    )


def memory_verdict(summary: Summary) -> MemoryVerdict | None:
    """Compare the recurrent encoders with the one that reads one day at a time.

    All are trained for the same objective. Memory helps where every recurrent encoder is ahead and
    hurts where every one is behind; the best of several would be ahead by luck.
    """
    for plain in summary.scored("encoder", AUC):
        recurrent = [m for m in summary.methods if m.memory and m.objective == plain.objective]
        if plain.cell != NO_MEMORY or not recurrent:
            continue
        effects: dict[Influence, tuple[MemoryEffect, ...]] = {}
        for statistic in (AUC, HORIZON):
            without = summary.value(plain, statistic)
            values = [summary.value(m, statistic) for m in recurrent]
            values = [value for value in values if not math.isnan(value)]
            if values and not math.isnan(without):
                found = MemoryEffect(statistic, min(values), max(values), without)
                influence = _influence(values, without)
                effects[influence] = (*effects.get(influence, ()), found)
        if effects:
            return MemoryVerdict(plain, tuple(recurrent), effects)
    return None


def horizon_verdict(summary: Summary) -> HorizonVerdict:
    """Compare the best encoder with the best comparator on the days after the fit period."""
    encoder, rival = summary.best("encoder", HORIZON), summary.best("comparator", HORIZON)
    how, overlap = None, False
    if encoder and rival:
        how = standing(encoder.found.value, rival.found.value)
        overlap = encoder.found.overlaps(rival.found)
    return HorizonVerdict(encoder, rival, how, overlap, _reasons(summary, HORIZON))


def size_verdict(summary: Summary) -> SizeVerdict:
    """Find the method that follows size most, for better or worse.

    It is chosen by its r, so its p is corrected for all that it was chosen from, tested or not.
    """
    kinds = (summary.scored(kind, SIZE) for kind in ("encoder", "comparator"))
    scored = next(filter(None, kinds), [])
    if not scored:
        none = Measurement()
        return SizeVerdict(None, strength(0.0), none.p, none, _reasons(summary, SIZE))
    family = [summary.found(method, SIZE) for method in scored]
    at = max(range(len(family)), key=lambda k: abs(family[k].value))
    corrected = holm([found.p if found.tested else 1.0 for found in family])[at]
    return SizeVerdict(
        Choice(scored[at], family[at], len(scored)),
        strength(family[at].value),
        corrected if family[at].tested and corrected is not None else math.nan,
        summary.found(scored[at], SIZE_WITHIN_SECTORS),
        (),
    )


def confidence(summary: Summary) -> Confidence | None:
    """What choosing the best of several does to its value, and what was not tested."""
    kinds: tuple[Kind, ...] = ("encoder", "comparator")
    counts = {kind: max(summary.count(kind, one) for one in (AUC, HORIZON)) for kind in kinds}
    chosen = tuple(kind for kind in kinds if counts[kind] > 1)
    compared = all(counts.values())
    return Confidence(chosen, compared) if chosen or compared else None


def _reasons(summary: Summary, statistic: Statistic) -> tuple[str, ...]:
    """Why no encoder or comparator has a statistic; none where there are random scores only."""
    judged = [method for method in summary.methods if method.kind != "random"]
    return summary.reasons(statistic, judged)


def _rivals(summary: Summary) -> list[Choice]:
    """Pearson, where it was measured, and the best comparator: one if they are the same."""
    best = summary.best("comparator", AUC)
    if best is None:
        return []
    plain = [m for m in summary.scored("comparator", AUC) if m.name == PLAIN]
    others = [Choice(m, summary.found(m, AUC), 1) for m in plain if m != best.method]
    return [*others, best]


def _outcome(encoder: Choice | None, rivals: Sequence[Choice]) -> Comparison:
    if encoder is None:
        return Comparison.COMPARATORS_ONLY if rivals else Comparison.UNMEASURED
    if not rivals:
        return Comparison.ENCODERS_ONLY
    plain, best = (
        standing(encoder.found.value, rival.found.value) for rival in (rivals[0], rivals[-1])
    )
    if best is Standing.AHEAD:
        return Comparison.AHEAD_OF_ALL
    if plain is Standing.AHEAD:
        if best is Standing.LEVEL:
            return Comparison.AHEAD_OF_PEARSON_LEVEL_WITH_BEST
        return Comparison.AHEAD_OF_PEARSON_BEHIND_BEST
    if best is Standing.LEVEL:
        return Comparison.LEVEL_WITH_BEST
    if plain is Standing.LEVEL:
        return Comparison.LEVEL_WITH_PEARSON_BEHIND_BEST
    return Comparison.BEHIND


def _duel(summary: Summary, ours: Method, theirs: Method) -> Duel:
    counts: Counter[Standing] = Counter()
    for measure in measures_in("summary"):
        statistic = (measure.attribute, measure.measure)
        pair = [summary.value(method, statistic) for method in (ours, theirs)]
        if measure.attribute == AUC[0] and not any(map(math.isnan, pair)):
            counts[standing(*pair)] += 1
    overlap = summary.found(ours, AUC).overlaps(summary.found(theirs, AUC))
    ahead, level, behind = (counts[one] for one in Standing)
    return Duel(ahead, level, behind, overlap)


def _influence(values: Sequence[float], without: float) -> Influence:
    """What all encoders with memory agree on."""
    found = {standing(value, without) for value in values}
    if found == {Standing.AHEAD}:
        return Influence.HELPS
    return Influence.HURTS if found == {Standing.BEHIND} else Influence.UNCLEAR
