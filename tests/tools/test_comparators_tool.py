"""The table of comparators and the list of the evaluation say what the registry says."""

import shutil

import pytest
import yaml

import comparators
from comparators import HOME
from firmsim.similarity.comparators import COMPARATORS


@pytest.fixture
def copy(tmp_path):
    """A project's folder with the two files that hold comparators."""
    for path in (comparators.PAGE, comparators.EVALUATION):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(HOME / path, tmp_path / path)
    return tmp_path


def test_both_files_are_up_to_date(capsys):
    assert comparators.main(["--check"]) == 0, capsys.readouterr().out


def test_what_is_out_of_date_is_named_and_made_anew(copy, capsys):
    page = copy / comparators.PAGE
    text = page.read_text()
    page.write_text(text.replace("| `ewma` *", "| `ewma`"))
    assert comparators.main(["--check"], copy) == 1
    assert capsys.readouterr().out.startswith("docs/method.md: is out of date")
    assert comparators.main([], copy) == 0
    assert page.read_text() == text


def test_the_evaluation_computes_all_but_catch22():
    config = yaml.safe_load((HOME / comparators.EVALUATION).read_text())
    assert set(COMPARATORS) - set(config["similarity"]["comparators"]) == {"catch22"}
