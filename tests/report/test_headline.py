import itertools

import pytest

from firmsim.report.headline import headline
from firmsim.report.methods import Measured, Method
from firmsim.report.text import MINUS

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


def said(measured, methods=(ELMAN, JORDAN, PEARSON, PCA, RANDOM), size="traded value (USD/day)"):
    told = headline(methods, measured, size, "2014-12-31", 0.001)
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
    assert "hardly related to size, here traded value (USD/day)" in size
    assert f"Mantel r = 0.045 (p ≤ 0.001), {MINUS}0.310 among firms of one sector" in size


def test_nothing_measured():
    title, findings = said({}, size="unknown")
    assert title == "Agreement with sector could not be measured"
    assert "not be measured (size: unknown)" in findings["Size"]


def test_no_encoder_and_no_comparator():
    assert "no encoder" in said(found(sector__auc={PCA: 0.8}), (PCA,))[0]
    assert "no comparator" in said(found(sector__auc={ELMAN: 0.8}), (ELMAN, RANDOM))[0]
