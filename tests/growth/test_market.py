"""The market without the firm itself: the smallest markets in closed form."""

import numpy as np

from firmsim.growth import mean_of_others


def test_of_two_firms_each_is_the_market_of_the_other():
    market, used = mean_of_others(np.array([[1.0, 4.0], [-2.0, 0.5]]))
    np.testing.assert_array_equal(market, [[4.0, 1.0], [0.5, -2.0]])
    assert used.all()


def test_a_missing_firm_is_in_nobodys_market_and_a_firm_alone_has_none():
    nan = np.nan
    market, used = mean_of_others(np.array([[1.0, nan, 4.0], [nan, 3.0, nan]]))
    np.testing.assert_array_equal(market, [[4.0, 0.0, 1.0], [0.0, 0.0, 0.0]])
    np.testing.assert_array_equal(used, [[True, False, True], [False, False, False]])


def test_of_many_firms_the_market_is_the_mean_of_the_others(rng):
    growth = rng.normal(size=(9, 5))
    growth[rng.random(growth.shape) < 0.3] = np.nan
    market, used = mean_of_others(growth)
    for day, row in enumerate(growth):
        for firm in range(5):
            others = np.delete(row, firm)
            others = others[~np.isnan(others)]
            known = bool(len(others)) and not np.isnan(row[firm])
            assert used[day, firm] == known
            assert abs(market[day, firm] - (others.mean() if known else 0)) < 1e-12
