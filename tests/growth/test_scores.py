"""Scaled growth rates and normal scores: causality, ranks, plain loops."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from panels import table

import naive
from firmsim.growth import cross_section, growth_rates, normal_scores, scaled_growth


class TestScaledGrowth:
    @pytest.mark.parametrize("halflife", [3.0, 20.0])
    def test_matches_naive(self, growth, halflife):
        volatility = naive.lagged_volatility(growth.to_numpy(), halflife)
        ref = np.clip(growth.to_numpy() / volatility, -2, 2)
        comp = scaled_growth(growth, halflife, clip=2)
        np.testing.assert_allclose(comp, ref, rtol=1e-9)
        assert (abs(ref) == 2).any()
        assert np.isfinite(ref).sum() > 100

    @pytest.mark.parametrize("scaled", [scaled_growth, lambda growth: cross_section(growth)[0]])
    def test_defaults_are_twenty_days_and_four_standard_deviations(self, growth, scaled):
        growth.iloc[-1] *= 100
        volatility = naive.lagged_volatility(growth.to_numpy(), 20)
        ref = np.clip(growth.to_numpy() / volatility, -4, 4)
        np.testing.assert_allclose(scaled(growth), ref, rtol=1e-9)
        assert (abs(ref[-1]) == 4).any()

    def test_missing_where_growth_is_and_until_two_earlier_ones(self, growth):
        observed = growth.notna() & (growth.notna().cumsum().shift(fill_value=0) >= 2)
        pd.testing.assert_frame_equal(scaled_growth(growth).notna(), observed)

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


def test_cross_section_is_scaled_growth_and_its_normal_scores(prices):
    growth = growth_rates(prices)
    scaled, q = cross_section(growth, 10.0, 3.0)
    pd.testing.assert_frame_equal(scaled, scaled_growth(growth, 10.0, 3.0))
    pd.testing.assert_frame_equal(q, normal_scores(scaled))
