"""The source `yahoo`, against an imitation of Yahoo on the loopback."""

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime

import pandas as pd
import yaml
from project import HOME, encoders

from firmsim.prices.sources.yahoo.store import Store
from yahoo.server import FakeYahoo
from yahoo.universe import synthetic

EXAMPLE = yaml.safe_load((HOME / "config/yahoo.yaml").read_text(encoding="utf-8"))
FIRMS = EXAMPLE["firms"]
FAST = {"requests_per_second": 200.0, "profiles_per_minute": 10_000.0}
PRICES = {"source": "yahoo", "start": "2014-01-02", "end": "2015-12-31"}
FEW = ["AAA", "BBB", "CCC", "DDD", "EEE"]
PANEL = "results/yahoo/prices/prices.parquet"


TRAINING = [*FIRMS[:28], "GONE"]
"""Training firms of the example; one is not known."""


def configure(project, firms, prices=PRICES, **policy):
    return project.configure(
        **EXAMPLE
        | {
            "firms": firms,
            "prices": prices | FAST | policy,
            "training": {"train_firms": firms[:4] if firms[0] == "AAA" else TRAINING},
            "encoders": encoders(("elman", "comovement")),
            "similarity": {"comparators": []},
            "association": {"permutations": 19},
        }
    )


def serve(tmp_path_factory, tickers, end="2016-01-01"):
    universe = synthetic(tickers, start="2014-01-01", end=end)
    return FakeYahoo(universe, tmp_path_factory.mktemp("certificates"))


def sources(project):
    return pd.read_csv(project.results / "prices/sources.csv").set_index("ticker")


def test_the_example_runs_and_two_more_tickers_are_all_that_is_asked_for(project, tmp_path_factory):
    with serve(tmp_path_factory, FIRMS) as yahoo:
        env = yahoo.environment(project.folder / "cache")
        status, printed = configure(project, FIRMS[:28]).call(env=env)
        assert status == 0, printed
        assert (project.results / "report.html").is_file()
        # prices once, although those that are scored and those that train ask for them
        assert sorted(yahoo.asked("prices")) == sorted(TRAINING)
        for endpoint in ("info", "quote", "timeseries"):
            assert sorted(yahoo.asked(endpoint)) == sorted(FIRMS[:28])
        report = " ".join((project.results / "report.html").read_text(encoding="utf-8").split())
        assert "1 of 29 training firms has no prices on the days of training" in report
        assert "HTTP 404: No data found, symbol may be delisted" in report
        dated = "28 market capitalisations, 0 date from the scored days (2014-01-03 to 2015-12-31)"
        assert dated in report
        assert yahoo.asked("tz") == []

        yahoo.log.clear()
        status, printed = configure(project, FIRMS).call(env=env)
        assert status == 0, printed
        for endpoint in ("prices", "info", "quote", "timeseries"):
            assert sorted(yahoo.asked(endpoint)) == sorted(FIRMS[28:])
        assert "rule train:" not in printed
        assert "rule training_prices:" not in printed
        assert list(pd.read_parquet(project.folder / PANEL).columns) == FIRMS
        fetched = sources(project)["fetched"].to_dict()
        assert fetched == dict.fromkeys(FIRMS, "nothing") | dict.fromkeys(FIRMS[28:], "whole")

        # how Yahoo is asked is no reason to run anything again
        configure(project, FIRMS, workers=4, timeout=3, max_attempts=2, backoff=1, min_coverage=0.5)
        assert project.plan() == {}


