"""Only what depends on a change runs again."""

import json
import shutil

import pandas as pd
import pytest
import yaml
from every_file import not_made_again
from project import Project, configure_own, encoders, prices

from firmsim.cli.main import main

SCORES = "scores/elman-comovement.parquet"
AGAIN = {
    "growth",
    "firms",
    "embed",
    "encoder_scores",
    "comparator_scores",
    "neighbours",
    "associate_encoders",
    "associate_comparators",
    "summary",
    "record",
    "report",
}
"""What a new ticker makes anew when training is pinned, its prices aside."""


@pytest.fixture
def own(finished, tmp_path):
    """A copy of the finished run, free to change."""
    shutil.copytree(finished.folder, tmp_path, dirs_exist_ok=True)
    return Project(tmp_path)


def test_nothing_changed(own):
    assert own.plan() == {}


def test_a_touched_configuration_changes_nothing(own):
    own.config.touch()
    assert own.plan() == {}


def test_new_ticker_with_pinned_training_trains_nothing(own):
    configure_own(own, prices().columns[:12])
    assert set(own.plan()) == AGAIN | {"prices"}


def test_a_ticker_added_by_the_command_is_the_only_news(own, capsys):
    assert main(["add", prices().columns[11], "--config", str(own.config)]) == 0
    assert "trains nothing" in capsys.readouterr().out
    assert set(own.plan()) == AGAIN | {"prices"}


def test_new_column_in_the_file_with_pinned_training_trains_nothing(own):
    before = pd.read_parquet(own.results / SCORES)
    panel = prices()
    panel["NEW"] = panel["A0"].iloc[::-1].to_numpy()
    panel.to_csv(own.folder / "prices.csv")
    configure_own(own, [*panel.columns[:11], "NEW"])
    assert set(own.plan()) == AGAIN | {"prices"}
    assert "train" not in own.run(f"results/test/{SCORES}")
    after = pd.read_parquet(own.results / SCORES)
    assert list(after.columns) == [*before.columns, "NEW"]
    pd.testing.assert_frame_equal(
        after.loc[before.index, before.columns], before, check_exact=False, atol=1e-6
    )


def test_changed_price_of_a_training_firm_trains(own):
    panel = prices()
    panel.iloc[5, 0] *= 1.01
    panel.to_csv(own.folder / "prices.csv")
    assert own.plan()["train"] == 2


def test_permutations_touch_only_the_association(own):
    configure_own(own, prices().columns[:11], association={"permutations": 29})
    assert set(own.plan()) == {
        "associate_encoders",
        "associate_comparators",
        "summary",
        "record",
        "report",
    }


def test_one_encoder_changed_trains_one(own):
    changed = encoders(("elman", "comovement"), ("jordan", "forecast"))
    changed[1]["cell"]["hidden"] = 9
    configure_own(own, prices().columns[:11], encoders=changed)
    planned = own.plan()
    assert planned["train"] == planned["embed"] == planned["encoder_scores"] == 1
    assert "comparator_scores" not in planned
    assert "associate_comparators" not in planned


def test_new_seed_trains_only_that_seed(own):
    changed = encoders(("elman", "comovement"), ("jordan", "forecast"))
    changed[0]["seeds"] = [0, 1]
    configure_own(own, prices().columns[:11], encoders=changed)
    planned = own.plan()
    assert planned["train"] == planned["embed"] == 1
    own.run("results/test/embeddings/elman-comovement.parquet")
    embeddings = pd.read_parquet(own.results / "embeddings/elman-comovement.parquet")
    assert sorted(embeddings["seed"].unique()) == [0, 1]


@pytest.mark.parametrize(
    ("section", "key", "value", "jobs"),
    [
        ("similarity", "neighbours", 3, {"neighbours", "report", "record"}),
        ("prices", "workers", 3, set()),  # how prices are asked for changes nothing
        ("audit", "gap_days", 9, {"prices", "training_prices", "train"}),
        ("growth", "clip", 3.0, {"train", "comparator_scores", "associate_encoders"}),
        ("growth", "trading_days_per_year", 250, {"growth", "training_growth", "train"}),
        ("training", "validation_share", 0.2, {"train", "embed", "associate_encoders"}),
    ],
)
def test_each_key_runs_what_uses_it(own, section, key, value, jobs):
    settings = yaml.safe_load(own.config.read_text())
    own.configure(**settings | {section: settings.get(section, {}) | {key: value}})
    planned = set(own.plan())
    assert jobs <= planned
    if section in ("similarity", "prices"):
        assert planned == jobs
    if section in ("growth", "training") and "growth" not in jobs:
        assert not planned & {"prices", "growth", "training_growth", "firms"}


