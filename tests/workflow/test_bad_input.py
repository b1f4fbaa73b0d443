"""Every mistake a user can make ends in one line that says what to do, and leaves nothing."""

import pandas as pd
import pytest
import torch
import yaml
from project import HOME, configure_own, prices


@pytest.fixture
def own(project):
    """The user's own prices and a good configuration, to be spoilt."""
    prices().to_csv(project.folder / "prices.csv")
    return configure_own(project, prices().columns, pinned=None)


def refused(project, *parts):
    """Run; expect one line with all the parts, exit status not 0 and no results."""
    status, printed = project.call()
    lines = [line for line in printed.splitlines() if line.startswith("error: ")]
    assert status != 0
    assert lines, printed
    for part in parts:
        assert part in lines[-1]
    assert "Traceback" not in printed
    results = project.folder / "results"
    lock = {".test.holder", ".test.lock"}
    assert not [file for file in results.rglob("*") if file.is_file() and file.name not in lock]
    return printed


FOUND_BEFORE_ANY_JOB = {
    "unknown key": ({"grwth": {}}, ["grwth", "did you mean 'growth'"]),
    "unknown nested key": (
        {"prices": {"source": "bundled", "strat": "2010-01-01"}},
        ["prices.strat", "did you mean 'start'"],
    ),
    "wrong type": ({"growth": {"clip": "much"}}, ["growth.clip", "'much'"]),
    "start after end": (
        {"prices": {"source": "bundled", "start": "2031-01-01", "end": "2016-12-30"}},
        ["prices.start: 2031-01-01 is after prices.end (2016-12-30)"],
    ),
    "too few firms": ({"firms": ["AAPL", "MSFT"]}, ["firms", "2 firms"]),
    "duplicate tickers": ({"firms": ["A", "B", "C", "B"]}, ["'B'", "more than once"]),
    "path as ticker": ({"firms": ["A", "../../x", "C"]}, ["'../../x'"]),
    "slash in ticker": ({"firms": ["A", "A/B", "C"]}, ["'A/B'"]),
    "empty ticker": ({"firms": ["A", "", "C"]}, ["empty"]),
    "YAML's own idea of a ticker": ({"firms": ["A", True, "C"]}, ["quotes"]),
    "hidden size 0": (
        {"encoders": [{"cell": {"name": "elman", "hidden": 0}, "objective": "forecast"}]},
        ["encoders.0.cell.hidden", "0"],
    ),
    "key of version 0.1.0": (
        {"encoders": [{"cell": "elman", "objective": "forecast", "steps": 9}]},
        ["encoders.0.steps", "encoders.0.trainer.steps"],
    ),
    "too few training firms": (
        {"training": {"train_firms": ["AAPL", "MSFT"]}},
        ["training.train_firms", "2 firms"],
    ),
    "missing price file": (
        {"prices": {"source": "file", "path": "nowhere.csv"}},
        ["prices.path", "nowhere.csv"],
    ),
    "missing firms table": ({"firms": "nowhere.csv"}, ["firms", "nowhere.csv"]),
}


@pytest.mark.parametrize("case", FOUND_BEFORE_ANY_JOB)
def test_found_before_any_job(project, case):
    keys, parts = FOUND_BEFORE_ANY_JOB[case]
    refused(project.configure(**keys), *parts, "my.yaml, line ")


def test_firms_table_without_ticker_column(own):
    pd.DataFrame({"symbol": ["A0", "B1", "C2"]}).to_csv(own.folder / "firms.csv", index=False)
    configure_own(own, "firms.csv", pinned=None)
    refused(own, "firms.csv", "ticker", "symbol")


def test_ticker_not_in_the_data(own):
    configure_own(own, ["A0", "B1", "C2", "ZZZ"], pinned=None)
    refused(own, "'ZZZ'", "prices.csv")


def test_no_common_dates(own):
    panel = prices(n_firms=3, n_days=900)
    for position in range(3):
        panel.iloc[: 300 * position, position] = float("nan")
        panel.iloc[300 * (position + 1) :, position] = float("nan")
    panel.to_csv(own.folder / "prices.csv")
    configure_own(own, panel.columns, pinned=None)
    refused(own, "no")


def test_range_without_data(own):
    configure_own(
        own,
        prices().columns,
        pinned=None,
        prices={"source": "file", "path": "prices.csv", "start": "2031-01-01"},
    )
    refused(own, "2031-01-01", "prices.csv")


