"""Firms named by an index: its members as of a date, their sectors, and what the record says."""

import json

import numpy as np
import pandas as pd
import pytest
from project import Project

from firmsim.firms.universes import members
from firmsim.prices.sessions import sessions
from yahoo.server import FakeYahoo
from yahoo.universe import synthetic


@pytest.fixture(scope="module")
def indexed(tmp_path_factory):
    """The S&P 500 of 2015 on prices of the user's own, where one session is missing for a firm."""
    folder = tmp_path_factory.mktemp("indexed")
    days = sessions("XNYS", pd.Timestamp("2015-01-02"), pd.Timestamp("2016-03-31"))
    tickers = members("sp500", pd.Timestamp("2015-01-02").date()).tickers
    rng = np.random.default_rng(0)
    moves = rng.normal(0, 0.01, (len(days), len(tickers)))
    panel = pd.DataFrame(100 * np.exp(moves.cumsum(0)), index=days, columns=tickers).round(3)
    panel.loc["2015-06-01", "AAPL"] = np.nan
    panel.rename_axis("date").to_csv(folder / "prices.csv")
    project = Project(folder).configure(
        firms="sp500",
        firms_as_of="2015-01-02",
        prices={"source": "file", "path": "prices.csv", "calendar": "XNYS"},
        encoders=[],
        similarity={"comparators": ["pearson"]},
    )
    project.run("results/test/firms.csv", "results/test/run.json")
    return project


def test_the_list_of_members_is_made_again(indexed):
    members = indexed.results / "universe.csv"
    file = members.relative_to(indexed.folder)
    assert file not in indexed.makes()
    kept = members.rename(members.with_suffix(".kept"))
    assert file in indexed.makes()
    kept.rename(members)


def test_members_are_scored_with_their_sectors(indexed):
    firms = pd.read_csv(indexed.results / "firms.csv", keep_default_na=False).set_index("ticker")
    assert list(firms.index) == members("sp500", pd.Timestamp("2015-01-02").date()).tickers
    assert firms.loc["META", ["name", "sector"]].tolist() == [
        "Meta Platforms",
        "Communication Services",
    ]
    assert firms.loc["TWX", "sector"] == ""


def test_the_members_are_left_as_a_table_to_copy(indexed):
    own = pd.read_csv(indexed.results / "universe.csv", keep_default_na=False)
    assert list(own.columns) == ["ticker", "name", "sector", "industry", "market_cap"]
    assert len(own) == 499


def test_the_record_says_point_in_time(indexed):
    data = json.loads((indexed.results / "run.json").read_text())["data"]
    assert data["universe"]["index"] == "sp500"
    assert data["universe"]["as_of"] == "2015-01-02"
    assert data["universe"]["members"] == data["firms"] == 499
    assert "members of the S&P 500 on 2015-01-02" in data["note"]
    assert "urvivors" not in data["note"]


def test_the_record_says_on_which_day_training_firms_were_members(indexed):
    prices = {"source": "file", "path": "prices.csv", "calendar": "XNYS"}
    pinned = Project(indexed.folder)
    pinned.config = indexed.folder / "pinned.yaml"
    pinned.configure(
        run="pinned",
        firms=["AAPL", "MSFT", "XOM"],
        firms_as_of="2015-01-02",
        prices=prices,
        training={"train_firms": "sp500"},
        encoders=[],
        similarity={"comparators": ["pearson"]},
    )
    pinned.run("results/pinned/run.json")
    data = json.loads((pinned.results / "run.json").read_text())["data"]
    assert data["universe"] is None
    assert data["training_universe"]["index"] == "sp500"
    assert data["training_universe"]["as_of"] == "2015-01-02"
    assert data["training_universe"]["members"] == data["training_firms"] == 499
    assert (data["firms"], data["note"][:22]) == (3, "The user's own prices.")


def test_a_missing_session_is_counted(indexed):
    sources = pd.read_csv(indexed.results / "prices/sources.csv", keep_default_na=False)
    assert set(sources["calendar"]) == {"XNYS"}
    holes = sources.set_index("ticker")["missing_sessions"]
    assert holes[holes > 0].to_dict() == {"AAPL": 1}


def test_another_day_asks_for_other_members(indexed):
    settings = {"source": "file", "path": "prices.csv", "calendar": "XNYS"}
    common = {"firms": "sp500", "prices": settings, "encoders": []}
    common |= {"similarity": {"comparators": ["pearson"]}}
    indexed.configure(**common, firms_as_of="2015-01-02")
    assert not {"universe", "prices"} & set(indexed.plan())
    indexed.configure(**common, firms_as_of="2015-07-01")
    assert {"universe", "prices"} <= set(indexed.plan())


def test_a_day_that_is_not_known_is_one_line(project):
    yahoo = {"source": "yahoo", "start": "2015-01-02", "end": "2024-12-31"}
    project.configure(firms="sp600", firms_as_of="2015-01-02", prices=yahoo)
    status, printed = project.call("--dry-run")
    assert status != 0
    assert "error: firms: members of sp600 on 2015-01-02 are not known" in printed
    assert "Traceback" not in printed


def test_firms_of_two_exchanges_stand_side_by_side(project, tmp_path_factory):
    start, end = "2014-01-02", "2015-03-31"
    calendars = {"AAA": "XNYS", "BBB": "XNYS", "7203.T": "XTKS", "6758.T": "XTKS"}
    universe = synthetic(list(calendars), start="2014-01-01", end="2015-04-01")
    opened = {}
    for ticker, symbol in universe.items():
        opened[ticker] = sessions(calendars[ticker], pd.Timestamp(start), pd.Timestamp(end))
        days = set(opened[ticker].date)
        symbol.rows[:] = [row for row in symbol.rows if row.day in days]
        if ticker.endswith(".T"):
            symbol.tz, symbol.exchange = "Asia/Tokyo", "JPX"
    project.configure(firms=list(calendars), prices={"source": "yahoo", "start": start, "end": end})
    with FakeYahoo(universe, tmp_path_factory.mktemp("certificates")) as server:
        env = server.environment(project.folder / "cache")
        status, printed = project.call("results/test/growth/growth.parquet", env=env)
    assert status == 0, printed
    sources = pd.read_csv(project.results / "prices/sources.csv").set_index("ticker")
    assert sources["calendar"].to_dict() == calendars
    assert (sources["missing_sessions"] == 0).all()
    growth = pd.read_parquet(project.results / "growth/growth.parquet")
    assert len(growth) > max(map(len, opened.values()))
    for ticker, days in opened.items():
        assert list(growth.index[growth[ticker].notna()]) == list(days[1:])
