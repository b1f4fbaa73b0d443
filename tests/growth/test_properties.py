"""What holds of growth rates and their transforms whatever the prices are."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from panels import table

from firmsim.errors import PriceError
from firmsim.growth import growth_by_session, growth_rates, normal_scores, scaled_growth

PRICE = st.floats(1e-6, 1e9) | st.just(float("nan"))


@st.composite
def panels(draw, cell=PRICE):
    """Panel of prices, missing ones among them: (n_days, n_firms)."""
    n_days, n_firms = draw(st.integers(2, 12)), draw(st.integers(1, 4))
    cells = draw(st.lists(cell, min_size=n_days * n_firms, max_size=n_days * n_firms))
    return table(np.reshape(cells, (n_days, n_firms)))


@settings(max_examples=50)
@given(panels())
def test_a_rate_is_there_where_both_prices_are(prices):
    both = prices.notna() & prices.shift().notna()
    for rates in (growth_rates(prices), growth_by_session(prices, {})):
        pd.testing.assert_frame_equal(rates.notna(), both.iloc[1:])
        assert np.isfinite(rates.to_numpy()[both.iloc[1:].to_numpy()]).all()


@settings(max_examples=50)
@given(panels(), st.integers(-20, 20))
def test_the_currency_does_not_matter(prices, power):
    """A factor of two is exact, so that only the logarithm rounds."""
    pd.testing.assert_frame_equal(
        growth_rates(prices * 2.0**power), growth_rates(prices), rtol=1e-9, atol=1e-9
    )


@settings(max_examples=50)
@given(panels(), st.data())
def test_a_missing_price_takes_two_rates_and_no_other(prices, data):
    day = data.draw(st.integers(0, len(prices) - 1))
    firm = data.draw(st.integers(0, prices.shape[1] - 1))
    fewer = prices.copy()
    fewer.iloc[day, firm] = np.nan
    before, after = growth_rates(prices), growth_rates(fewer)
    changed = before.compare(after).index if not before.equals(after) else []
    assert set(changed) <= set(prices.index[day : day + 2])


@settings(max_examples=50)
@given(panels(), st.data())
def test_no_value_depends_on_a_later_day(prices, data):
    days = data.draw(st.integers(1, len(prices) - 1))
    rates = growth_rates(prices)
    for transform in (scaled_growth, lambda part: normal_scores(scaled_growth(part))):
        pd.testing.assert_frame_equal(transform(rates.iloc[:days]), transform(rates).iloc[:days])


@settings(max_examples=50)
@given(panels(st.floats(-1e6, 1e6) | st.just(float("nan"))), st.floats(0.1, 10))
def test_scaled_rates_are_within_the_clip_and_only_where_rates_are(growth, clip):
    scaled = scaled_growth(growth, clip=clip)
    assert not (scaled.notna() & growth.isna()).any(axis=None)
    assert (scaled.abs().fillna(0) <= clip).all(axis=None)


@settings(max_examples=50)
@given(panels(st.floats(-1e6, 1e6) | st.just(float("nan"))))
def test_scores_are_finite_where_values_are(scaled):
    scores = normal_scores(scaled)
    pd.testing.assert_frame_equal(scores.notna(), scaled.notna())
    assert np.isfinite(scores.to_numpy()[scaled.notna().to_numpy()]).all()


@settings(max_examples=50)
@given(panels(st.floats(-10, 10) | st.just(float("nan"))))
def test_an_impossible_price_is_refused_or_there_is_none(prices):
    if (prices <= 0).any(axis=None):
        with pytest.raises(PriceError, match="must be above zero"):
            growth_rates(prices)
    else:
        growth_rates(prices)
