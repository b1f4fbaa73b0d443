"""What a record says of who the firms are."""

import pandas as pd
import pytest

from firmsim.run.record import SURVIVORS, survivorship

RATES = pd.DataFrame(0.0, index=pd.bdate_range("2015-01-05", periods=3), columns=list("ABC"))


def facts(as_of, members):
    return {
        "index": "sp500",
        "name": "S&P 500",
        "as_of": as_of,
        "known_until": "2026-07-13",
        "source": "pitindex 0.2.1",
        "members": members,
    }


@pytest.mark.parametrize("source", SURVIVORS)
def test_firms_that_are_no_index(source):
    assert survivorship(source, None, RATES) == SURVIVORS[source]


def test_present_members_are_survivors():
    text = survivorship("yahoo", facts(None, 3), RATES)
    assert "the 3 members of the S&P 500 on 2026-07-13 (pitindex 0.2.1)" in text
    assert "Survivors only" in text


def test_members_of_the_first_day_are_point_in_time():
    text = survivorship("yahoo", facts("2015-01-02", 3), RATES)
    assert "on 2015-01-02" in text
    assert "urvivor" not in text


def test_members_without_prices_are_counted():
    text = survivorship("yahoo", facts("2015-01-02", 5), RATES)
    assert "2 of them have no usable prices" in text
    assert "to that extent" in text


def test_members_of_a_later_day_were_survivors_before():
    text = survivorship("yahoo", facts("2015-01-06", 3), RATES)
    assert "Before 2015-01-06 they are survivors" in text
