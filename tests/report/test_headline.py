import itertools

import pytest

from firmsim.report.headline import headline
from firmsim.report.methods import Measured, Method
from firmsim.report.text import MINUS

NAN = float("nan")
SAYS = "Elman tells sectors apart"
ELMAN = Method("elman-comovement", "Elman", "Elman", "encoder", "")
JORDAN = Method("jordan-comovement", "Jordan", "Jordan", "encoder", "")
PEARSON = Method("pearson", "Pearson", "Pearson", "comparator", "")
PCA = Method("pca-20", "PCA-20", "PCA", "comparator", "")
RANDOM = Method("random", "random", "random", "random", "")


def found(**values):
    """Measurements from ``attribute__measure={method: value}``; intervals of +-0.01."""
    return {
        (method.name, *key.split("__")): Measured(value, value - 0.01, value + 0.01, 0.001, 99)
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
        (0.90, 0.80, 0.85, f"{SAYS} better than every comparator"),
        (0.90, 0.91, 0.80, "No encoder tells sectors apart as well as Pearson"),
        (0.85, 0.80, 0.90, f"{SAYS} better than Pearson, but not as well as PCA-20"),
        (0.85, 0.80, 0.853, f"{SAYS} better than Pearson, and as well as PCA-20"),
        (0.80, 0.803, 0.9, f"{SAYS} only as well as Pearson, and less well than PCA-20"),
        (0.80, 0.80, 0.802, f"{SAYS} only as well as Pearson and PCA-20"),
        (0.85, 0.853, 0.80, f"{SAYS} only as well as Pearson"),
        (0.70, 0.80, 0.90, "No encoder tells sectors apart as well as Pearson or PCA-20"),
    ],
)  # fmt: skip
def test_title(elman, pearson, pca, title):
    auc = {ELMAN: elman, JORDAN: 0.6, PEARSON: pearson, PCA: pca, RANDOM: 0.99}
    assert said(found(sector__auc=auc))[0] == title


def test_best_encoder_speaks_for_the_encoders():
    title, findings = said(found(sector__auc={ELMAN: 0.7, JORDAN: 0.9, PEARSON: 0.8}))
    assert title.startswith("Jordan")
    assert "90.0 % with Jordan and 80.0 % with Pearson" in findings["Sector"]


def test_never_claims_more_than_was_measured():
    """Whatever the numbers, 'better' stands in the title only where the encoder is ahead."""
    for a, b, c in itertools.product((0.5, 0.6, 0.602, 0.7), repeat=3):
        title, _ = said(found(sector__auc={ELMAN: a, PEARSON: b, PCA: c}))
        if "better than every" in title:
            assert a > max(b, c)
        if "better than Pearson" in title:
            assert a > b
        if "No encoder" in title:
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


LSTM = Method("lstm-comovement", "LSTM", "LSTM", "encoder", "", "lstm", "comovement")
GRU = Method("gru-comovement", "GRU", "GRU", "encoder", "", "gru", "comovement")
PLAIN = Method("plain", "Plain", "", "encoder", "", "feedforward", "comovement")
FORECAST = Method("f", "Forecast", "", "encoder", "", "elman", "forecast")


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
    assert "0.600 with Jordan and 0.700 with PCA-20" in finding
    assert "behind the best comparator" in finding
    assert "2014-12-31" in finding


def test_size_is_named_and_weighed():
    measured = found(
        sector__auc={ELMAN: 0.9},
        size__mantel_r={ELMAN: 0.045},
        size__mantel_r_within_sector={ELMAN: -0.31},
    )
    size = said(measured)[1]["Size"]
    assert "hardly related to size, here traded value: Mantel" in size
    assert f"Mantel r = 0.045 (p ≤ 0.001), {MINUS}0.310 among firms of one sector" in size


def test_size_is_told_without_any_sector_statistic():
    """One sector for all firms: the size of the firms is as well known as ever."""
    measured = found(size__mantel_r={ELMAN: 0.1, JORDAN: -0.33, PEARSON: 0.9})
    size = said(measured, why={"sector__auc": "all 12 are in one"})[1]["Size"]
    assert size.startswith("The scores of Jordan are moderately related to size")
    assert f"Mantel r = {MINUS}0.330" in size
    assert "no other encoder is further from 0" in size


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
    level = Measured(0.8, NAN, NAN, NAN, 9)
    measured = {(m.name, "sector", "auc"): level for m in (ELMAN, PEARSON)}
    findings = said(measured)[1]
    assert "80.0 % with Elman" in findings["Sector"]
    assert "overlap" not in findings["Head to head"]


def test_no_encoder_and_no_comparator():
    assert "no encoder" in said(found(sector__auc={PCA: 0.8}), (PCA,))[0]
    assert "no comparator" in said(found(sector__auc={ELMAN: 0.8}), (ELMAN, RANDOM))[0]
