"""The whole workflow on five real firms over 300 days."""

import json
import os
import signal
import subprocess
import sys
import time

import pandas as pd
import yaml
from project import HOME

from firmsim.similarity.comparators import default_comparators

ENCODERS = [f"{cell}-comovement" for cell in ("elman", "jordan", "lstm", "gru", "feedforward")]
ENCODERS += ["elman-forecast", "jordan-forecast"]
METHODS = len(ENCODERS) + len(default_comparators())


def test_leaves_the_files_that_are_promised(small_run):
    results = small_run.results
    for name in ENCODERS:
        assert (results / f"encoders/{name}/seed0/model.safetensors").exists()
        assert (results / f"encoders/{name}/seed0/history.csv").exists()
        assert (results / f"encoders/{name}/seed0/gradients.csv").exists()
        assert (results / f"embeddings/{name}.parquet").exists()
    for folder in ("scores", "neighbours"):
        assert len(list((results / folder).glob("*.parquet"))) == METHODS
    assert len(list((results / "association").glob("*.json"))) == METHODS
    assert not list(small_run.folder.rglob("*.part"))


def test_scores_and_neighbours_fit_five_firms(small_run):
    scores = pd.read_parquet(small_run.results / "scores/elman-comovement.parquet")
    assert scores.shape == (5, 5)
    assert scores.notna().all(axis=None)
    peers = pd.read_parquet(small_run.results / "neighbours/elman-comovement.parquet")
    assert len(peers) == 5 * 4


def test_says_how_little_five_firms_show(small_run):
    record = json.loads((small_run.results / "run.json").read_text())
    assert record["data"]["firms"] == 5
    assert 295 <= record["data"]["days"] <= 305
    assert any("10 pairs" in note for note in record["notes"])
    page = (small_run.results / "report.html").read_text(encoding="utf-8")
    assert "10 pairs" in page
    assert "traded value" in page


def test_parameters_are_counted_twice(small_run):
    record = json.loads((small_run.results / "run.json").read_text())
    assert len(record["encoders"]) == len(ENCODERS)
    for encoder in record["encoders"]:
        assert encoder["parameters"] == encoder["parameters_formula"] > 0


def test_summary_holds_every_method(small_run):
    summary = pd.read_csv(small_run.results / "association/summary.csv")
    assert summary["method"].nunique() == METHODS
    assert set(summary["attribute"]) == {"sector", "size", "horizon"}


def test_a_second_run_does_nothing(small_run):
    assert small_run.plan() == {}


def test_the_command_says_that_nothing_is_to_be_done(small_run):
    status, printed = small_run.call()
    assert status == 0
    assert "Nothing to be done" in printed


def test_snakemake_report(small_run):
    status, printed = small_run.call("--report", "snakemake.html")
    assert status == 0, printed
    page = (small_run.folder / "snakemake.html").read_text(encoding="utf-8")
    for text in ("Association", "Prices", "audit findings", "firm similarity"):
        assert text in page


def test_a_new_ticker_without_pinned_training_trains(small_run):
    settings = yaml.safe_load(small_run.config.read_text())
    try:
        small_run.configure(**settings | {"firms": [*settings["firms"], "KO"]})
        assert small_run.plan()["train"] == len(ENCODERS)
    finally:
        small_run.configure(**settings)


def test_a_deleted_file_is_made_again(small_run):
    scores = small_run.results / "scores/pearson.parquet"
    kept = scores.rename(scores.with_suffix(".kept"))
    assert small_run.plan()["comparator_scores"] == 1
    kept.rename(scores)


def test_the_same_seed_gives_the_same_bytes(small_run):
    model = small_run.results / "encoders/jordan-comovement/seed0/model.safetensors"
    gradients = model.with_name("gradients.csv")
    before = model.read_bytes(), gradients.read_bytes()
    model.unlink()
    assert small_run.run(model.relative_to(small_run.folder))["train"] == 1
    assert (model.read_bytes(), gradients.read_bytes()) == before


def test_a_killed_run_goes_on(small_run):
    """Killed between two outputs of one job; the same command makes both, and the same bytes."""
    model = small_run.results / "encoders/elman-comovement/seed0/model.safetensors"
    first = model.with_name("history.csv")
    before = model.read_bytes(), first.read_bytes()
    command = [sys.executable, "-m", "snakemake", "--snakefile", HOME / "Snakefile", "--cores", "1"]
    model.unlink()
    first.unlink()
    with subprocess.Popen(
        [*command, "--configfile", small_run.config],
        cwd=small_run.folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        while not first.exists():
            assert process.poll() is None
            time.sleep(0.001)
        os.killpg(process.pid, signal.SIGKILL)
    assert not model.exists()
    status, printed = small_run.call()
    assert status == 0, printed
    assert (model.read_bytes(), first.read_bytes()) == before
    assert small_run.plan() == {}
