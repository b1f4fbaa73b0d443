"""Members of an index, now and as of a date, from the packaged source."""

from datetime import date

import pitindex
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmsim.config import INDICES
from firmsim.errors import FirmsError
from firmsim.firms.tickers import check_tickers
from firmsim.firms.universes import NAMES, members


def test_indices_are_those_of_the_configuration():
    assert tuple(NAMES) == INDICES


@pytest.mark.parametrize(("index", "count"), [("sp500", 500), ("sp400", 400), ("sp600", 600)])
def test_present_members_have_a_class(index, count):
    universe = members(index)
    assert abs(len(universe.tickers) - count) <= 10
    assert check_tickers(universe.tickers, index) == sorted(universe.tickers)
    assert (universe.table[["name", "sector", "industry"]] != "").all().all()
    assert universe.table["sector"].nunique() == 11
    assert universe.facts()["as_of"] is None
    assert universe.facts()["members"] == len(universe.tickers)


def test_as_of_has_the_firms_that_left_and_not_those_that_came():
    then, now = members("sp500", date(2015, 1, 2)), members("sp500")
    assert {"TWX", "CELG"} <= set(then.tickers) - set(now.tickers)
    assert {"TSLA", "UBER"} <= set(now.tickers) - set(then.tickers)
    assert then.facts()["as_of"] == "2015-01-02"


def test_a_renamed_firm_has_the_ticker_of_today():
    then = members("sp500", date(2015, 1, 2))
    assert not {"FB", "ANTM", "HCP", "PEAK"} & set(then.tickers)
    assert {"META", "ELV", "DOC"} <= set(then.tickers)  # DOC by way of PEAK
    assert then.table.loc["META", "sector"] == "Communication Services"
    # Ingersoll Rand of 2015 is Trane now; another firm took its ticker
    assert "IR" not in then.tickers
    assert then.table.loc["TT", "name"] == "Trane Technologies"


def test_a_firm_that_moved_to_a_smaller_index_keeps_its_class():
    then = members("sp500", date(2015, 1, 2))
    assert then.table.loc["WHR", "sector"] == "Consumer Discretionary"
    assert then.table.loc["TWX", ["name", "sector", "industry"]].tolist() == ["", "", ""]


def test_share_classes_as_yahoo_spells_them():
    assert "BRK.B" in members("sp500").tickers
    assert "BRK-B" in members("sp500", hyphens=True).tickers


@pytest.mark.parametrize(
    ("index", "day"),
    [("sp600", date(2015, 1, 2)), ("sp500", date(1999, 1, 4)), ("sp500", date(2999, 1, 2))],
)
def test_a_day_that_is_not_known_is_refused_with_those_that_are(index, day):
    with pytest.raises(FirmsError) as error:
        members(index, day)
    source = pitindex.PitIndex(index)
    for part in (index, day, source.coverage_start, source.coverage_end):
        assert str(part) in str(error.value)


@given(day=st.dates(date(2005, 1, 1), date(2026, 7, 1)))
def test_every_known_day_gives_distinct_tickers_that_are_tickers(day):
    universe = members("sp500", day, hyphens=True)
    assert 480 <= len(universe.tickers) <= 510
    assert check_tickers(universe.tickers, "sp500")
    assert universe.table.index.is_unique
