"""The fit period: its days, and scored firms of other days."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from panels import table

from firmsim.errors import PriceError
from firmsim.growth import fit_days, fit_period


class TestFitPeriod:
    @given(st.integers(2, 60), st.floats(0.001, 0.999))
    def test_first_days_at_least_one_never_all(self, n_days, share):
        growth = table(np.zeros((n_days, 1)))
        fit = fit_period(growth, share)
        assert 1 <= len(fit) < n_days
        assert abs(len(fit) - share * n_days) <= 1
        pd.testing.assert_frame_equal(fit, growth.iloc[: len(fit)], check_freq=False)

    @pytest.mark.parametrize("n_days", [0, 1])
    def test_too_few_days_to_divide(self, n_days):
        with pytest.raises(PriceError, match=f"fit_share: growth rates of {n_days} days") as error:
            fit_period(table(np.zeros((n_days, 1))), 0.8)
        assert error.value.parameter == "fit_share"
        assert len(fit_period(table(np.zeros((n_days, 1))), None)) == n_days

    @pytest.mark.parametrize(("share", "days"), [(0.01, 1), (0.44, 4), (0.96, 9)])
    def test_a_share_near_none_or_all_leaves_a_day_on_either_side(self, share, days):
        assert len(fit_period(table(np.zeros((10, 1))), share)) == days

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
            with pytest.raises(PriceError, match="no day in common with the scored firms") as error:
                fit_days(growth, training, 0.8)
            assert error.value.parameter == "train_firms"

    def test_a_pinned_fit_period_leaves_a_day_to_test_on(self):
        growth = table(np.zeros((9, 1)))
        assert fit_days(growth, growth.iloc[:8], None) == 8
        with pytest.raises(PriceError, match=r"2007-01-16.*no day to test on") as error:
            fit_days(growth, growth, None)
        assert error.value.parameter == "fit_end"
