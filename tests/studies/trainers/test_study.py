"""The study of trainers as a workflow of its own, as small as it can be."""

import pandas as pd
import pytest
from every_file import not_made_again, unlisted
from project import HOME, Project, prices

from firmsim.run.targets import EVALUATION, FILES
from trainers.page import PAGE, filled, refresh
from trainers.paths import FILES as STUDY_FILES
from trainers.paths import StudyPaths

STUDY = {
    "trainers": ["genetic"],
    "seeds": [0, 1],
    "forward_passes": 16,
    "seconds": 0.01,
    "validation_checks": 1,
    "population": 4,
    "firm": {"cells": ["elman"], "max_parameters": [200], "windows": [20], "batch_size": 8},
    "memory": {"max_parameters": [20], "lags": [2], "sequences": 4},
}
FIRM, MEMORY, CONTRAST = 2 * 2, 2 * 2, 2


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    folder = tmp_path_factory.mktemp("study")
    prices().to_csv(folder / "prices.csv")
    project = Project(folder).configure(
        prices={"source": "file", "path": "prices.csv"}, trainers=STUDY
    )
    assert project.plan("trainers") == {
        "prices": 1,
        "growth": 1,
        "trial": FIRM + MEMORY + CONTRAST,
        "compare_trainers": 1,
        "trainers": 1,
    }
    project.run("trainers")
    return project


def test_leaves_curves_tables_and_figures(study):
    folder = study.results / "trainers"
    assert len(list(folder.rglob("seed*.csv"))) == FIRM + MEMORY + CONTRAST
    summary, tests = pd.read_csv(folder / "summary.csv"), pd.read_csv(folder / "tests.csv")
    assert len(summary) == 2 * (2 + 2 + 1)
    assert set(summary["budget"]) == {"forward_passes", "seconds"}
    assert len(tests) == 2 * (1 + 1)
    assert tests["p_holm"].between(0, 1).all()
    for name in ("curves", "memory", "gradients"):
        assert (folder / f"{name}.png").stat().st_size > 5_000
    assert not (study.results / "scores").exists()


def test_a_second_run_does_nothing(study):
    assert study.plan("trainers") == {}


def test_every_file_is_listed_and_made_again(study):
    prices = [file.pattern for file in FILES if EVALUATION in file.targets]
    assert unlisted(study, [*prices, *STUDY_FILES]) == []
    assert not_made_again(study, "trainers") == []


def test_another_seed_runs_only_its_own_trials(study):
    try:
        study.configure(
            prices={"source": "file", "path": "prices.csv"},
            trainers=STUDY | {"seeds": [0, 1, 2]},
        )
        assert study.plan("trainers")["trial"] == (FIRM + MEMORY + CONTRAST) // 2
    finally:
        study.configure(prices={"source": "file", "path": "prices.csv"}, trainers=STUDY)


def test_the_page_is_filled_and_its_text_kept(study, tmp_path):
    page = tmp_path / "trainers.md"
    text = (HOME / PAGE).read_text(encoding="utf-8")
    page.write_text(text, encoding="utf-8")
    refresh(StudyPaths.of(study.results), page)
    once = page.read_text(encoding="utf-8")
    assert "| Elman, 200 weights |" in once
    assert "| LSTM, 20 weights, T = 2 |" in once
    assert once.split("## Memory task")[0] == text.split("## Memory task")[0]
    refresh(StudyPaths.of(study.results), page)
    assert page.read_text(encoding="utf-8") == once
    assert (tmp_path / "trainers" / "curves.png").exists()


def test_a_page_without_its_markers_is_an_error():
    with pytest.raises(ValueError, match="put the two markers back"):
        filled("text", {"tests": "table"})
