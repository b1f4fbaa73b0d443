"""Growth rates: closed form, missing prices, refusals."""

import numpy as np
import pandas as pd
import pytest

import naive
from firmsim.errors import PriceError
from firmsim.growth import growth_by_session, growth_rates


class TestGrowthRates:
    def test_closed_form(self, prices):
        expected = 252 * np.log(prices / prices.shift()).iloc[1:]
        pd.testing.assert_frame_equal(growth_rates(prices), expected)

    def test_matches_naive(self, prices):
        ref = naive.growth_rates(prices.to_numpy(), dt=0.25)
        comp = growth_rates(prices, dt=0.25)
        np.testing.assert_allclose(comp, ref, rtol=1e-12)

    def test_risk_free_rate_is_in_the_same_unit(self, prices):
        comp = growth_rates(prices, risk_free_rate=0.03)
        pd.testing.assert_frame_equal(comp, growth_rates(prices) - 0.03)

    def test_missing_stays_missing(self, prices):
        observed = prices.notna() & prices.shift().notna()
        pd.testing.assert_frame_equal(growth_rates(prices).notna(), observed.iloc[1:])

    @pytest.mark.parametrize(("value", "written"), [(0.0, "0"), (-1.5, "-1.5")])
    def test_impossible_price_is_named(self, prices, value, written):
        prices.iloc[7, 2] = value
        day = f"{prices.index[7]:%Y-%m-%d}"
        with pytest.raises(PriceError, match=f"price of 'F2' on {day} is {written};"):
            growth_rates(prices)

    def test_days_must_be_sorted_and_unique(self, prices):
        for order in ([1, 0, 2], [0, 1, 1]):
            with pytest.raises(PriceError, match="sorted and unique") as error:
                growth_rates(prices.iloc[order])
            assert error.value.parameter == "prices"

    def test_the_unit_of_the_price_does_not_matter(self, prices):
        for unit in (1e-3, 1e3):  # most prices are below one, or far above
            np.testing.assert_allclose(growth_rates(prices * unit), growth_rates(prices), atol=1e-9)

    def test_numbers_kept_as_objects_are_numbers(self, prices):
        pd.testing.assert_frame_equal(growth_rates(prices.astype(object)), growth_rates(prices))

    @pytest.mark.parametrize("n_days", [0, 1])
    def test_without_two_days_there_is_no_growth(self, prices, n_days):
        assert growth_rates(prices.iloc[:n_days]).shape == (0, 6)

    def test_input_is_left_alone(self, prices):
        before = prices.copy()
        growth_rates(prices)
        pd.testing.assert_frame_equal(prices, before)


def test_between_sessions_the_step_and_the_rate_are_those_given():
    days = pd.to_datetime(["2019-12-30", "2019-12-31", "2020-01-02", "2020-01-03", "2020-01-06"])
    nan = np.nan  # Tokyo is closed from 2019-12-31 to 2020-01-03
    values = {"A": [1.0, 2, 4, 8, 4], "T": [3.0, nan, nan, nan, 6], "B": [8.0, 4, 2, 1, 2]}
    calendars = {"A": "XNYS", "T": "XTKS", "B": "XNYS"}
    comp = growth_by_session(pd.DataFrame(values, days), calendars, dt=0.5, risk_free_rate=0.25)
    double = np.log(2) / 0.5
    up, down = double - 0.25, -double - 0.25
    ref = {"A": [up, up, up, down], "T": [nan, nan, nan, up], "B": [down, down, down, up]}
    pd.testing.assert_frame_equal(comp, pd.DataFrame(ref, days[1:]))
    yearly = growth_by_session(pd.DataFrame(values, days), calendars)
    pd.testing.assert_frame_equal(yearly, (comp + 0.25) * 126)  # 252 and no rate by default
