import itertools

import pytest

from firmsim.association.permutation import holm
from firmsim.report.headline import headline
from firmsim.report.methods import Measured, Method
from firmsim.report.text import MINUS

NAN = float("nan")
SAYS = "Elman (best of 2 encoders) tells sectors apart"
NONE = "None of 2 encoders tells sectors apart"
OF_2 = "(best of 2 comparators)"
ELMAN = Method("elman-comovement", "Elman", "Elman", "encoder", "")
JORDAN = Method("jordan-comovement", "Jordan", "Jordan", "encoder", "")
PEARSON = Method("pearson", "Pearson", "Pearson", "comparator", "")
PCA = Method("pca-20", "PCA-20", "PCA", "comparator", "")
RANDOM = Method("random", "random", "random", "random", "")
LSTM = Method("lstm-comovement", "LSTM", "LSTM", "encoder", "", "lstm", "comovement")
GRU = Method("gru-comovement", "GRU", "GRU", "encoder", "", "gru", "comovement")
PLAIN = Method("plain", "Plain", "", "encoder", "", "feedforward", "comovement")
FORECAST = Method("f", "Forecast", "", "encoder", "", "elman", "forecast")


def found(p=0.001, **values):
    """Measurements from ``attribute__measure={method: value}``; intervals of +-0.01."""
    return {
        (method.name, *key.split("__")): Measured(value, value - 0.01, value + 0.01, p, p, 99)
        for key, column in values.items()
        for method, value in column.items()
    }


def said(measured, methods=(ELMAN, JORDAN, PEARSON, PCA, RANDOM), size="traded value", why=()):
    reasons = {
        (m.name, *key.split("__")): reason for key, reason in dict(why).items() for m in methods
    }
    told = headline(methods, measured, reasons, size, "2014-12-31", 0.001)
    return told.title, dict(told.findings)


@pytest.mark.parametrize(
    ("elman", "pearson", "pca", "title"),
    [
        (0.90, 0.80, 0.85, f"{SAYS} better than each of 2 comparators"),
        (0.90, 0.91, 0.80, f"{NONE} as well as Pearson {OF_2}"),
        (0.85, 0.80, 0.90, f"{SAYS} better than Pearson, but not as well as PCA-20 {OF_2}"),
        (0.85, 0.80, 0.853, f"{SAYS} better than Pearson, and as well as PCA-20 {OF_2}"),
        (0.80, 0.803, 0.9, f"{SAYS} only as well as Pearson, and less well than PCA-20 {OF_2}"),
        (0.80, 0.80, 0.802, f"{SAYS} only as well as Pearson and PCA-20 {OF_2}"),
        (0.85, 0.853, 0.80, f"{SAYS} only as well as Pearson {OF_2}"),
        (0.70, 0.80, 0.90, f"{NONE} as well as Pearson or PCA-20 {OF_2}"),
    ],
)  # fmt: skip
def test_title(elman, pearson, pca, title):
    auc = {ELMAN: elman, JORDAN: 0.6, PEARSON: pearson, PCA: pca, RANDOM: 0.99}
    assert said(found(sector__auc=auc))[0] == title


@pytest.mark.parametrize(
    ("auc", "title"),
    [
        ({ELMAN: 0.9, PCA: 0.8}, "Elman tells sectors apart better than PCA-20"),
        ({ELMAN: 0.7, PCA: 0.8}, "Elman does not tell sectors apart as well as PCA-20"),
        ({ELMAN: 0.8, PCA: 0.8}, "Elman tells sectors apart only as well as PCA-20"),
    ],
)
def test_title_of_one_against_one_speaks_of_no_best(auc, title):
    assert said(found(sector__auc=auc))[0] == title


def test_only_methods_that_were_measured_are_counted():
    """Jordan has no AUC and Pearson no later co-movement; the random score is no comparator."""
    title, findings = said(
        found(
            sector__auc={ELMAN: 0.9, PEARSON: 0.7, PCA: 0.8, RANDOM: 0.5},
            future__spearman={ELMAN: 0.3, JORDAN: 0.4, PCA: 0.2, RANDOM: 0.0},
        )
    )
    assert title == "Elman tells sectors apart better than each of 2 comparators"
    assert findings["Sector"].endswith(
        f"a pair from two: 90.0 % [89.0, 91.0] with Elman, 70.0 % [69.0, 71.0] with Pearson and "
        f"80.0 % [79.0, 81.0] with PCA-20 {OF_2}; a coin gives 50 %."
    )
    assert findings["The days after"].endswith(
        "0.400 [0.390, 0.410] with Jordan (best of 2 encoders) and 0.200 [0.190, 0.210] with "
        "PCA-20: Jordan is ahead of PCA-20."
    )


LEVEL = " No difference between methods is tested here; those below 0.005 are called level."
RUN = (
    " For a comparison on days and firms that were not fitted on, with an interval for every "
    "difference, run config/evaluation.yaml (docs/evaluation.md)."
)


