import itertools

import pytest
from summaries import (
    ELMAN,
    FIVE,
    FORECAST,
    GRU,
    JORDAN,
    LSTM,
    NAN,
    PCA,
    PEARSON,
    PLAIN,
    RANDOM,
    measured,
    summary_of,
)

from firmsim.association.permutation import holm
from firmsim.report.headline import (
    confidence,
    headline,
    horizon_verdict,
    memory_verdict,
    sector_verdict,
    size_verdict,
)
from firmsim.report.scales import Standing, Strength
from firmsim.report.summary import AUC, HORIZON, SIZE, SIZE_WITHIN_SECTORS, Measurement
from firmsim.report.verdicts import Comparison, Confidence, Duel, Influence, MemoryEffect

KNN, R_PRECISION, MANTEL = (
    ("sector", "knn_accuracy"),
    ("sector", "r_precision"),
    ("sector", "mantel_r"),
)


def sector(auc, methods=FIVE, **more):
    return sector_verdict(summary_of({AUC: auc}, methods, **more))


@pytest.mark.parametrize(
    ("elman", "pearson", "pca", "outcome"),
    [
        (0.90, 0.80, 0.85, Comparison.AHEAD_OF_ALL),
        (0.90, 0.91, 0.80, Comparison.BEHIND),
        (0.85, 0.80, 0.90, Comparison.AHEAD_OF_PEARSON_BEHIND_BEST),
        (0.85, 0.80, 0.853, Comparison.AHEAD_OF_PEARSON_LEVEL_WITH_BEST),
        (0.80, 0.803, 0.9, Comparison.LEVEL_WITH_PEARSON_BEHIND_BEST),
        (0.80, 0.80, 0.802, Comparison.LEVEL_WITH_BEST),
        (0.85, 0.853, 0.80, Comparison.LEVEL_WITH_BEST),
        (0.70, 0.80, 0.90, Comparison.BEHIND),
    ],
)
def test_outcome_against_pearson_and_the_best_comparator(elman, pearson, pca, outcome):
    found = sector({ELMAN: elman, JORDAN: 0.6, PEARSON: pearson, PCA: pca, RANDOM: 0.99})
    assert found.outcome is outcome
    assert (found.encoder.method, found.encoder.count, found.comparators) == (ELMAN, 2, 2)


@pytest.mark.parametrize(
    ("elman", "outcome"),
    [(0.9, Comparison.AHEAD_OF_ALL), (0.7, Comparison.BEHIND), (0.8, Comparison.LEVEL_WITH_BEST)],
)
def test_one_against_one_is_no_choice(elman, outcome):
    found = sector({ELMAN: elman, PCA: 0.8})
    assert found.outcome is outcome
    assert [(choice.method, choice.count) for choice in found.shown] == [(ELMAN, 1), (PCA, 1)]


def test_rivals_are_pearson_and_the_best_comparator():
    found = sector({ELMAN: 0.9, PEARSON: 0.7, PCA: 0.8})
    assert [(r.choice.method, r.choice.count) for r in found.rivals] == [(PEARSON, 1), (PCA, 2)]
    found = sector({ELMAN: 0.9, PEARSON: 0.8, PCA: 0.7})
    assert [(r.choice.method, r.choice.count) for r in found.rivals] == [(PEARSON, 2)]


def test_only_methods_that_were_measured_are_counted():
    """Jordan has no AUC and Pearson no later co-movement; the random score is no comparator."""
    summary = summary_of(
        {
            AUC: {ELMAN: 0.9, PEARSON: 0.7, PCA: 0.8, RANDOM: 0.5},
            HORIZON: {ELMAN: 0.3, JORDAN: 0.4, PCA: 0.2, RANDOM: 0.0},
        }
    )
    found = sector_verdict(summary)
    assert [(c.method, c.count) for c in found.shown] == [(ELMAN, 1), (PEARSON, 1), (PCA, 2)]
    assert [choice.found for choice in found.shown] == list(map(measured, (0.9, 0.7, 0.8)))
    assert (found.outcome, found.comparators) == (Comparison.AHEAD_OF_ALL, 2)
    later = horizon_verdict(summary)
    assert (later.encoder.method, later.encoder.count) == (JORDAN, 2)
    assert (later.comparator.method, later.comparator.count) == (PCA, 1)
    assert (later.standing, later.overlap) == (Standing.AHEAD, False)


