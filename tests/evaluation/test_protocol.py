import numpy as np
import pandas as pd
import pytest
from planted import FAST, TICKERS, WINDOWS, correlation

from firmsim.association.auc import same_sector_auc
from firmsim.association.horizon import horizon_correlation
from firmsim.association.retrieval import precision_at
from firmsim.evaluation.protocol import ALL, UNSEEN, evaluate, measure
from firmsim.evaluation.windows import WHOLE


def test_measures_are_those_of_the_library(q, firms):
    scores, labels = correlation(q)(0), firms.set_index("ticker")
    found = measure(scores, labels["sector"], labels["industry"], q.iloc[60:160], slow=False)
    assert list(found) == FAST
    array, sector = scores.to_numpy(), firms["sector"].to_numpy()
    assert found["auc"][0] == same_sector_auc(array, sector).value
    industry = firms["industry"].to_numpy()
    assert found["industry_precision_at_10"][0] == precision_at(array, industry).value
    assert found["horizon_peers"][0] > horizon_correlation(scores, q.iloc[60:160]).mean().mean()


def test_only_the_whole_fit_period_is_classified(q, firms):
    found = evaluate(correlation(q), WINDOWS, firms, q)
    classified = found[found["measure"] == "sector_f1"]
    assert set(classified["window"]) == {WHOLE}
    assert set(classified["split"]) == {ALL}  # the unseen have no two sectors of ten firms
    assert set(classified["ticker"]) == {"", *TICKERS}


def test_contributions_have_the_spread_of_the_jackknife(q, firms):
    scores, labels = correlation(q)(0), firms.set_index("ticker")
    value, pseudo = measure(
        scores, labels["sector"], labels["industry"], q.iloc[60:160], slow=False
    )["auc"]
    estimate = same_sector_auc(scores.to_numpy(), firms["sector"].to_numpy())
    half = (estimate.high - estimate.low) / 2
    assert 2.03 * pseudo.std() / 6 == pytest.approx(half, rel=0.01)  # t of 35 degrees of freedom
    assert pseudo.mean() == pytest.approx(value, abs=0.02)


def test_firms_contribute_their_own_value_where_there_is_one(q, firms):
    scores, labels = correlation(q)(0), firms.set_index("ticker")
    found = measure(scores, labels["sector"], labels["industry"], q.iloc[60:160], slow=False)
    ranked = scores.apply(lambda row: row.drop(row.name).nlargest(10).index, result_type="reduce")
    own = [np.mean(labels["sector"][ranked[t]] == labels["sector"][t]) for t in TICKERS]
    np.testing.assert_allclose(found["precision_at_10"][1], own)
    assert found["knn_accuracy"][1].isin([0, 1]).all()
    assert found["horizon_peers"][1].mean() == pytest.approx(found["horizon_peers"][0])


def test_firms_without_a_sector_count_in_no_sector_measure(q, firms):
    labels = firms.set_index("ticker")
    sector = labels["sector"].mask(labels.index == "F07", "")
    found = measure(correlation(q)(0), sector, labels["industry"], q.iloc[60:160], slow=False)
    assert "F07" not in found["auc"][1].index
    assert "F07" in found["industry_auc"][1].index
    assert "F07" in found["horizon_peers"][1].index


def test_without_industries_there_is_no_measure_of_them(q, firms):
    labels = firms.set_index("ticker")
    found = measure(
        correlation(q)(0), labels["sector"], labels["industry"] * 0, q.iloc[60:160], slow=False
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