@pytest.mark.parametrize(
    ("methods", "says"),
    [
        (
            (ELMAN, JORDAN, PEARSON, PCA, RANDOM),
            "The best encoder and the best comparator were picked by the values shown, those of "
            f"one panel, which flatters both.{LEVEL}{RUN}",
        ),
        (
            (ELMAN, PEARSON, PCA),
            "The best comparator was picked by the values shown, those of one panel, which "
            f"flatters it.{LEVEL}{RUN}",
        ),
        (
            (ELMAN, JORDAN),
            "The best encoder was picked by the values shown, those of one panel, which flatters "
            f"it.{RUN}",
        ),
        ((ELMAN, PCA), f"{LEVEL}{RUN}".strip()),
        ((ELMAN, RANDOM), None),
        ((RANDOM,), None),
    ],
)
def test_what_was_picked_and_not_tested_is_said(methods, says):
    measured = found(sector__auc=dict.fromkeys(methods, 0.7))
    assert said(measured, methods)[1].get("How sure") == says


def test_best_encoder_speaks_for_the_encoders():
    title, findings = said(found(sector__auc={ELMAN: 0.7, JORDAN: 0.9, PEARSON: 0.8}))
    assert title.startswith("Jordan")
    jordan = "90.0 % [89.0, 91.0] with Jordan (best of 2 encoders)"
    assert f"{jordan} and 80.0 % [79.0, 81.0] with Pearson;" in findings["Sector"]


def test_never_claims_more_than_was_measured():
    """Whatever the numbers, 'better' stands in the title only where the encoder is ahead."""
    for a, b, c in itertools.product((0.5, 0.6, 0.602, 0.7), repeat=3):
        title, _ = said(found(sector__auc={ELMAN: a, PEARSON: b, PCA: c}))
        if "better than each" in title:
            assert a > max(b, c)
        if "better than Pearson" in title:
            assert a > b
        if "does not tell" in title:
            assert a < max(b, c)


def test_counts_measures_won_and_lost():
    measured = found(
        sector__auc={ELMAN: 0.9, PEARSON: 0.8},
        sector__knn_accuracy={ELMAN: 0.7, PEARSON: 0.8},
        sector__r_precision={ELMAN: 0.5, PEARSON: 0.501},
        sector__mantel_r={ELMAN: 0.5},
        size__mantel_r={ELMAN: 0.9, PEARSON: 0.1},
    )
    duel = said(measured, (ELMAN, PEARSON))[1]["Head to head"]
    assert "ahead on 1, level on 1 and behind on 1 of 3 against Pearson" in duel
    assert "overlap" not in duel


def test_overlapping_intervals_are_said():
    measured = found(sector__auc={ELMAN: 0.81, PEARSON: 0.80})
    assert "intervals of their AUC overlap" in said(measured)[1]["Head to head"]


def test_what_memory_is_worth():
    measured = found(
        sector__auc={LSTM: 0.9, GRU: 0.85, PLAIN: 0.8, FORECAST: 0.99},
        future__spearman={LSTM: 0.501, GRU: 0.6, PLAIN: 0.5},
    )
    memory = said(measured, (LSTM, GRU, PLAIN, FORECAST))[1]["Memory"]
    assert memory.startswith("Plain sees each day by itself; against it, memory (LSTM and GRU) ")
    assert "helps on sector (AUC): 0.850 to 0.900 against 0.800 and " in memory
    assert "makes no clear difference on later co-movement: 0.501 to 0.600 against 0.5" in memory


@pytest.mark.parametrize(
    ("lstm", "gru", "verdict"),
    [
        (0.7, 0.7, "hurts on sector (AUC): 0.700 against 0.800"),
        (0.7, 0.9, "makes no clear difference"),
        (0.9, 0.801, "makes no clear difference"),
        (0.81, 0.9, "helps"),
    ],
)
def test_memory_helps_where_every_encoder_with_memory_is_ahead(lstm, gru, verdict):
    measured = found(sector__auc={LSTM: lstm, GRU: gru, PLAIN: 0.8})
    assert verdict in said(measured, (LSTM, GRU, PLAIN))[1]["Memory"]


def test_memory_is_not_judged_across_objectives():
    measured = found(sector__auc={FORECAST: 0.7, PLAIN: 0.8})
    assert "Memory" not in said(measured, (FORECAST, PLAIN))[1]
    assert "Memory" not in said(found(sector__auc={LSTM: 0.7}), (LSTM,))[1]


def test_future_names_the_loser():
    measured = found(sector__auc={ELMAN: 0.9}, future__spearman={ELMAN: 0.5, JORDAN: 0.6, PCA: 0.7})
    finding = said(measured)[1]["The days after"]
    assert "0.600 [0.590, 0.610] with Jordan (best of 2 encoders) and 0.700" in finding
    assert finding.endswith("Jordan is behind PCA-20.")
    assert "2014-12-31" in finding


def test_overlapping_intervals_of_later_co_movement_are_said():
    measured = found(future__spearman={ELMAN: 0.50, PCA: 0.51})
    assert said(measured)[1]["The days after"].endswith(
        "Elman is behind PCA-20 (their intervals overlap)."
    )


