import math

import numpy as np
from summaries import ELMAN, JORDAN, PCA, PEARSON, RANDOM, measured, summary_of

from firmsim.report.methods import run_methods
from firmsim.report.results import Results
from firmsim.report.summary import AUC, SIZE, Choice, Measurement, run_summary

SUMMARY = summary_of({AUC: {ELMAN: 0.7, JORDAN: 0.8, PCA: 0.9, RANDOM: 0.99}})


def test_best_of_a_kind_carries_how_many_it_was_chosen_from():
    assert SUMMARY.best("encoder", AUC) == Choice(JORDAN, measured(0.8), 2)
    assert SUMMARY.best("comparator", AUC) == Choice(PCA, measured(0.9), 1)
    assert SUMMARY.best("encoder", SIZE) is None


def test_only_values_are_counted():
    assert SUMMARY.scored("encoder", AUC) == [ELMAN, JORDAN]
    assert SUMMARY.count("comparator", AUC) == 1
    assert SUMMARY.value(PCA, AUC) == 0.9
    assert math.isnan(SUMMARY.value(PEARSON, AUC))


def test_reasons_are_given_once():
    summary = summary_of({AUC: {ELMAN: 0.7}}, reasons={AUC: "one sector"})
    assert summary.reasons(AUC, summary.methods) == ("one sector",)
    assert summary.reasons(AUC, [ELMAN]) == ()


def test_intervals_overlap_where_they_share_a_value():
    assert measured(0.5).overlaps(measured(0.51))
    assert not measured(0.5).overlaps(measured(0.53))
    assert not Measurement(0.5).overlaps(Measurement(0.5))


def test_every_statistic_of_a_run_is_there_or_says_why_not(run):
    results = Results(run)
    summary = run_summary(results, run_methods(results))
    assert len(summary.measurements) == len(results.summary)
    missing = [one for one in summary.measurements.values() if not one.measured]
    assert [one.reason for one in missing] == ["these firms do not allow it"]
    assert not missing[0].bounded
    assert not missing[0].tested
    first = results.summary.iloc[0]
    found = summary.measurements[first["method"], (first["attribute"], first["measure"])]
    np.testing.assert_allclose(
        [found.value, found.low, found.high, found.p, found.corrected, found.n],
        first[["value", "low", "high", "p", "p_holm", "n"]].to_numpy(dtype=float),
    )
    assert summary.size_kind == "traded value (USD/day)"
    assert summary.p_floor == 1 / 1000