@pytest.mark.parametrize(
    ("methods", "verdict"),
    [
        (FIVE, Confidence(("encoder", "comparator"), compared=True)),
        ((ELMAN, PEARSON, PCA), Confidence(("comparator",), compared=True)),
        ((ELMAN, JORDAN), Confidence(("encoder",), compared=False)),
        ((ELMAN, PCA), Confidence((), compared=True)),
        ((ELMAN, RANDOM), None),
        ((RANDOM,), None),
    ],
)
def test_what_was_chosen_and_not_tested_is_known(methods, verdict):
    assert confidence(summary_of({AUC: dict.fromkeys(methods, 0.7)}, methods)) == verdict


def test_best_encoder_speaks_for_the_encoders():
    found = sector({ELMAN: 0.7, JORDAN: 0.9, PEARSON: 0.8})
    assert (found.encoder.method, found.encoder.count) == (JORDAN, 2)
    assert found.encoder.found == measured(0.9)


def test_never_claims_more_than_was_measured():
    """Whatever the numbers, the encoder is called ahead only where it is."""
    for a, b, c in itertools.product((0.5, 0.6, 0.602, 0.7), repeat=3):
        outcome = sector({ELMAN: a, PEARSON: b, PCA: c}).outcome
        if outcome is Comparison.AHEAD_OF_ALL:
            assert a > max(b, c)
        if outcome.name.startswith("AHEAD_OF_PEARSON"):
            assert a > b
        if outcome is Comparison.BEHIND:
            assert a < max(b, c)


def test_counts_measures_won_and_lost():
    summary = summary_of(
        {
            AUC: {ELMAN: 0.9, PEARSON: 0.8},
            KNN: {ELMAN: 0.7, PEARSON: 0.8},
            R_PRECISION: {ELMAN: 0.5, PEARSON: 0.501},
            MANTEL: {ELMAN: 0.5},
            SIZE: {ELMAN: 0.9, PEARSON: 0.1},
        }
    )
    (rival,) = sector_verdict(summary).rivals
    assert rival.duel == Duel(ahead=1, level=1, behind=1, overlap=False)
    assert rival.duel.measures == 3


def test_overlapping_intervals_are_known():
    (rival,) = sector({ELMAN: 0.81, PEARSON: 0.80}).rivals
    assert rival.duel.overlap


def test_what_memory_is_worth():
    summary = summary_of(
        {
            AUC: {LSTM: 0.9, GRU: 0.85, PLAIN: 0.8, FORECAST: 0.99},
            HORIZON: {LSTM: 0.501, GRU: 0.6, PLAIN: 0.5},
        },
        (LSTM, GRU, PLAIN, FORECAST),
    )
    found = memory_verdict(summary)
    assert (found.without, found.recurrent) == (PLAIN, (LSTM, GRU))
    assert found.effects == {
        Influence.HELPS: (MemoryEffect(AUC, 0.85, 0.9, 0.8),),
        Influence.UNCLEAR: (MemoryEffect(HORIZON, 0.501, 0.6, 0.5),),
    }


@pytest.mark.parametrize(
    ("lstm", "gru", "influence"),
    [
        (0.7, 0.7, Influence.HURTS),
        (0.7, 0.9, Influence.UNCLEAR),
        (0.9, 0.801, Influence.UNCLEAR),
        (0.81, 0.9, Influence.HELPS),
    ],
)
def test_memory_helps_where_every_encoder_with_memory_is_ahead(lstm, gru, influence):
    methods = (LSTM, GRU, PLAIN)
    found = memory_verdict(summary_of({AUC: {LSTM: lstm, GRU: gru, PLAIN: 0.8}}, methods))
    assert list(found.effects) == [influence]


def test_memory_is_not_judged_across_objectives():
    apart = summary_of({AUC: {FORECAST: 0.7, PLAIN: 0.8}}, (FORECAST, PLAIN))
    assert memory_verdict(apart) is None
    assert memory_verdict(summary_of({AUC: {LSTM: 0.7}}, (LSTM,))) is None


def test_later_co_movement_names_the_loser():
    found = horizon_verdict(summary_of({HORIZON: {ELMAN: 0.5, JORDAN: 0.6, PCA: 0.7}}))
    assert (found.encoder.method, found.encoder.found) == (JORDAN, measured(0.6))
    assert (found.comparator.method, found.standing) == (PCA, Standing.BEHIND)


def test_overlapping_intervals_of_later_co_movement_are_known():
    found = horizon_verdict(summary_of({HORIZON: {ELMAN: 0.50, PCA: 0.51}}))
    assert (found.standing, found.overlap) == (Standing.BEHIND, True)


def test_later_co_movement_of_one_kind_is_compared_with_nothing():
    found = horizon_verdict(summary_of({HORIZON: {ELMAN: 0.5}}))
    assert (found.comparator, found.standing, found.overlap) == (None, None, False)


