"""Hundredfold steps: which prices are in the wrong unit."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from naive_audit import ref_unit_runs
from one_stage import run_checks

from firmsim.prices.audit.units import unit_errors


def flags_of(prices):
    index = pd.bdate_range("2012-01-02", periods=len(prices), name="date")
    panel = pd.DataFrame({"A": prices, "B": np.linspace(1, 20, len(prices))}, index)
    flags, table = run_checks([unit_errors], panel)
    return flags["unit_error"], table


@pytest.mark.parametrize("factor", [100, 0.01])
@pytest.mark.parametrize("rows", [slice(30, 31), slice(20, 50), slice(0, 12), slice(80, 100)])
def test_rows_in_the_rarer_unit_are_found_as_one(rng, factor, rows):
    prices = 50 * np.exp(np.cumsum(rng.normal(0, 0.02, 100)))
    prices[rows] *= factor
    flags, table = flags_of(prices)
    assert np.argwhere(flags).tolist() == [[row, 0] for row in range(100)[rows]]
    value = f"price {prices[rows][0]:g} on {len(range(100)[rows])} trading days, a hundredfold off"
    assert table[["ticker", "kind", "value"]].to_numpy().tolist() == [["A", "unit_error", value]]


def test_a_price_that_grows_a_hundredfold_in_years_is_right():
    flags, _ = flags_of(np.geomspace(1, 1000, 500))
    assert not flags.any()


@pytest.mark.parametrize(("gap", "found"), [(9, True), (10, False)])
def test_a_step_after_a_long_gap_may_be_another_firm(gap, found):
    prices = np.ones(100)
    prices[60:] = 100
    prices[60 : 60 + gap] = np.nan
    assert flags_of(prices)[0].any() == found


@given(
    lengths=st.lists(st.integers(1, 9), min_size=1, max_size=6),
    up=st.lists(st.booleans(), min_size=6, max_size=6),
    seed=st.integers(0, 99),
)
def test_runs_match_the_definition(lengths, up, seed):
    chance = np.random.default_rng(seed)
    level, levels = 0, []
    for length, rises in zip(lengths, up, strict=False):
        levels += [level] * length
        level += 1 if rises else -1
    noise = np.exp(np.cumsum(chance.normal(0, 0.05, len(levels))))
    prices = 10 * noise * 100.0 ** np.array(levels)
    ref = ref_unit_runs(prices)
    comp, _ = flags_of(prices)
    assert comp[:, 0].sum() == ref.sum()  # two units may be equally rare
