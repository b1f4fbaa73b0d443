import numpy as np
import pandas as pd
import pytest
from tiny_run import TICKERS

from firmsim.files import read_csv, write_csv, write_parquet, write_text
from firmsim.report.results import Results, ResultsError


def test_tickers_and_sizes_survive(run):
    firms = Results(run).firms
    assert list(firms.index) == TICKERS
    assert firms.loc["NA", "size"] == 2e8
    assert np.isnan(firms.loc["TRUE", "size"])


def test_methods_are_encoders_then_comparators(run):
    assert Results(run).methods[:3] == ["elman-comovement", "jordan-forecast", "pearson"]


def test_scores_follow_the_order_of_the_firms(run):
    path = run / "scores/pearson.parquet"
    scores = pd.read_parquet(path)
    write_parquet(scores.iloc[::-1, ::-1], path)
    np.testing.assert_allclose(Results(run).scores("pearson"), scores.to_numpy(), rtol=1e-12)


def test_missing_file_is_named(run):
    (run / "association/summary.csv").unlink()
    with pytest.raises(ResultsError, match=r"association/summary\.csv is missing"):
        Results(run)


def test_a_summary_of_before_the_correction_is_refused(run):
    path = run / "association/summary.csv"
    write_csv(read_csv(path).drop(columns="p_holm"), path)
    with pytest.raises(ResultsError, match=r"summary\.csv: has no column 'p_holm'; remove it"):
        Results(run)


def test_reasons_are_those_of_the_missing_statistics(run):
    results = Results(run)
    missing = results.summary[results.summary["value"].isna()]
    keys = list(missing[["method", "attribute", "measure"]].itertuples(index=False, name=None))
    assert results.reasons == dict.fromkeys(keys, "these firms do not allow it")
    assert len(keys) == 1


def test_firm_without_a_row_is_named(run):
    path = run / "firms.csv"
    write_text("".join(line for line in path.open() if not line.startswith("0050")), path)
    with pytest.raises(ResultsError, match="'0050' has scores but no row"):
        _ = Results(run).firms


def test_missing_score_is_named(run):
    path = run / "scores/pca-10.parquet"
    write_parquet(pd.read_parquet(path).drop(index="NA"), path)
    with pytest.raises(ResultsError, match=r"pca-10\.parquet: a score of 'NA' is missing"):
        Results(run).scores("pca-10")