def test_size_of_the_embedding_trains_nothing(own):
    changed = encoders(("elman", "comovement"), ("jordan", "forecast"))
    changed[0]["objective"]["embedding_size"] = 5
    configure_own(own, prices().columns[:11], encoders=changed)
    planned = own.plan()
    assert "train" not in planned
    assert planned["embed"] == 1


def test_no_encoder_at_all(own):
    configure_own(own, prices().columns[:11], pinned=None, encoders=[])
    own.run()
    assert (own.results / "report.html").exists()


ON_NEW_DAYS = AGAIN | {"prices", "reference_prices", "reference_growth"}
"""What new days make anew when firms and fit period are pinned."""


@pytest.fixture(scope="module")
def fitted_to_a_day(tmp_path_factory):
    """A finished run whose fit period ends on a day; prices go on after `end`."""
    folder = tmp_path_factory.mktemp("fit_end")
    prices().to_csv(folder / "prices.csv")
    project = Project(folder)
    configure_days(project)
    project.run()
    return project


def configure_days(project, end="2016-02-12", fit_end="2015-12-31", firms=11, pinned=10):
    """Configuration that pins the fit period."""
    train = None if pinned is None else list(prices().columns[:pinned])
    configure_own(
        project,
        prices().columns[:firms],
        prices={"source": "file", "path": "prices.csv", "end": end},
        training={"train_firms": train, "fit_end": fit_end},
    )


@pytest.fixture
def dated(fitted_to_a_day, tmp_path):
    """A copy of that run, free to change."""
    shutil.copytree(fitted_to_a_day.folder, tmp_path, dirs_exist_ok=True)
    return Project(tmp_path)


def test_a_pinned_fit_period_is_what_training_reads(dated):
    assert dated.plan() == {}
    record = json.loads((dated.results / "run.json").read_text())
    assert record["data"]["fit_last"] == "2015-12-30"
    assert record["data"]["test_first"] == "2015-12-31"
    assert record["data"]["last"] == "2016-02-12"


def test_a_file_of_the_reference_panel_is_made_again(dated):
    assert len(list((dated.results / "reference").iterdir())) >= 5
    assert not_made_again(dated, below="reference") == []


def test_a_later_end_embeds_with_frozen_weights(dated):
    weights = dated.results / "encoders/elman-comovement/seed0/model.safetensors"
    before = weights.read_bytes()
    configure_days(dated, end="2016-03-15")
    assert set(dated.plan()) == ON_NEW_DAYS
    assert "train" not in dated.run()
    assert weights.read_bytes() == before
    growth = pd.read_parquet(dated.results / "growth/growth.parquet")
    assert growth.index[-1] == pd.Timestamp("2016-03-15")
    fit = "scores/fit_period/elman-comovement.parquet"
    assert list(pd.read_parquet(dated.results / fit)) == list(growth.columns)
    assert dated.plan() == {}


def test_days_appended_to_the_file_train_nothing(dated):
    configure_days(dated, end=None)
    dated.run(f"results/test/{SCORES}")
    panel = prices(n_days=330)
    panel.iloc[:320] = prices()
    panel.to_csv(dated.folder / "prices.csv")
    planned = dated.plan()
    assert "train" not in planned
    assert planned["embed"] == 2


def test_a_new_ticker_trains_nothing_when_days_are_pinned_too(dated):
    configure_days(dated, firms=12)
    assert set(dated.plan()) == AGAIN | {"prices"}


def test_a_later_end_trains_when_the_fit_period_is_a_share(own):
    settings = {"source": "file", "path": "prices.csv", "end": "2016-02-12"}
    configure_own(own, prices().columns[:11], prices=settings)
    assert own.plan()["train"] == 2


def test_pinned_days_alone(dated):
    configure_days(dated, pinned=None)
    assert dated.plan()["train"] == 2
    dated.run()
    configure_days(dated, pinned=None, end="2016-03-15")
    assert set(dated.plan()) == AGAIN | {"prices"}
    configure_days(dated, pinned=None, firms=12)
    assert dated.plan()["train"] == 2
