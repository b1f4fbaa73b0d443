import math

import numpy as np
import pandas as pd
import pytest

from firmsim.association.future import later_correlation
from firmsim.association.permutation.holm import holm
from firmsim.association.retrieval import precision_at, same_sector_auc
from firmsim.evaluation.figure import evaluation_figure
from firmsim.evaluation.protocol import (
    ALL,
    MEASURES,
    UNSEEN,
    contributions,
    differences,
    evaluate,
    measure,
    tabulate,
)
from firmsim.evaluation.windows import WHOLE, Window
from firmsim.similarity.correlation import masked_correlation

TICKERS = [f"F{i:02}" for i in range(36)]
UNTRAINED = tuple(name for name in MEASURES if name != "sector_f1")
WINDOWS = [Window("60", 0, 60, 160), Window("60", 60, 120, 220), Window(WHOLE, 0, 120, 220)]


@pytest.fixture(scope="module")
def firms():
    """36 firms in 3 sectors of 2 industries; every fourth is unseen."""
    return pd.DataFrame(
        {
            "ticker": TICKERS,
            "sector": np.repeat(["A", "B", "C"], 12),
            "industry": np.repeat([f"I{k}" for k in range(6)], 6),
            "unseen": np.arange(36) % 3 == 0,
        }
    )


@pytest.fixture(scope="module")
def q(firms):
    """220 days on which firms of a sector, and more so of an industry, move together."""
    rng = np.random.default_rng(0)
    sectors = pd.get_dummies(firms["sector"]).to_numpy(float)
    industries = pd.get_dummies(firms["industry"]).to_numpy(float)
    moves = rng.normal(size=(220, 3)) @ sectors.T + rng.normal(size=(220, 6)) @ industries.T
    return pd.DataFrame(moves + 2 * rng.normal(size=(220, 36)), columns=TICKERS)


def correlation(q, noise=0.0):
    """Scores of a window: its correlation, and some noise."""

    def score(position):
        window = WINDOWS[position]
        scores = masked_correlation(q.iloc[window.start : window.end].to_numpy())
        shaken = np.random.default_rng(position).uniform(-noise, noise, scores.shape)
        scores = np.clip(scores + (shaken + shaken.T) / 2, -1, 1)
        np.fill_diagonal(scores, 1.0)
        return pd.DataFrame(scores, TICKERS, TICKERS)

    return score


@pytest.fixture(scope="module")
def methods(q, firms):
    """Two seeds of an encoder, its comparator and one that is worse."""
    good = [evaluate(correlation(q, 0.05), WINDOWS, firms, q).assign(seed=k) for k in (0, 1)]
    return {
        "encoder": contributions(pd.concat(good)),
        "exact": contributions(evaluate(correlation(q), WINDOWS, firms, q).assign(seed=0)),
        "noisy": contributions(evaluate(correlation(q, 1.5), WINDOWS, firms, q).assign(seed=0)),
    }


def test_measures_are_those_of_the_library(q, firms):
    scores, labels = correlation(q)(0), firms.set_index("ticker")
    found = measure(scores, labels["sector"], labels["industry"], q.iloc[60:160], classify=False)
    assert tuple(found) == UNTRAINED
    array, sector = scores.to_numpy(), firms["sector"].to_numpy()
    assert found["auc"][0] == same_sector_auc(array, sector).value
    industry = firms["industry"].to_numpy()
    assert found["industry_precision_at_10"][0] == precision_at(array, industry).value
    assert found["future_peers"][0] > later_correlation(scores, q.iloc[60:160]).mean().mean()


def test_only_the_whole_fit_period_is_classified(q, firms):
    found = evaluate(correlation(q), WINDOWS, firms, q)
    classified = found[found["measure"] == "sector_f1"]
    assert set(classified["window"]) == {WHOLE}
    assert set(classified["split"]) == {ALL}  # the unseen have no two sectors of ten firms
    assert set(classified["ticker"]) == {"", *TICKERS}


def test_contributions_have_the_spread_of_the_jackknife(q, firms):
    scores, labels = correlation(q)(0), firms.set_index("ticker")
    value, pseudo = measure(
        scores, labels["sector"], labels["industry"], q.iloc[60:160], classify=False
    )["auc"]
    estimate = same_sector_auc(scores.to_numpy(), firms["sector"].to_numpy())
    half = (estimate.high - estimate.low) / 2
    assert 2.03 * pseudo.std() / 6 == pytest.approx(half, rel=0.01)  # t of 35 degrees of freedom
    assert pseudo.mean() == pytest.approx(value, abs=0.02)


def test_firms_contribute_their_own_value_where_there_is_one(q, firms):
    scores, labels = correlation(q)(0), firms.set_index("ticker")
    found = measure(scores, labels["sector"], labels["industry"], q.iloc[60:160], classify=False)
    ranked = scores.apply(lambda row: row.drop(row.name).nlargest(10).index, result_type="reduce")
    own = [np.mean(labels["sector"][ranked[t]] == labels["sector"][t]) for t in TICKERS]
    np.testing.assert_allclose(found["precision_at_10"][1], own)
    assert found["knn_accuracy"][1].isin([0, 1]).all()
    assert found["future_peers"][1].mean() == pytest.approx(found["future_peers"][0])


def test_firms_without_a_sector_count_in_no_sector_measure(q, firms):
    labels = firms.set_index("ticker")
    sector = labels["sector"].mask(labels.index == "F07", "")
    found = measure(correlation(q)(0), sector, labels["industry"], q.iloc[60:160], classify=False)
    assert "F07" not in found["auc"][1].index
    assert "F07" in found["industry_auc"][1].index
    assert "F07" in found["future_peers"][1].index


