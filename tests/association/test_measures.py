"""A measure is one record: the tables of a run and of the evaluation follow from it."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from firmsim.association import measures
from firmsim.association.estimate import Estimate
from firmsim.association.measures import EVERYWHERE, MEASURES, Measure, evaluation_measures
from firmsim.association.summary import associate, summarise
from firmsim.config import Association
from firmsim.evaluation.inference import contributions, tabulate
from firmsim.evaluation.protocol import evaluate
from firmsim.evaluation.windows import Window
from firmsim.report.method_table import method_table
from firmsim.report.methods import Method
from firmsim.report.summary import Measurement, Summary

TICKERS = [f"F{i}" for i in range(8)]


def spread(scores, labels):
    """Standard deviation of all scores, whatever the labels."""
    return Estimate(float(np.std(scores)))


@pytest.fixture
def _registered(monkeypatch):
    about = {"attribute": "sector", "title": "Spread", "reading": "Spread.", "chance": 0.0}
    toy = Measure(measure="toy", loader=lambda: spread, used_in=EVERYWHERE, **about)
    monkeypatch.setattr(measures, "MEASURES", (*MEASURES, toy))


@pytest.fixture
def scores():
    values = np.corrcoef(np.random.default_rng(0).normal(size=(8, 20)))
    return pd.DataFrame(values, index=TICKERS, columns=TICKERS)


@pytest.fixture
def firms():
    sectors = {"sector": ["Energy", "Materials"] * 4, "industry": "", "unseen": [True, False] * 4}
    return pd.DataFrame({"ticker": TICKERS, "size": 1.0, "size_kind": "USD", **sectors})


@pytest.mark.usefixtures("_registered")
def test_a_run_has_it_in_record_summary_and_report(scores, firms):
    record = associate("m", scores, firms, Association(permutations=19))
    value = record["sector"]["toy"]["value"]
    assert value == np.std(scores.to_numpy())
    table = summarise([record])
    row = table.set_index(["attribute", "measure"]).loc[("sector", "toy")]
    assert (row["value"], row["n"]) == (value, 8)
    found = {("m", ("sector", "toy")): Measurement(value)}
    shown = method_table(Summary((Method("m", "m", "M", "comparator"),), found, "USD", 0.05))
    assert [column.title for column in shown.columns] == ["Spread"]


@pytest.mark.usefixtures("_registered")
def test_the_evaluation_has_it_in_its_table(scores, firms):
    q = pd.DataFrame(np.random.default_rng(1).normal(size=(60, 8)), columns=TICKERS)
    found = evaluate(lambda _: scores, [Window("30", 0, 30, 60)], firms, q)
    table = tabulate({"m": contributions(found.assign(seed=0))}, 20, 0)
    row = table.query("measure == 'toy' and split == 'all firms'")
    assert row["value"].item() == pytest.approx(np.std(scores.to_numpy()))


def test_every_measure_is_named_once_where_it_is_used():
    places = [(m.attribute, m.section) for m in MEASURES]
    assert len(set(places)) == len(places)
    names = [entry.name for entry in evaluation_measures()]
    assert len(set(names)) == len(names)
    assert all(m.title and m.reading.endswith(".") for m in MEASURES)


def test_the_registry_loads_no_numerical_library():
    code = "import sys, firmsim.association.measures; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not set(run.stdout.split()) & {"numpy", "pandas", "scipy", "sklearn", "skbio"}
