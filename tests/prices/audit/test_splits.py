"""Steps by a split ratio: named as such, and told from news."""

import numpy as np
import pandas as pd
import pytest
from one_stage import run_checks

from firmsim.prices.audit.jumps import jumps
from firmsim.prices.audit.spikes import spikes
from firmsim.prices.audit.splits import splits


def found(values):
    index = pd.bdate_range("2012-01-02", periods=len(values), name="date")
    panel = pd.DataFrame(values, index, [f"F{firm}" for firm in range(values.shape[1])])
    flags, table = run_checks([spikes, splits, jumps], panel)
    return flags["split"], flags["jump"], table


def walk(rng, volatility):
    return np.exp(np.cumsum(rng.normal(0, volatility, (200, 8)), axis=0))


@pytest.mark.parametrize(
    ("factor", "read"),
    [
        (2, "a 2-for-1 split missed, or a 1-for-2 split adjusted for twice"),
        (3 / 2, "a 3-for-2 split missed, or a 2-for-3 split adjusted for twice"),
        (1 / 10, "a 1-for-10 split missed, or a 10-for-1 split adjusted for twice"),
        (1 / 3, "a 1-for-3 split missed, or a 3-for-1 split adjusted for twice"),
    ],
)
def test_a_split_is_read_both_ways(rng, factor, read):
    values = walk(rng, 0.01)
    values[:100, 3] *= factor
    stepped, jumped, table = found(values)
    assert np.argwhere(stepped).tolist() == [[100, 3]]
    assert not jumped.any()
    assert table.loc[0, "kind"] == "split"
    change = values[100, 3] / values[99, 3] - 1
    assert table.loc[0, "value"] == f"{change:+.1%} in a day: {read}"


def test_a_split_of_a_restless_firm_is_found_and_another_step_so_large_is_not(rng):
    values = walk(rng, 0.03)
    values[:100, 3] *= 3
    assert np.argwhere(found(values)[0]).tolist() == [[100, 3]]
    values[:100, 3] *= 2.45 / 3
    stepped, jumped, _ = found(values)
    assert not stepped.any() | jumped.any()


def test_the_same_fall_with_aftershocks_is_news(rng):
    values = walk(rng, 0.03)
    values[:100, 3] *= 3
    values[101:, 3] *= 1.2
    values[102:, 3] *= 0.85
    stepped, jumped, _ = found(values)
    assert not stepped.any() | jumped.any()


def test_a_price_that_is_back_the_next_day_was_wrong(rng):
    values = walk(rng, 0.01)
    values[50, 2] *= 2
    stepped, jumped, table = found(values)
    assert np.argwhere(jumped).tolist() == [[50, 2]]
    assert not stepped.any()
    assert table.loc[0, "value"].endswith("in a day, taken back the next day")


def test_a_crash_with_a_rebound_is_none_of_it(rng):
    """As March 2020: everybody falls by half, one firm twice, and all come back at once."""
    values = walk(rng, 0.01)
    values[100] *= 0.5
    values[100:104, 1] *= [0.6, 0.8, 0.9, 0.85]
    values[90:130, 1] *= np.exp(np.cumsum(rng.normal(0, 0.07, 40)))
    stepped, jumped, _ = found(values)
    assert not stepped[:, [0, 2, 3, 4, 5, 6, 7]].any()
    assert not jumped[:, [0, 2, 3, 4, 5, 6, 7]].any()
