"""Steps of one day: wrong prices, splits and jumps, and moves that are none of these."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from one_stage import run_checks

from firmsim.config import Audit
from firmsim.prices.audit.jumps import jumps
from firmsim.prices.audit.spikes import spikes
from firmsim.prices.audit.splits import splits


def panel(values):
    index = pd.bdate_range("2012-01-02", periods=len(values), name="date")
    return pd.DataFrame(values, index, [f"F{firm}" for firm in range(values.shape[1])])


def walk(rng, n_days, n_firms, volatility=0.01):
    market = rng.normal(0, 0.01, (n_days, 1))
    return np.exp(np.cumsum(market + rng.normal(0, volatility, (n_days, n_firms)), axis=0))


def found(values, **changed):
    flags, table = run_checks([spikes, splits, jumps], panel(values), Audit(**changed))
    assert not (flags["split"] & flags["jump"]).any()
    return flags["split"] | flags["jump"], table


@pytest.mark.parametrize("firm", range(3))
def test_a_wrong_adjustment_among_three_firms_is_found(rng, firm):
    prices = walk(rng, 60, 3)
    prices[25:, firm] *= 1.77
    flags, findings = found(prices)
    assert np.argwhere(flags).tolist() == [[25, firm]]
    assert findings[["ticker", "date"]].to_numpy().tolist() == [[f"F{firm}", "2012-02-06"]]
    assert findings.loc[0, "value"].startswith(f"{prices[25, firm] / prices[24, firm] - 1:+.1%} in")


@pytest.mark.parametrize("factor", [3, 1 / 3])
def test_the_jump_of_one_of_three_is_not_laid_on_the_others(rng, factor):
    prices = walk(rng, 60, 3)
    prices[25:, 1] *= factor
    assert np.argwhere(found(prices)[0]).tolist() == [[25, 1]]


def test_one_wrong_price_is_one_finding_and_the_right_ones_stay(rng):
    prices = walk(rng, 100, 5)
    prices[50, 2] *= 100
    flags, findings = found(prices)
    assert np.argwhere(flags).tolist() == [[50, 2]]
    assert len(findings) == 1


def test_two_jumps_the_same_way_are_two_findings(rng):
    prices = walk(rng, 100, 5)
    prices[50:, 2] *= 2
    prices[51:, 2] *= 2
    flags, _ = found(prices)
    assert np.argwhere(flags).tolist() == [[50, 2], [51, 2]]


def test_a_crash_of_everybody_is_no_jump(rng):
    prices = walk(rng, 100, 6)
    prices[50:] *= 0.5
    flags, _ = found(prices)
    assert not flags.any()


@pytest.mark.parametrize("restless", [slice(0, 100), slice(100, 200)])
def test_a_move_at_the_edge_of_restless_times_is_no_jump(rng, restless):
    """As at the onset and at the end of 2008: a fall by 38 % between calm days and wild ones."""
    steps = rng.normal(0, 0.01, (200, 8))
    calm = np.exp(np.cumsum(steps, axis=0))
    calm[100:, 0] /= 1.6
    assert found(calm)[0].sum() == 1
    steps[restless, 0] *= 4
    wild = np.exp(np.cumsum(steps, axis=0))
    wild[100:, 0] /= 1.6
    assert found(wild)[0].sum() == 0


def test_a_bid_is_no_jump_and_a_rise_that_pins_nothing_is(rng):
    steps = rng.normal(0, 0.015, (200, 8))
    steps[100, 0] = 0.45
    assert found(np.exp(np.cumsum(steps, axis=0)))[0].sum() == 1
    steps[101:, 0] /= 10
    assert found(np.exp(np.cumsum(steps, axis=0)))[0].sum() == 0
    steps[100, 0] = -0.45  # nobody bids less
    assert found(np.exp(np.cumsum(steps, axis=0)))[0].sum() == 1


def test_a_small_move_of_a_still_price_is_no_jump_and_a_large_one_is(rng):
    prices = walk(rng, 100, 5)
    prices[:, 0] = 1.0
    prices[50:, 0] = 1.2
    others = np.column_stack([prices[:, 0], np.ones((100, 4))])
    assert not found(others)[0].any()
    others[50:, 0] = 1.7
    flags, findings = found(others)
    assert np.argwhere(flags).tolist() == [[50, 0]]
    assert findings.loc[0, "value"] == "+70.0% in a day, after standing still"


def test_too_few_changes_say_nothing(rng):
    prices = walk(rng, 10, 4)
    prices[5:, 1] *= 3
    assert not found(prices)[0].any()


@settings(max_examples=25)
@given(
    seed=st.integers(0, 999),
    scales=st.lists(st.floats(0.01, 100), min_size=6, max_size=6),
    order=st.permutations(range(6)),
)
def test_neither_the_level_nor_the_order_of_the_firms_matters(seed, scales, order):
    chance = np.random.default_rng(seed)
    prices = walk(chance, 150, 6, chance.uniform(0.005, 0.03))
    for factor in chance.choice([0.5, 1.77, 100, 3], 3):
        prices[chance.integers(20, 130) :, chance.integers(6)] *= factor
    prices[chance.integers(20, 130), chance.integers(6)] *= 2
    flags, _ = found(prices)
    again, _ = found((prices * scales)[:, order])
    np.testing.assert_array_equal(again, flags[:, order])


@settings(max_examples=25)
@given(seed=st.integers(0, 999), fall=st.floats(0.3, 0.9))
def test_a_market_wide_fall_of_any_size_flags_nobody(seed, fall):
    chance = np.random.default_rng(seed)
    prices = walk(chance, 150, 8, chance.uniform(0.005, 0.03))
    prices[chance.integers(20, 130) :] *= fall
    assert not found(prices)[0].any()