def test_size_is_named_and_weighed():
    values = {AUC: {ELMAN: 0.9}, SIZE: {ELMAN: 0.045}, SIZE_WITHIN_SECTORS: {ELMAN: -0.31}}
    found = size_verdict(summary_of(values))
    assert (found.choice.method, found.choice.count) == (ELMAN, 1)
    assert found.strength is Strength.NEGLIGIBLE
    assert (found.choice.found, found.corrected) == (measured(0.045), 0.001)
    assert found.within == measured(-0.31)


def test_size_is_known_without_any_sector_statistic():
    """One sector for all firms: the size of the firms is as well known as ever."""
    values = {SIZE: {ELMAN: 0.1, JORDAN: -0.33, PEARSON: 0.9}}
    found = size_verdict(summary_of(values, reasons={AUC: "all 12 are in one"}))
    assert (found.choice.method, found.choice.count) == (JORDAN, 2)
    assert (found.strength, found.corrected) == (Strength.MODERATE, 0.002)
    assert not found.within.measured


def test_size_is_corrected_for_those_it_was_chosen_from():
    """Holm over the encoders alone, comparators were not chosen from; one has no p but counts."""
    p = {ELMAN: 0.03, JORDAN: 0.02, LSTM: 0.5, GRU: NAN, PEARSON: 0.001}
    r = {ELMAN: 0.2, JORDAN: 0.1, LSTM: 0.0, GRU: 0.1, PEARSON: 0.9}
    values = {SIZE: {m: Measurement(r[m], NAN, NAN, p[m], 5 * p[m], 99) for m in p}}
    assert holm([0.03, 0.02, 0.5, 1.0])[0] == pytest.approx(3 * 0.03)
    found = size_verdict(summary_of(values, tuple(p)))
    assert (found.choice.method, found.choice.count) == (ELMAN, 4)
    assert found.strength is Strength.WEAK
    assert found.corrected == pytest.approx(3 * 0.03)


def test_size_without_p_has_no_corrected_one():
    found = size_verdict(summary_of({SIZE: {ELMAN: 0.1, JORDAN: 0.2}}, p=NAN))
    assert not found.choice.found.tested
    assert found.corrected != found.corrected


def test_size_is_that_of_the_encoder_that_follows_it_most():
    found = size_verdict(
        summary_of({AUC: {ELMAN: 0.9, JORDAN: 0.6}, SIZE: {ELMAN: 0.1, JORDAN: 0.3}})
    )
    assert found.choice.method == JORDAN


def test_size_of_comparators_where_there_is_no_encoder():
    found = size_verdict(summary_of({SIZE: {PCA: 0.2, RANDOM: 0.4}}, (PCA, RANDOM)))
    assert (found.choice.method, found.choice.count) == (PCA, 1)


def test_nothing_measured_has_reasons():
    why = {AUC: "all 12 firms with a sector are in the same one", HORIZON: "none", SIZE: "2 firms"}
    found = headline(summary_of({}, reasons=why))
    assert (found.sector.outcome, found.sector.shown) == (Comparison.UNMEASURED, ())
    assert found.sector.reasons == (why[AUC],)
    assert found.horizon.reasons == (why[HORIZON],)
    assert (found.size.choice, found.size.reasons) == (None, (why[SIZE],))
    assert (found.memory, found.confidence) == (None, None)


def test_random_scores_alone_are_no_agreement():
    found = sector({RANDOM: 0.5}, (RANDOM,), reasons={AUC: "of no matter"})
    assert (found.outcome, found.reasons) == (Comparison.UNMEASURED, ())


def test_missing_intervals_do_not_overlap():
    level = Measurement(0.8, n=9)
    found = sector({ELMAN: level, PEARSON: level})
    assert not found.encoder.found.bounded
    assert not found.rivals[0].duel.overlap


def test_no_encoder_and_no_comparator():
    auc = {ELMAN: 0.8, JORDAN: 0.7, PCA: 0.8, PEARSON: 0.7, RANDOM: 0.5}

    def of(*methods):
        return sector({method: auc[method] for method in methods}, methods)

    for methods in ((PCA,), (PEARSON, PCA)):
        found = of(*methods)
        assert (found.outcome, found.encoder) == (Comparison.COMPARATORS_ONLY, None)
        assert (found.shown[-1].method, found.shown[-1].count) == (PCA, len(methods))
        assert all(rival.duel is None for rival in found.rivals)
    for methods in ((ELMAN, RANDOM), (ELMAN, JORDAN)):
        found = of(*methods)
        assert (found.outcome, found.rivals) == (Comparison.ENCODERS_ONLY, ())
        assert (found.encoder.method, found.encoder.count) == (ELMAN, 1 + (JORDAN in methods))
