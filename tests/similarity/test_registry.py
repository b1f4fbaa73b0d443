"""A comparator is one record: everything else that lists comparators follows from it."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import comparators
import config_reference
from firmsim.config import Config
from firmsim.evaluation.protocol import comparator_in_windows
from firmsim.evaluation.windows import Window
from firmsim.growth import cross_section
from firmsim.report.methods import run_methods
from firmsim.run.plan import Plan
from firmsim.similarity.comparators import COMPARATORS, Comparator, default_comparators


def level(growth):
    """The same score for every pair."""
    return np.full((growth.shape[1],) * 2, 0.25)


@pytest.fixture
def _registered(monkeypatch):
    about = {"label": "level", "title": "Level", "formula": "1/4", "default": True}
    record = Comparator(name="toy", seconds=0.1, loader=lambda: level, **about)
    monkeypatch.setitem(COMPARATORS, record.name, record)


pytestmark = pytest.mark.usefixtures("_registered")


def planned(**similarity):
    return Plan.make(Config.model_validate({"similarity": similarity}), Path())


def test_the_configuration_takes_it_and_computes_it_by_default():
    assert planned(comparators=["toy"]).families["comparators"] == ["toy", "random"]
    assert "toy" in planned().families["comparators"]
    schema = json.loads(config_reference.schema())
    field = schema["$defs"]["Similarity"]["properties"]["comparators"]
    assert "toy" in field["anyOf"][0]["items"]["enum"]
    assert field["default"] == default_comparators()
    assert "`hmm`, `catch22`, `random`, `toy` |" in config_reference.key_tables()


def test_the_report_names_it():
    class Results:
        encoders = ()
        comparators = ("toy",)

    (method,) = run_methods(Results())
    assert (method.label, method.title, method.formula) == ("level", "Level", "1/4")


def test_the_docs_and_the_evaluation_list_it():
    assert "| `toy` * | Level | `1/4` |  | 0.1 |" in comparators.table()
    assert "    - toy\n" in comparators.evaluation_list()


def test_the_evaluation_scores_it():
    growth = pd.DataFrame(np.random.default_rng(0).normal(size=(50, 3)), columns=list("ABC"))
    firms = pd.DataFrame({"ticker": list("ABC"), "sector": "", "industry": "", "unseen": False})
    tables = (growth, *cross_section(growth))
    score = comparator_in_windows("toy", [Window("40", 0, 40, 50)], firms, tables, seed=0)
    np.testing.assert_array_equal(score(0), 0.25 + 0.75 * np.eye(3))
