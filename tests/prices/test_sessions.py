"""Sessions of exchanges: holidays are no holes, and firms of two exchanges share a panel."""

import sys

import exchange_calendars
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmsim.errors import MissingPackageError
from firmsim.growth import growth_by_session, growth_rates
from firmsim.prices.raw import RawPrices, outcomes_of
from firmsim.prices.sessions import (
    calendars_of,
    holes,
    holes_by_firm,
    missing_sessions,
    sessions,
)
from firmsim.prices.sources.yahoo.exchanges import CODES, SUFFIXES, calendar_of

START, END = pd.Timestamp("2019-01-02"), pd.Timestamp("2019-12-30")


def walk(calendar, ticker="A", start=START, end=END, seed=0):
    """Prices on every session."""
    days = sessions(calendar, start, end)
    moves = np.random.default_rng(seed).normal(0, 0.01, len(days))
    return pd.Series(100 * np.exp(moves.cumsum()), index=days, name=ticker)


def test_every_calendar_named_can_be_built():
    assert set(SUFFIXES.values()) <= set(CODES)
    for name in CODES:
        assert len(exchange_calendars.get_calendar(name).sessions) > 1000


@pytest.mark.parametrize(
    ("ticker", "exchange", "calendar"),
    [
        ("AAPL", "", "XNYS"),
        ("BRK-B", "", "XNYS"),
        ("JPM-PC", "NYQ", "XNYS"),
        ("7203.T", "", "XTKS"),
        ("0005.hk", "", "XHKG"),
        ("BP.L", "", "XLON"),
        ("AAPL", "GER", "XETR"),
        ("ABC.L", "YHD", "XLON"),
        ("7203.T", "PNK", "XTKS"),
        ("AAPL", "YHD", "XNYS"),
        ("7203.T", "???", "XTKS"),
        ("BRK.B", "", ""),
        ("COMI.CA", "CAI", ""),
        ("^GSPC", "", ""),
        ("EURUSD=X", "", ""),
        ("BTC-USD", "CCC", ""),
    ],
)
def test_calendar_of(ticker, exchange, calendar):
    assert calendar_of(ticker, exchange) == calendar


@given(ticker=st.from_regex(r"\^?[A-Za-z0-9][A-Za-z0-9.\-=&]*", fullmatch=True), exchange=st.text())
def test_every_ticker_has_a_known_calendar_or_none(ticker, exchange):
    assert calendar_of(ticker, exchange) in {"", *CODES}


def test_who_says_which_calendar():
    series = (walk("XNYS", "AAPL"), walk("XTKS", "7203.T"), walk("XNYS", "OWN"))
    raw = RawPrices(series, outcomes_of(series), calendars={"AAPL": "XNYS", "7203.T": "XTKS"})
    assert calendars_of(raw) == {"AAPL": "XNYS", "7203.T": "XTKS", "OWN": ""}
    assert calendars_of(raw, "XLON") == dict.fromkeys(["AAPL", "7203.T", "OWN"], "XLON")


def test_sessions_leave_out_holidays_and_days_the_calendar_is_not_known_for():
    week = sessions("XTKS", pd.Timestamp("2019-04-26"), pd.Timestamp("2019-05-07"))
    assert list(week.strftime("%m-%d")) == ["04-26", "05-07"]  # ten days of Golden Week
    assert sessions("XNYS", pd.Timestamp("1990-01-01"), pd.Timestamp("1990-01-07"))[0].day == 2
    assert not len(sessions("XSAU", pd.Timestamp("2010-01-01"), pd.Timestamp("2010-12-31")))
    assert sessions("XSAU", pd.Timestamp("2010-01-01"), pd.Timestamp("2021-01-31"))[0].year == 2021
    assert not len(sessions("XNYS", pd.Timestamp("2019-07-04"), pd.Timestamp("2019-07-04")))


def test_a_missing_package_of_calendars_is_one_line_that_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "exchange_calendars", None)
    with pytest.raises(MissingPackageError, match=r"calendar XNYS needs exchange_calendars: .*\["):
        sessions("XNYS", START, END)