def test_a_later_end_has_only_the_newer_days_fetched(project, tmp_path_factory):
    with serve(tmp_path_factory, FEW, end="2016-03-01") as yahoo:
        env = yahoo.environment(project.folder / "cache")
        status, printed = configure(project, FEW).call(PANEL, env=env)
        assert status == 0, printed
        before = pd.read_parquet(project.folder / PANEL)
        yahoo.log.clear()
        later = PRICES | {"end": "2016-01-15"}
        status, printed = configure(project, FEW, later).call(PANEL, env=env)
        assert status == 0, printed
        asked = [request for request in yahoo.log if request["endpoint"] == "prices"]
        assert sorted(request["symbol"] for request in asked) == FEW
        for request in asked:
            first = datetime.fromtimestamp(int(request["period1"]), UTC)
            assert f"{first:%Y-%m-%d}" == "2015-12-17"
        after = pd.read_parquet(project.folder / PANEL)
        assert f"{after.index[-1]:%Y-%m-%d}" == "2016-01-15"
        pd.testing.assert_frame_equal(after.loc[before.index], before)


def test_a_ticker_that_fails_is_named_with_its_reason(project, tmp_path_factory):
    with serve(tmp_path_factory, FEW[:4]) as yahoo:
        env = yahoo.environment(project.folder / "cache")
        status, printed = configure(project, FEW).call(PANEL, env=env)
        assert status != 0
        last = printed.strip().splitlines()[-1]
        assert "min_coverage: 4 of 5 firms have prices, " in last
        assert "1 unknown_symbol ('EEE': HTTP 404: No data found, symbol may be delisted)" in last
        assert "logs/yahoo/prices.sources.csv" in last
        assert "Traceback" not in printed
        assert not (project.folder / PANEL).exists()
        causes = pd.read_csv(project.folder / "logs/yahoo/prices.sources.csv").set_index("ticker")
        assert causes["status"].to_dict() == dict.fromkeys(FEW[:4], "ok") | {
            "EEE": "unknown_symbol"
        }

        # with less asked for the run goes on
        status, printed = configure(project, FEW, min_coverage=0.8).call(PANEL, env=env)
        assert status == 0, printed
        assert list(pd.read_parquet(project.folder / PANEL).columns) == FEW[:4]
        assert sources(project).loc["EEE", "status"] == "unknown_symbol"
        assert not (project.folder / "logs/yahoo/prices.sources.csv").exists()


def test_a_training_firm_that_is_had_at_last_is_ranked_among(project, tmp_path_factory):
    configure(project, FEW[:4], min_coverage=0.5)
    keys = yaml.safe_load(project.config.read_text(encoding="utf-8"))
    project.configure(**keys | {"training": {"train_firms": FEW, "fit_end": "2015-07-01"}})
    tables = [f"results/yahoo/{folder}/sources.csv" for folder in ("training", "reference")]
    for known, again in ((FEW[:4], ()), (FEW, ("--forcerun", "training_prices"))):
        with serve(tmp_path_factory, known) as yahoo:
            env = yahoo.environment(project.folder / "cache")
            status, printed = project.call(*tables, *again, env=env)
        assert status == 0, printed
        for table in tables:
            had = pd.read_csv(project.folder / table)["status"] == "ok"
            assert had.sum() == len(known), table


def test_ctrl_c_says_how_to_go_on(project, tmp_path_factory):
    with serve(tmp_path_factory, FIRMS) as yahoo:
        yahoo.set_faults([{"kind": "slow", "endpoint": "prices", "delay": 0.2}])
        configure(project, FIRMS)
        command = [sys.executable, "-m", "snakemake", "--snakefile", HOME / "Snakefile", PANEL]
        process = subprocess.Popen(
            [*command, "--cores", "2", "--configfile", project.config],
            cwd=project.folder,
            env=yahoo.environment(project.folder / "cache"),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        while len(yahoo.asked("prices")) < 6 and process.poll() is None:
            time.sleep(0.05)
        os.killpg(process.pid, signal.SIGINT)  # what a terminal does on Ctrl-C
        printed, _ = process.communicate()
        assert process.returncode != 0
        said = [line for line in printed.splitlines() if "the same command" in line]
        assert len(said) == 1, printed  # of the download, or of the run where that was faster
        store = Store(project.folder / "resources/prices/yahoo")
        assert store.verify() == []
        assert 1 <= len(store.symbols()) < len(FIRMS)
