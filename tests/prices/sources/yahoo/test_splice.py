"""Newer days on older ones, compared with the whole history of one request."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmsim.prices.sources.yahoo.splice import extended

DAYS = pd.bdate_range("2015-01-01", periods=60, name="Date")


def world(dividends=(), splits=(), today=60, seed=0):
    """History of the first `today` days as Yahoo has it then: adjusted for all that happened."""
    rng = np.random.default_rng(seed)
    raw = 100 * np.exp(rng.normal(0, 0.01, len(DAYS)).cumsum())
    paid, ratio = np.zeros(len(DAYS)), np.zeros(len(DAYS))
    for day, amount in dividends:
        paid[day] = amount
    for day, factor in splits:
        ratio[day] = factor
    close, adjusted = raw[:today].copy(), np.ones(today)
    for day in range(1, today):
        close /= ratio[day] or 1  # of all days: the later ones are those of the split share
    for day in range(1, today):
        if paid[day]:
            adjusted[:day] *= 1 - paid[day] / close[day - 1]
    columns = {"Close": close, "Adj Close": close * adjusted, "Volume": 1.0}
    table = pd.DataFrame(columns, index=DAYS[:today])
    return table.assign(Dividends=paid[:today], **{"Stock Splits": ratio[:today]})


def test_days_are_appended_where_nothing_happened():
    whole = world()
    pd.testing.assert_frame_equal(extended(whole[:40], whole[30:]), whole, check_freq=False)


def test_a_day_that_had_no_price_is_filled_in():
    whole = world()
    kept = whole[:40].drop(DAYS[35])
    kept.loc[DAYS[38], ["Close", "Adj Close"]] = np.nan
    pd.testing.assert_frame_equal(extended(kept, whole[30:]), whole, check_freq=False)


def test_nothing_newer_leaves_it_as_it_is():
    whole = world()
    pd.testing.assert_frame_equal(extended(whole[:40], whole[30:40]), whole[:40], check_freq=False)


@pytest.mark.parametrize("day", [40, 45, 59])
def test_a_dividend_or_split_on_the_newer_days_is_refused(day):
    for change in ({"dividends": [(day, 0.5)]}, {"splits": [(day, 4.0)]}):
        assert extended(world(today=40), world(**change)[30:]) is None


def test_an_action_that_prices_do_not_show_is_refused_all_the_same():
    tail = world()[30:].copy()
    tail.loc[DAYS[50], "Dividends"] = 0.5
    assert extended(world()[:40], tail) is None


def test_a_dividend_after_the_last_day_asked_for_is_seen_in_the_overlap():
    now = world(dividends=[(55, 0.02)])  # a fiftieth of a percent
    assert extended(world(today=40), now[30:50]) is None


def test_without_a_day_in_common_it_is_refused():
    whole = world()
    assert extended(whole[:40], whole[40:]) is None
    kept = whole[:40].copy()
    kept.loc[DAYS[30] :, "Adj Close"] = np.nan
    assert extended(kept, whole[30:]) is None


@given(
    paid=st.lists(st.tuples(st.integers(1, 59), st.floats(0.02, 2.0)), max_size=3),
    kept=st.integers(15, 50),
    today=st.integers(51, 60),
)
def test_what_is_spliced_equals_the_whole(paid, kept, today):
    """For any dividends: the history is requested again, or equals the one of such a request."""
    paid = list({day: (day, amount) for day, amount in paid}.values())
    now = world(paid, today=today)
    comp = extended(world(paid, today=kept), now[kept - 10 :])
    if any(kept <= day < today for day, _ in paid):
        assert comp is None
    else:
        pd.testing.assert_frame_equal(comp, now, check_freq=False, rtol=1e-12)


def test_dates_are_those_of_the_answers():
    whole = world()
    assert extended(whole[:40], whole[30:]).index[-1].date() == dt.date(2015, 3, 25)
