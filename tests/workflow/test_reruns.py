"""Only what depends on a change runs again."""

import shutil

import pandas as pd
import pytest
import yaml
from project import Project, encoders, prices

from conftest import configure_own

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
    changed[1]["hidden"] = 9
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
    changed[0]["embedding"] = 5
    configure_own(own, prices().columns[:11], encoders=changed)
    planned = own.plan()
    assert "train" not in planned
    assert planned["embed"] == 1


def test_no_encoder_at_all(own):
    configure_own(own, prices().columns[:11], pinned=None, encoders=[])
    own.run()
    assert (own.results / "report.html").exists()