def test_size_is_named_and_weighed():
    measured = found(
        sector__auc={ELMAN: 0.9},
        size__mantel_r={ELMAN: 0.045},
        size__mantel_r_within_sector={ELMAN: -0.31},
    )
    size = said(measured)[1]["Size"]
    assert "hardly related to size, here traded value: Mantel" in size
    assert size.endswith(
        f"Mantel r = 0.045 [0.035, 0.055] (p ≤ 0.001), {MINUS}0.310 [{MINUS}0.320, {MINUS}0.300] "
        "among firms of one sector."
    )


def test_size_is_told_without_any_sector_statistic():
    """One sector for all firms: the size of the firms is as well known as ever."""
    measured = found(size__mantel_r={ELMAN: 0.1, JORDAN: -0.33, PEARSON: 0.9})
    size = said(measured, why={"sector__auc": "all 12 are in one"})[1]["Size"]
    assert size.startswith("The scores of Jordan are moderately related to size")
    assert size.endswith(
        f"Mantel r = {MINUS}0.330 [{MINUS}0.340, {MINUS}0.320] (p ≤ 0.002, corrected for the 2 "
        "encoders it was picked from); no other encoder is further from 0."
    )


def test_size_is_corrected_for_those_it_was_picked_from():
    """Holm over the encoders alone, comparators were not picked from; one has no p but counts."""
    p = {ELMAN: 0.03, JORDAN: 0.02, LSTM: 0.5, GRU: NAN, PEARSON: 0.001}
    r = {ELMAN: 0.2, JORDAN: 0.1, LSTM: 0.0, GRU: 0.1, PEARSON: 0.9}
    measured = {
        (m.name, "size", "mantel_r"): Measured(r[m], NAN, NAN, p[m], 5 * p[m], 99) for m in p
    }
    assert holm([0.03, 0.02, 0.5, 1.0])[0] == pytest.approx(3 * 0.03)
    size = said(measured, tuple(p))[1]["Size"]
    assert size.startswith("The scores of Elman are weakly related")
    assert "Mantel r = 0.200 (p = 0.090, corrected for the 4 encoders it was picked from);" in size


def test_size_without_p_says_none():
    size = said(found(p=NAN, size__mantel_r={ELMAN: 0.1, JORDAN: 0.2}))[1]["Size"]
    assert "Mantel r = 0.200 [0.190, 0.210]; no other encoder" in size


def test_size_is_that_of_the_encoder_that_follows_it_most():
    measured = found(
        sector__auc={ELMAN: 0.9, JORDAN: 0.6}, size__mantel_r={ELMAN: 0.1, JORDAN: 0.3}
    )
    assert said(measured)[1]["Size"].startswith("The scores of Jordan")


def test_size_of_comparators_where_there_is_no_encoder():
    size = said(found(size__mantel_r={PCA: 0.2, RANDOM: 0.4}), (PCA, RANDOM))[1]["Size"]
    assert size.startswith("The scores of PCA-20")
    assert "further" not in size


def test_nothing_measured_tells_why():
    why = {
        "sector__auc": "all 12 firms with a sector are in the same one",
        "future__spearman": "no later days were held out",
        "size__mantel_r": "needs 3 firms; there are 2",
    }
    title, findings = said({}, size="unknown", why=why)
    assert title == "Agreement with sector could not be measured"
    says = "could not be measured:"
    assert findings == {
        "Sector": f"Agreement with sector {says} {why['sector__auc']}.",
        "The days after": f"Agreement with later co-movement {says} {why['future__spearman']}.",
        "Size": f"Agreement with size, here unknown, {says} {why['size__mantel_r']}.",
    }


def test_random_scores_alone_are_no_agreement():
    findings = said(found(sector__auc={RANDOM: 0.5}), (RANDOM,))[1]
    assert "the run has random scores alone" in findings["Sector"]


def test_missing_intervals_are_not_said_to_overlap():
    level = Measured(0.8, NAN, NAN, NAN, NAN, 9)
    measured = {(m.name, "sector", "auc"): level for m in (ELMAN, PEARSON)}
    findings = said(measured)[1]
    assert "80.0 % with Elman" in findings["Sector"]
    assert "overlap" not in findings["Head to head"]


def test_no_encoder_and_no_comparator():
    alone = found(sector__auc={ELMAN: 0.8, JORDAN: 0.7, PCA: 0.8, PEARSON: 0.7, RANDOM: 0.5})
    assert (
        said(alone, (PCA,))[0] == "PCA-20 is the only comparator measured; no encoder was measured"
    )
    assert said(alone, (PEARSON, PCA))[0] == (
        "PCA-20 tells sectors apart best of 2 comparators; no encoder was measured"
    )
    beat = "there is no comparator to beat"
    assert said(alone, (ELMAN, RANDOM))[0] == f"Elman is the only encoder measured; {beat}"
    title, findings = said(alone, (ELMAN, JORDAN))
    assert title == f"Elman tells sectors apart best of 2 encoders; {beat}"
    assert "80.0 % [79.0, 81.0] with Elman (best of 2 encoders); a coin" in findings["Sector"]
    assert "Head to head" not in findings
