import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

import naive_association as naive
from firmsim.association.horizon import horizon_correlation, horizon_peers, horizon_spearman
from firmsim.similarity.correlation import masked_correlation


def square(values, tickers):
    return pd.DataFrame(values, index=tickers, columns=tickers)


def judged(scores, horizon_q):
    return horizon_spearman(scores, horizon_correlation(scores, horizon_q))


@pytest.fixture
def horizon():
    rng = np.random.default_rng(0)
    values = rng.normal(size=(120, 12)) + rng.normal(size=(120, 3)) @ rng.normal(size=(3, 12))
    return pd.DataFrame(values, columns=[f"F{i:02}" for i in range(12)])


@pytest.fixture
def scores(horizon):
    noise = np.random.default_rng(1).uniform(-0.3, 0.3, size=(12, 12))
    values = 0.6 * horizon.corr().to_numpy() + (noise + noise.T) / 2
    np.fill_diagonal(values, 1.0)
    return square(values, horizon.columns)


def test_matches_scipy(scores, horizon):
    upper = np.triu_indices(12, 1)
    expected = spearmanr(scores.to_numpy()[upper], horizon.corr().to_numpy()[upper]).statistic
    found = judged(scores, horizon)
    assert found.value == pytest.approx(expected)
    assert found.low < expected < found.high


def test_order_of_the_firms_does_not_matter(scores, horizon):
    turned = scores.iloc[::-1, ::-1]
    assert judged(turned, horizon).value == pytest.approx(judged(scores, horizon).value)


def test_perfect_foresight_is_one(horizon):
    scores = square(masked_correlation(horizon.to_numpy()), horizon.columns)
    found = judged(scores, horizon)
    assert found.value == pytest.approx(1)
    assert (found.low, found.high) == (None, None)  # its linearised spread is 0, which is unknown


def test_firms_and_pairs_without_a_horizon_drop_out(scores, horizon):
    gone = horizon.copy()
    gone["F03"] = np.nan  # delisted
    gone.loc[:80, "F05"] = np.nan  # listed late: no common days with F06
    gone.loc[60:, "F06"] = np.nan
    correlation = gone.corr(min_periods=20).to_numpy()
    upper = np.triu_indices(12, 1)
    observed = ~np.isnan(correlation[upper])
    assert observed.sum() == 66 - 11 - 1
    expected = spearmanr(scores.to_numpy()[upper][observed], correlation[upper][observed]).statistic
    assert judged(scores, gone).value == pytest.approx(expected)
    without = gone.drop(columns="F03")
    assert judged(scores, without).value == pytest.approx(expected)


def test_interval_is_near_a_full_recomputation(scores, horizon):
    names = scores.columns.to_numpy()
    low, high = naive.jackknife_interval(
        lambda kept: judged(scores.loc[names[kept], names[kept]], horizon[names[kept]]).value,
        12,
        (-1, 1),
    )
    found = judged(scores, horizon)
    assert found.low == pytest.approx(low, abs=0.01)
    assert found.high == pytest.approx(high, abs=0.01)


@pytest.mark.parametrize("seed", range(5))
def test_four_firms_have_a_value_but_no_interval(horizon, seed):
    firms = np.random.default_rng(seed).choice(horizon.columns, 4, replace=False)
    noise = np.random.default_rng(seed).uniform(size=(4, 4))
    found = judged(square(noise + noise.T, firms), horizon)
    assert found.value is not None
    assert (found.low, found.high) == (None, None)


def test_impossible_says_why(scores, horizon):
    assert "there are 2" in judged(scores, horizon[["F00", "F01"]]).reason
    assert "there are 0" in judged(scores, horizon * np.nan).reason
    flat = square(np.eye(12), scores.columns)
    assert "equal" in judged(flat, horizon).reason


def test_a_firm_without_a_horizon_counts_in_no_interval(scores, horizon):
    gone = horizon.assign(F03=np.nan)
    without = scores.drop(index="F03", columns="F03")
    assert judged(scores, gone) == judged(without, gone)
    assert list(horizon_correlation(scores, gone).index) == list(without.index)


def peers_of(scores, horizon_q, k):
    """Mean correlation of each firm with its nearest peers, then over firms: a plain loop."""
    then = horizon_q.corr(min_periods=20)
    means = []
    for firm in then.index:
        observed = then[firm].drop(firm).dropna().index
        nearest = scores.loc[firm, observed].sort_values(ascending=False, kind="stable").index[:k]
        means.append(then.loc[firm, nearest].mean() if len(nearest) else 0.0)
    return np.mean(means)


@pytest.mark.parametrize("k", [1, 3, 10, 20])
@pytest.mark.parametrize("missing", [False, True])
def test_horizon_correlation_of_the_nearest_peers(scores, horizon, k, missing):
    if missing:
        horizon = horizon.copy()
        horizon.loc[:80, "F05"] = np.nan
        horizon.loc[60:, "F06"] = np.nan
    found = horizon_peers(scores, horizon_correlation(scores, horizon), k)
    assert found.value == pytest.approx(peers_of(scores, horizon, k))
    for position, firm in enumerate(scores.columns):
        rest = scores.drop(index=firm, columns=firm)
        expected = peers_of(rest, horizon.drop(columns=firm), k)
        assert found.without[position] == pytest.approx(expected)


def test_horizon_peers_need_three_firms(scores, horizon):
    two = horizon_correlation(scores, horizon[["F00", "F01"]])
    assert "there are 2" in horizon_peers(scores, two).reason
