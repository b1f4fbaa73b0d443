"""Growth rates and their cross-sectional transform: closed forms, causality, ranks."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import naive
from firmsim.errors import PriceError
from firmsim.growth import (
    cross_section,
    fit_days,
    fit_period,
    growth_rates,
    normal_scores,
    scaled_growth,
)


def table(values, columns=None):
    values = np.asarray(values, dtype=float)
    return pd.DataFrame(
        values,
        index=pd.bdate_range("2007-01-04", periods=len(values)),
        columns=columns or [f"F{k}" for k in range(values.shape[1])],
    )


@pytest.fixture
def prices(rng):
    """40 days of 6 firms, some prices missing."""
    values = 50 * np.exp(np.cumsum(0.02 * rng.normal(size=(40, 6)), axis=0))
    values[rng.random(values.shape) < 0.15] = np.nan
    return table(values)


@pytest.fixture
def growth(prices):
    return growth_rates(prices)


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
        known = prices.notna() & prices.shift().notna()
        pd.testing.assert_frame_equal(growth_rates(prices).notna(), known.iloc[1:])

    @pytest.mark.parametrize(("value", "written"), [(0.0, "0"), (-1.5, "-1.5")])
    def test_impossible_price_is_named(self, prices, value, written):
        prices.iloc[7, 2] = value
        day = f"{prices.index[7]:%Y-%m-%d}"
        with pytest.raises(PriceError, match=f"price of 'F2' on {day} is {written};"):
            growth_rates(prices)

    def test_days_must_be_sorted_and_unique(self, prices):
        for order in ([1, 0, 2], [0, 1, 1]):
            with pytest.raises(PriceError, match="sorted and unique"):
                growth_rates(prices.iloc[order])

    @pytest.mark.parametrize("n_days", [0, 1])
    def test_without_two_days_there_is_no_growth(self, prices, n_days):
        assert growth_rates(prices.iloc[:n_days]).shape == (0, 6)

    def test_input_is_left_alone(self, prices):
        before = prices.copy()
        growth_rates(prices)
        pd.testing.assert_frame_equal(prices, before)


class TestScaledGrowth:
    @pytest.mark.parametrize("halflife", [3.0, 20.0])
    def test_matches_naive(self, growth, halflife):
        volatility = naive.lagged_volatility(growth.to_numpy(), halflife)
        ref = np.clip(growth.to_numpy() / volatility, -2, 2)
        comp = scaled_growth(growth, halflife, clip=2)
        np.testing.assert_allclose(comp, ref, rtol=1e-9)
        assert (abs(ref) == 2).any()
        assert np.isfinite(ref).sum() > 100

    def test_missing_where_growth_is_and_until_two_earlier_ones(self, growth):
        known = growth.notna() & (growth.notna().cumsum().shift(fill_value=0) >= 2)
        pd.testing.assert_frame_equal(scaled_growth(growth).notna(), known)

    def test_does_not_depend_on_a_firms_scale(self, growth):
        scale = np.logspace(-3, 3, growth.shape[1])
        np.testing.assert_allclose(scaled_growth(growth * scale), scaled_growth(growth))

    def test_standing_still_is_missing_not_infinite(self, growth):
        growth["F0"], growth["F1"] = 0.0, 0.1
        assert scaled_growth(growth)[["F0", "F1"]].isna().all(axis=None)


@pytest.mark.parametrize("day", [5, 20, 39])
def test_a_later_day_never_changes_an_earlier_value(prices, day):
    changed = prices.copy()
    changed.iloc[day:] *= np.linspace(0.1, 9, 6)

    def stages(some):
        growth = growth_rates(some)
        scaled = scaled_growth(growth)
        return growth, scaled, normal_scores(scaled)

    for before, after in zip(stages(prices), stages(changed), strict=True):
        pd.testing.assert_frame_equal(before.iloc[: day - 1], after.iloc[: day - 1])
    assert not stages(prices)[0].equals(stages(changed)[0])


def test_the_first_days_alone_give_the_same_values(growth):
    whole = normal_scores(scaled_growth(growth))
    part = normal_scores(scaled_growth(growth.iloc[:25]))
    pd.testing.assert_frame_equal(part, whole.iloc[:25], check_freq=False)


ROWS = hnp.arrays(
    np.float64,
    st.tuples(st.integers(1, 3), st.integers(1, 9)),
    # few distinct values, so that there are ties; missing values
    elements=st.integers(-4, 4).map(float) | st.just(float("nan")),
)


class TestNormalScores:
    @given(ROWS)
    def test_matches_naive(self, values):
        np.testing.assert_allclose(
            normal_scores(table(values)), naive.normal_scores(values), atol=1e-9
        )

    @given(ROWS)
    def test_monotone_within_a_day(self, values):
        for row, score in zip(values, normal_scores(table(values)).to_numpy(), strict=True):
            np.testing.assert_array_equal(np.isnan(row), np.isnan(score))
            for i in np.flatnonzero(~np.isnan(row)):
                np.testing.assert_array_equal(row > row[i], score > score[i])

    @given(ROWS)
    def test_symmetric(self, values):
        np.testing.assert_allclose(
            normal_scores(table(-values)), -normal_scores(table(values)), atol=1e-12
        )

    @given(ROWS)
    def test_unchanged_by_monotone_transforms(self, values):
        expected = normal_scores(table(values))
        for transform in (np.exp, np.arctan, lambda v: v**3 + 2 * v - 5):
            pd.testing.assert_frame_equal(normal_scores(table(transform(values))), expected)

    @given(ROWS, st.integers(0, 5))
    def test_firms_inside_do_not_see_firms_outside(self, values, extra):
        reference = table(values)
        outside = {f"X{k}": np.linspace(-9, 9, len(values)) * k for k in range(extra)}
        comp = normal_scores(reference.assign(**outside), reference)
        pd.testing.assert_frame_equal(comp[list(reference)], normal_scores(reference))

    @given(ROWS, st.integers(-5, 5))
    def test_a_firm_outside_is_ranked_as_if_it_had_joined(self, values, value):
        reference = table(values)
        new = pd.DataFrame({"X": float(value)}, index=reference.index)
        comp = normal_scores(new, reference)["X"]
        joined = normal_scores(reference.assign(X=float(value)))["X"]
        pd.testing.assert_series_equal(comp, joined)

    def test_two_firms_outside_do_not_see_each_other(self, growth):
        inside = growth[["F0", "F1", "F2", "F3"]]
        together = normal_scores(growth[["F5", "F1", "F4"]], inside)
        assert list(together) == ["F5", "F1", "F4"]
        alone = normal_scores(growth[["F4"]], inside)
        pd.testing.assert_frame_equal(together[["F4"]], alone)

    def test_missing_outside_stays_missing(self, growth):
        comp = normal_scores(growth[["F5"]], growth[["F0", "F1"]])
        pd.testing.assert_frame_equal(comp.notna(), growth[["F5"]].notna())

    def test_a_firm_on_a_day_without_reference_is_the_median(self):
        reference = table([[np.nan, np.nan]])
        assert normal_scores(table([[3.0]], ["X"]), reference).iloc[0, 0] == 0

    def test_other_days_are_refused(self, growth):
        with pytest.raises(ValueError, match="same days"):
            normal_scores(growth.iloc[1:], growth)


class TestFitPeriod:
    @given(st.integers(2, 60), st.floats(0.001, 0.999))
    def test_first_days_at_least_one_never_all(self, n_days, share):
        growth = table(np.zeros((n_days, 1)))
        fit = fit_period(growth, share)
        assert 1 <= len(fit) < n_days
        assert abs(len(fit) - share * n_days) <= 1
        pd.testing.assert_frame_equal(fit, growth.iloc[: len(fit)], check_freq=False)

    @pytest.mark.parametrize(("shift", "count"), [(0, 8), (3, 5), (7, 1), (-1, 9), (-4, 10)])
    def test_fit_days_counts_scored_days_up_to_the_last_of_the_fit_period(self, shift, count):
        days = pd.bdate_range("2007-01-03", periods=30)
        training = pd.DataFrame(0.0, index=days[10:20], columns=["A"])  # 8 days are fitted on
        growth = pd.DataFrame(0.0, index=days[10 + shift : 20 + shift], columns=["B"])
        assert fit_days(growth, training, 0.8) == count

    def test_scored_firms_need_a_day_in_the_fit_period(self):
        days = pd.bdate_range("2007-01-03", periods=30)
        training = pd.DataFrame(0.0, index=days[10:20], columns=["A"])
        for others in (days[18:28], days[:10]):
            growth = pd.DataFrame(0.0, index=others, columns=["B"])
            with pytest.raises(PriceError, match="no day in common with the scored firms"):
                fit_days(growth, training, 0.8)

    def test_cross_section_is_scaled_growth_and_its_normal_scores(self, prices):
        growth = growth_rates(prices)
        scaled, q = cross_section(growth, 10.0, 3.0)
        pd.testing.assert_frame_equal(scaled, scaled_growth(growth, 10.0, 3.0))
        pd.testing.assert_frame_equal(q, normal_scores(scaled))
