"""Large moves and their weights: the fast search compared with the definition."""

import numpy as np
import pandas as pd
import pytest
from naive_audit import ref_moves

from firmsim.prices.audit.changes import changes_of
from firmsim.prices.audit.moves import closeness, moves


def walk(rng, n_days, n_firms, volatility=0.01):
    market = rng.normal(0, 0.01, (n_days, 1))
    return np.exp(np.cumsum(market + rng.normal(0, volatility, (n_days, n_firms)), axis=0))


@pytest.mark.parametrize(("n_days", "n_firms"), [(300, 8), (60, 3)])
def test_moves_match_the_definition(rng, n_days, n_firms):
    prices = walk(rng, n_days, n_firms)
    for size in np.linspace(-1, 1, 40):
        prices[rng.integers(1, n_days) :, rng.integers(n_firms)] *= np.exp(size)
    prices[n_days // 2 :, 1] = (
        3 * prices[n_days // 2, 1] * np.linspace(1, 1.02, n_days - n_days // 2)
    )
    prices[rng.random(prices.shape) < 0.05] = np.nan
    prices[:, 0] = np.where(np.arange(n_days) < n_days // 2, 1.0, 2.0)  # constant, but for one step
    ref = ref_moves(prices, floor=0.2, window=30)
    comp = moves(changes_of(pd.DataFrame(prices)), floor=0.2, window=30)
    assert len(ref) >= 10
    assert list(zip(comp.firm, comp.day, strict=True)) == sorted(ref)
    assert 0 < comp.pinned.sum() < len(ref)
    values = np.column_stack([comp.size, comp.spread, comp.scale, comp.weight, comp.pinned])
    np.testing.assert_allclose(values, [ref[key] for key in sorted(ref)])


def test_aftershocks_lower_the_weight_and_calm_raises_it(rng):
    prices = walk(rng, 200, 6)
    prices[100:, 0] *= 2
    calm = moves(changes_of(pd.DataFrame(prices)), 0.3, 60)
    prices[101:, 0] *= 1.1
    shaken = moves(changes_of(pd.DataFrame(prices)), 0.3, 60)
    assert shaken.weight[0] < 0.8 * calm.weight[0]
    assert calm.weight[0] > 0.8 * calm.size[0] / calm.scale[0]


def test_a_fall_weighs_less_than_a_rise_as_it_is_more_often_news(rng):
    prices = walk(rng, 200, 6, volatility=0.001)
    rise, fall = prices.copy(), prices.copy()
    rise[100:, 0] *= 2
    fall[100:, 0] /= 2
    weights = [moves(changes_of(pd.DataFrame(each)), 0.3, 60).weight[0] for each in (rise, fall)]
    assert weights[0] / weights[1] == pytest.approx(1.65**0.25, rel=0.05)


def test_other_large_moves_lower_the_weight_but_one_of_them_does_not(rng):
    """One may be an error as well, and two errors must not hide each other."""
    prices = walk(rng, 400, 6)
    prices[200:, 0] *= 2
    alone = moves(changes_of(pd.DataFrame(prices)), 0.5, 60).weight[0]
    prices[50:, 0] *= 3
    second = moves(changes_of(pd.DataFrame(prices)), 0.5, 60)
    assert second.day.tolist() == [50, 200]
    assert second.weight[1] == pytest.approx(alone, rel=0.01)
    for day in (20, 80, 110, 300, 330):
        prices[day:, 0] *= 1.2
    habitual = moves(changes_of(pd.DataFrame(prices)), 0.5, 60).weight[1]
    assert habitual < 0.8 * alone


@pytest.mark.parametrize("times", [0.1, 0.2, 0.5, 1.0])
def test_a_price_that_hardly_moves_afterwards_is_pinned(rng, times):
    steps = rng.normal(0, 0.02, (200, 6))
    steps[101:, 0] *= times
    steps[100, 0] = 0.5
    prices = np.exp(np.cumsum(steps, axis=0))
    pinned = moves(changes_of(pd.DataFrame(prices)), 0.3, 60).pinned
    assert pinned.tolist() == [times < 0.3]


def test_closeness_is_one_at_home_and_falls(rng):
    factors = closeness(np.array([0.0, 1.0, 3.0]))
    np.testing.assert_allclose(factors, [1, (4 / 3) ** -0.5, 4**-0.5])
