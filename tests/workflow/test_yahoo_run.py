"""The source `yahoo`, against an imitation of Yahoo on the loopback."""

import pandas as pd
import pytest
from project import encoders

from yahoo.server import FakeYahoo
from yahoo.universe import synthetic

TICKERS = ["AAA", "BBB", "CCC", "DDD", "EEE"]
SCORES = "results/test/scores/elman-comovement.parquet"


def configure(project, firms):
    return project.configure(
        firms=firms,
        prices={"source": "yahoo", "start": "2014-01-02", "end": "2015-12-31"},
        training={"train_firms": TICKERS[:4]},
        encoders=encoders(("elman", "comovement")),
        similarity={"comparators": []},
    )


def asked_for(requests):
    """Tickers whose prices or profile were asked for."""
    return {request["symbol"] for request in requests if request.get("symbol")}


@pytest.fixture
def yahoo(tmp_path_factory):
    universe = synthetic(TICKERS, start="2014-01-01", end="2016-01-01")
    with FakeYahoo(universe, tmp_path_factory.mktemp("certificates")) as server:
        yield server


def test_a_new_ticker_is_the_only_one_asked_for(project, yahoo):
    env = yahoo.environment(project.folder / "cache")
    status, printed = configure(project, TICKERS[:4]).call(SCORES, env=env)
    assert status == 0, printed
    assert asked_for(yahoo.log) == set(TICKERS[:4])
    before = len(yahoo.log)
    status, printed = configure(project, TICKERS).call(SCORES, env=env)
    assert status == 0, printed
    assert asked_for(yahoo.log[before:]) == {"EEE"}
    assert "rule train:" not in printed
    assert list(pd.read_parquet(project.folder / SCORES).columns) == TICKERS
    sources = pd.read_csv(project.results / "prices/sources.csv")
    assert sources.set_index("ticker")["status"].to_dict() == dict.fromkeys(
        TICKERS[:4], "cached"
    ) | {"EEE": "ok"}


def test_a_ticker_that_fails_is_named_with_its_reason(project, yahoo):
    firms = [*TICKERS[:4], "BRK.B"]
    env = yahoo.environment(project.folder / "cache")
    status, printed = configure(project, firms).call(SCORES, env=env)
    assert status != 0
    last = printed.strip().splitlines()[-1]
    assert last.startswith("error: ")
    assert "'BRK.B'" in last
    assert "4 of 5" in last
    assert "logs/test/prices.sources.csv" in last
    assert "Traceback" not in printed
    assert not (project.results / "prices/prices.parquet").exists()
    causes = pd.read_csv(project.folder / "logs/test/prices.sources.csv").set_index("ticker")
    assert causes.loc["BRK.B", "status"] == "unknown_symbol"
    assert (causes.drop("BRK.B")["status"] != "unknown_symbol").all()