def test_unreadable_price_file(own):
    (own.folder / "prices.csv").write_bytes(b"\x00\xff\xfe not a table")
    refused(own, "prices.csv")


def test_long_table_without_prices(own):
    (own.folder / "prices.csv").write_text("date,ticker,last\n2020-01-01,A0,1\n")
    refused(own, "prices.csv", "close", "'last'")


def test_short_histories_name_the_key(own):
    configure_own(own, prices().columns, pinned=None, audit={"min_history": 9999})
    refused(own, "min_history: ", "(9999 prices)")


def test_pinned_firms_of_other_days(own):
    panel = prices(n_days=900)
    panel.iloc[450:, :4] = float("nan")
    panel.iloc[:450, 4:] = float("nan")
    panel.to_csv(own.folder / "prices.csv")
    configure_own(own, panel.columns[4:], pinned=4)
    status, printed = own.call()
    last = printed.strip().splitlines()[-1]
    assert status != 0
    assert last.startswith("error: training.train_firms: their fit period, 2015-01-02 to ")
    assert "Traceback" not in printed


def test_braces_in_a_path(own):
    (own.folder / "prices.csv").rename(own.folder / "p{1}.csv")
    own.configure(prices={"source": "file", "path": "p{1}.csv"}, firms=["A0", "B1", "C2"])
    refused(own, "p{1}.csv", "wildcard")


def test_no_gpu(own):
    if torch.cuda.is_available():
        pytest.skip("there is a GPU")
    configure_own(own, prices().columns, pinned=None, training={"device": "cuda"})
    status, printed = own.call()
    assert status != 0
    last = printed.strip().splitlines()[-1]
    assert last.startswith("error: training.device: 'cuda'"), printed
    assert "my.yaml, line " in last
    assert "Traceback" not in printed


def test_corrupt_archive(project):
    archive = project.folder / "resources/prices/bundled/cvxportfolio-1.5.1.tar.gz"
    archive.parent.mkdir(parents=True)
    archive.write_bytes(b"not the archive")
    refused(project.configure(), "sha256", "cvxportfolio-1.5.1.tar.gz")


def test_window_longer_than_history(own):
    trainer = {"name": "gradient", "windows": [20, 5000]}
    spec = {"cell": "elman", "objective": "comovement", "trainer": trainer}
    configure_own(own, prices().columns, pinned=None, encoders=[spec])
    status, printed = own.call()
    assert status != 0
    last = printed.strip().splitlines()[-1]
    assert last.startswith("error: ")
    assert "5000" in last
    assert "Traceback" not in printed
    assert not (own.results / "encoders/elman-comovement/seed0/model.safetensors").exists()


def test_the_line_that_matters_comes_last(own):
    configure_own(own, ["A0", "B1", "C2", "ZZZ"], pinned=None)
    _, printed = own.call()
    assert printed.strip().splitlines()[-1].startswith("error: ")


def test_missing_sectors_are_counted_not_refused(own):
    panel = prices()
    table = pd.DataFrame({"ticker": panel.columns, "sector": [c[0] for c in panel.columns]})
    table.loc[:1, "sector"] = ""
    table.to_csv(own.folder / "firms.csv", index=False)
    configure_own(own, "firms.csv", pinned=None)
    own.run()
    summary = pd.read_csv(own.results / "association/summary.csv")
    auc = summary[summary["measure"] == "auc"]
    assert (auc["n"] == len(panel.columns) - 2).all()
    scores = pd.read_parquet(own.results / "scores/pearson.parquet")
    assert len(scores) == len(panel.columns)
    assert "2" in (own.results / "report.html").read_text(encoding="utf-8")


def test_odd_tickers_survive_the_whole_way(own):
    odd = ["NA", "TRUE", "1299.HK", "BRK-B", "0050", "NULL"]
    panel = prices(n_firms=len(odd)).set_axis(odd, axis=1)
    panel.to_csv(own.folder / "prices.csv")
    configure_own(own, odd, pinned=None)
    own.run()
    scores = pd.read_parquet(own.results / "scores/elman-comovement.parquet")
    assert list(scores.columns) == list(scores.index) == odd
    firms = pd.read_csv(own.results / "firms.csv", dtype=str, keep_default_na=False)
    assert sorted(firms["ticker"]) == sorted(odd)


def test_the_example_configurations_are_valid():
    for file in (HOME / "config").glob("*.yaml"):
        assert yaml.safe_load(file.read_text(encoding="utf-8"))["run"]