@given(gone=st.sets(st.integers(1, 247), max_size=30))
def test_holes_are_the_missing_sessions_in_runs(gone):
    prices = walk("XNYS")
    left = prices.drop(prices.index[sorted(gone)]).sample(frac=1, random_state=1)
    assert list(missing_sessions(left, "XNYS")) == [prices.index[day] for day in sorted(gone)]
    runs = list(holes(left, "XNYS"))
    assert sum(length for _, length in runs) == len(gone)
    for first, length in runs:
        place = prices.index.get_loc(first)
        assert {place - 1, place + length}.isdisjoint(gone)
        assert set(range(place, place + length)) <= gone


def test_a_hole_of_one_day_long_ago():
    prices = walk("XNYS", start=pd.Timestamp("1995-03-01"), end=pd.Timestamp("1995-03-31"))
    assert list(holes(prices.drop(prices.index[5]), "XNYS")) == [(prices.index[5], 1)]


def test_holes_by_firm():
    tokyo, york = walk("XTKS", "7203.T"), walk("XNYS", "AAPL")
    york.iloc[[10, 11, 12, 50]] = np.nan
    odd, none = walk("XNYS", "ODD"), york.iloc[:0].rename("NONE")
    calendars = {"7203.T": "XTKS", "AAPL": "XNYS", "ODD": "", "NONE": "XNYS"}
    table = holes_by_firm([tokyo, york, odd, none], calendars)
    assert table.loc["7203.T"].tolist() == ["XTKS", 0, 0]
    assert table.loc["AAPL"].tolist() == ["XNYS", 4, 3]
    assert table.loc["ODD"].isna().tolist() == [False, True, True]
    assert table.loc["NONE"].tolist() == ["XNYS", 0, 0]


def test_a_holiday_of_one_exchange_hides_no_growth_rate():
    york, tokyo = walk("XNYS", "AAPL"), walk("XTKS", "7203.T", seed=1)
    panel = pd.concat([york, tokyo], axis=1, sort=True).rename_axis("date")
    growth = growth_by_session(panel, {"AAPL": "XNYS", "7203.T": "XTKS"})
    for one in (york, tokyo):
        alone = growth_rates(one.to_frame())[one.name]
        assert (growth[one.name].dropna() == alone).all()
        closed = panel.index[1:].difference(one.index)
        assert len(closed) > 5
        assert growth.loc[closed, one.name].isna().all()
    assert growth_rates(panel).notna().sum().sum() < growth.notna().sum().sum() - 15


def test_a_session_that_no_firm_has_is_a_hole():
    prices = walk("XNYS")
    panel = prices.drop(prices.index[50]).to_frame().rename_axis("date")
    assert growth_by_session(panel, {"A": ""})["A"].notna().all()
    growth = growth_by_session(panel, {"A": "XNYS"})["A"]
    assert list(growth.index[growth.isna()]) == [prices.index[51]]


def test_a_price_off_session_hides_no_growth_rate_but_a_session_the_calendar_lacks_counts():
    firms = [walk("XNYS", ticker, seed=seed) for seed, ticker in enumerate("ABC")]
    saturday = pd.Timestamp("2019-03-09")
    panel = pd.concat(firms, axis=1).rename_axis("date")
    panel.loc[saturday, "A"] = 100.0
    panel = panel.sort_index()
    growth = growth_by_session(panel, dict.fromkeys("ABC", "XNYS"))
    assert growth.loc[saturday].isna().all()
    assert growth.drop(saturday).notna().all().all()
    panel.loc[saturday] = [100.0, 100.0, np.nan]
    growth = growth_by_session(panel, dict.fromkeys("ABC", "XNYS"))
    assert growth.loc[saturday].notna().tolist() == [True, True, False]


def test_one_exchange_without_holes_is_left_as_it_is():
    prices = pd.concat([walk("XNYS", "A"), walk("XNYS", "B", seed=1)], axis=1).rename_axis("date")
    for calendars in ({}, dict.fromkeys("AB", "XNYS")):
        pd.testing.assert_frame_equal(growth_by_session(prices, calendars), growth_rates(prices))
