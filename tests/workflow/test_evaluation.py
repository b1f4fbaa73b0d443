"""The evaluation as a workflow of its own, as small as it can be."""

import json

import pandas as pd
import pytest
from every_file import not_made_again, unlisted
from project import Project, prices

from firmsim.run.targets import EVALUATION as TARGET
from firmsim.run.targets import FILES

ENCODER = {
    "cell": {"name": "elman", "hidden": 4},
    "objective": {"name": "comovement", "outputs": 2, "portfolios": 2},
    "trainer": {"name": "gradient", "steps": 3, "windows": [20]},
    "seeds": [0, 1],
}  # fmt: skip
EVALUATION = {
    "windows": [20], "stride": 60, "horizon": 60, "min_horizon": 40, "unseen_share": 0.3,
    "draws": 50, "min_history_share": 0.5,
}  # fmt: skip


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    folder = tmp_path_factory.mktemp("evaluation")
    panel = prices()
    panel.to_csv(folder / "prices.csv")
    sectors = ["Energy", "Utilities"] * len(panel.columns)
    pd.DataFrame({"ticker": panel.columns, "sector": sectors[: len(panel.columns)]}).to_csv(
        folder / "firms.csv", index=False
    )
    made = Project(folder).configure(
        prices={"source": "file", "path": "prices.csv"},
        firms="firms.csv",
        encoders=[ENCODER],
        similarity={"comparators": ["rank-correlation", "random"]},
        evaluation=EVALUATION,
    )
    made.run("evaluation")
    return made


def test_leaves_one_tidy_table_and_a_figure(project):
    folder = project.results / "evaluation"
    table = pd.read_csv(folder / "table.csv")
    assert list(table) == ["method", "window", "split", "measure", "value", "low", "high", "n"]
    assert set(table["method"]) == {"elman-comovement", "rank-correlation", "random"}
    assert set(table["window"].astype(str)) == {"20", "all"}
    against = pd.read_csv(folder / "differences.csv")
    assert set(against["against"]) == {"rank-correlation", "random"}
    assert (folder / "figure.png").stat().st_size > 5_000
    assert not (project.results / "scores").exists()


def test_leaves_a_record_that_says_who_is_missing(project):
    data = json.loads((project.results / "evaluation/run.json").read_text())["data"]
    training = pd.read_parquet(project.results / "evaluation/training/growth.parquet")
    assert "survivors" in data["note"]
    assert data["fit_last"] == f"{training.index[-1]:%Y-%m-%d}"
    assert 0 < data["training_firms"] < data["firms"]


def test_training_saw_neither_the_unseen_firms_nor_the_days_after_the_fit(project):
    folder = project.results / "evaluation"
    firms = pd.read_csv(folder / "firms.csv")
    training = pd.read_parquet(folder / "training/growth.parquet")
    assert firms["unseen"].any()
    assert set(training) == set(firms.loc[~firms["unseen"], "ticker"])
    windows = pd.read_csv(folder / "windows.csv")
    assert len(training) == windows.query("name == 'all'")["end"].item()
    assert windows.query("name != 'all'")["start"].min() >= len(training)


def test_a_second_run_does_nothing(project):
    assert project.plan("evaluation") == {}


def test_every_file_is_listed_and_made_again(project):
    assert unlisted(project, [file.pattern for file in FILES if TARGET in file.targets]) == []
    assert not_made_again(project, "evaluation") == []
