import numpy as np
import pytest

import naive_association as naive
from firmsim.association.estimate import MIN_INTERVAL_FIRMS, jackknifed

WITHOUT = np.array([0.40, 0.45, 0.50, 0.55, 0.62, 0.48])


def interval(estimate):
    return estimate.low, estimate.high


def test_interval_is_the_loop():
    values = iter([*WITHOUT, 0.5])  # those without each firm, then that of all
    expected = naive.jackknife_interval(lambda _: next(values), 6, (0, 1))
    found = jackknifed(0.5, WITHOUT, (0.0, 1.0), p=0.02)
    assert interval(found) == pytest.approx(expected)
    assert 0 < found.low < 0.5 < found.high < 1
    assert found.p == 0.02


def test_too_few_firms_have_no_interval():
    assert interval(jackknifed(0.5, WITHOUT[: MIN_INTERVAL_FIRMS - 1], (0.0, 1.0))) == (None, None)
    assert interval(jackknifed(0.5, WITHOUT[:MIN_INTERVAL_FIRMS], (0.0, 1.0))) != (None, None)


def test_only_firms_that_take_part_count():
    few = jackknifed(0.5, WITHOUT, (0.0, 1.0), n_taking_part=MIN_INTERVAL_FIRMS - 1)
    assert interval(few) == (None, None)
    enough = jackknifed(0.5, WITHOUT, (0.0, 1.0), n_taking_part=MIN_INTERVAL_FIRMS)
    assert interval(enough) == interval(jackknifed(0.5, WITHOUT, (0.0, 1.0)))


@pytest.mark.parametrize("n", [6, 400])
@pytest.mark.parametrize("value", [1.0, 3 / 7])
def test_no_spread_is_unknown_spread(n, value):
    rounding = 1e-15 * np.random.default_rng(0).normal(size=n)
    found = jackknifed(value, value + rounding, (-1.0, 1.0), p=0.01)
    assert (found.value, found.low, found.high, found.p) == (value, None, None, 0.01)


def test_a_statistic_that_needs_a_firm_has_no_interval():
    assert interval(jackknifed(0.5, np.append(WITHOUT, np.nan), (0.0, 1.0))) == (None, None)


def test_the_whole_range_is_no_interval():
    wide = np.array([-0.9, 0.9, -0.5, 0.8, 0.1])
    assert interval(jackknifed(0.1, wide, (-1.0, 1.0))) == (None, None)
    low, high = interval(jackknifed(0.1, wide, (-1.0, 9.0)))  # cut off on one side only
    assert low == -1
    assert 1 < high < 9