def test_without_industries_there_is_no_measure_of_them(q, firms):
    labels = firms.set_index("ticker")
    found = measure(
        correlation(q)(0), labels["sector"], labels["industry"] * 0, q.iloc[60:160], classify=False
    )
    assert not any(name.startswith("industry") for name in found)


def test_unseen_firms_are_measured_among_themselves(q, firms):
    found = evaluate(correlation(q), WINDOWS, firms, q)
    unseen = found[(found["split"] == UNSEEN) & (found["ticker"] != "")]
    assert set(unseen["ticker"]) == set(firms.loc[firms["unseen"], "ticker"])
    rows = found[(found["split"] == UNSEEN) & (found["ticker"] == "")]
    value = rows.query("measure == 'auc' and window == 'all'")["value"].item()
    chosen = firms["unseen"].to_numpy()
    among = correlation(q)(2).to_numpy()[np.ix_(chosen, chosen)]
    assert value == same_sector_auc(among, firms["sector"][chosen].to_numpy()).value


def test_scores_never_see_the_days_that_judge_them(q, firms):
    changed = q.copy()
    changed.iloc[160:] = np.random.default_rng(9).normal(size=(60, 36))
    before, after = (
        evaluate(correlation(panel), WINDOWS[:1], firms, panel) for panel in (q, changed)
    )
    pd.testing.assert_frame_equal(before, after)  # the window is judged by days 60 to 159


def test_table_holds_means_over_windows_and_seeds(methods, q, firms):
    table = tabulate(methods, 200, 0)
    assert list(table) == ["method", "window", "split", "measure", "value", "low", "high", "n"]
    assert len(table) == 3 * (2 * 2 * len(UNTRAINED) + 1)  # the classifier in one cell
    assert (table["low"] <= table["value"] + 1e-12).all()
    assert (table["value"] <= table["high"] + 1e-12).all()
    row = table.query(
        "method == 'exact' and window == '60' and split == 'all firms' and measure == 'auc'"
    )
    sector = firms["sector"].to_numpy()
    each = [same_sector_auc(correlation(q)(k).to_numpy(), sector).value for k in (0, 1)]
    assert row["value"].item() == pytest.approx(np.mean(each))
    assert row["n"].item() == 36
    pd.testing.assert_frame_equal(table, tabulate(methods, 200, 0))


def test_differences_are_paired(methods):
    table = differences(methods, ["encoder"], ["exact", "noisy"], 200, 0)
    assert set(table["against"]) == {"exact", "noisy"}
    assert table.groupby(["window", "split", "measure"])["best"].sum().eq(1).all()
    auc = table.query("measure == 'auc' and split == 'all firms' and window == '60'")
    auc = auc.set_index("against")
    assert auc.loc["noisy", "low"] > 0
    assert not auc.loc["noisy", "best"]
    alone = tabulate(methods, 200, 0).query(
        "measure == 'auc' and split == 'all firms' and window == '60' and method == 'exact'"
    )
    width = auc.loc["exact", "high"] - auc.loc["exact", "low"]
    assert width < (alone["high"] - alone["low"]).item() / 2


def test_differences_to_the_best_are_one_family_an_encoder(methods):
    table = differences(methods, ["encoder", "noisy"], ["exact", "noisy"], 200, 0)
    assert table["p_holm"].notna().equals(table["best"].astype(bool))
    for _, rows in table[table["best"]].groupby("method"):
        z = rows["value"].abs() / ((rows["high"] - rows["low"]) / (2 * 1.959963984540054))
        raw = [math.erfc(value / math.sqrt(2)) for value in z.fillna(0)]
        np.testing.assert_allclose(rows["p_holm"], holm(raw), atol=1e-9)


def test_a_sample_of_the_firms_is_measured_and_not_compared(methods, q, firms):
    some = TICKERS[::2]
    found = evaluate(lambda k: correlation(q)(k).loc[some, some], WINDOWS, firms, q)
    sample = {**methods, "sample": contributions(found.assign(seed=0))}
    rows = tabulate(sample, 20, 0).query("method == 'sample' and split == 'all firms'")
    assert set(rows["n"]) == {len(some)}
    table = differences(sample, ["encoder"], ["exact", "sample"], 20, 0)
    assert set(table["against"]) == {"exact"}
    assert table["best"].all()


def test_a_method_does_not_differ_from_itself(methods):
    twice = {"encoder": methods["exact"], "exact": methods["exact"]}
    table = differences(twice, ["encoder"], ["exact"], 50, 0)
    np.testing.assert_allclose(table[["value", "low", "high"]], 0, atol=1e-12)
    assert table["p_holm"].eq(1).all()


def test_figure_draws_every_method(methods):
    table = tabulate({**methods, "random": methods["noisy"]}, 50, 0)
    figure = evaluation_figure(table, ["encoder"], ["exact", "noisy", "random"])
    assert len(figure.axes) == 8
    named = {text.get_text() for text in figure.legends[0].get_texts()}
    assert named == {"encoder", "a comparator", "best comparator at each length", "random"}


def test_figure_of_firms_without_sectors(methods):
    table = tabulate({**methods, "random": methods["noisy"]}, 50, 0)
    known = table[table["measure"] == "future_spearman"]
    figure = evaluation_figure(known, ["encoder"], ["exact", "noisy", "random"])
    assert "encoder" in {text.get_text() for text in figure.legends[0].get_texts()}
