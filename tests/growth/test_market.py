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
