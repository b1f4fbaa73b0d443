"""Which panels of prices a run reads, and what each of them reads."""

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from firmsim.config.load import load_config
from firmsim.errors import PriceError
from firmsim.run.plan import Plan

YAHOO = {"source": "yahoo", "start": "2015-01-02", "end": "2024-12-31"}
FIRMS = ["A", "B", "C"]


def make(**keys):
    return Plan.make(load_config(keys), home=Path("home"))


@pytest.fixture
def folder(tmp_path):
    """A folder of one CSV a ticker."""
    days = pd.bdate_range("2020-01-01", periods=5)
    for ticker in ("A", "B", "C", "D"):
        frame = pd.DataFrame({"Date": days, "Close": range(1, 6)})
        frame.to_csv(tmp_path / f"{ticker}.csv", index=False)
    return tmp_path


def test_nothing_pinned_is_one_panel():
    plan = make(firms=FIRMS, prices=YAHOO)
    (scored,) = plan.panels.values()
    assert plan.training is plan.reference is scored
    assert (scored.tickers, scored.end) == (FIRMS, date(2024, 12, 31))
    assert scored.profiles
    assert scored.parameter is None


def test_pinned_firms_are_read_apart():
    plan = make(firms=FIRMS, prices=YAHOO, training={"train_firms": ["X", "Y", "Z"]})
    assert list(plan.panels) == ["scored", "training"]
    training = plan.training
    assert plan.reference is training
    assert (training.tickers, training.end) == (["X", "Y", "Z"], date(2024, 12, 31))
    assert not training.profiles
    assert not training.later_listings
    assert training.parameter == "train_firms"


def test_pinned_days_are_read_apart():
    plan = make(firms=FIRMS, prices=YAHOO, training={"fit_end": "2022-01-03"})
    assert list(plan.panels) == ["scored", "training"]
    assert plan.reference is plan.scored
    assert (plan.training.tickers, plan.training.end) == (FIRMS, date(2022, 1, 2))
    assert plan.training.later_listings
    assert plan.training.parameter == "fit_end"


def test_pinned_firms_and_days_are_ranked_among_on_all_days():
    pinned = {"train_firms": ["X", "Y", "Z"], "fit_end": "2022-01-03"}
    plan = make(firms=FIRMS, prices=YAHOO, training=pinned)
    assert list(plan.panels) == ["scored", "training", "reference"]
    assert plan.training.end == date(2022, 1, 2)
    reference = plan.reference
    assert (reference.tickers, reference.end) == (["X", "Y", "Z"], date(2024, 12, 31))
    assert reference.after == "training"
    assert {plan.training.parameter, reference.parameter} == {"train_firms"}
    assert not reference.later_listings


def test_names_of_rules():
    plan = make(firms=FIRMS, prices=YAHOO, training={"fit_end": "2022-01-03"})
    assert [panel.rule("growth") for panel in plan.panels.values()] == ["growth", "training_growth"]


def test_fingerprint_of_a_pinned_fit_period_ends_with_it(folder):
    def pinned():
        prices = {"source": "file", "path": str(folder)}
        return make(prices=prices, training={"fit_end": "2020-01-06"}).training.fingerprint

    before = pinned()
    days = pd.bdate_range("2020-01-01", periods=9)
    for ticker in ("A", "B", "C", "D"):
        frame = pd.DataFrame({"Date": days, "Close": range(1, 10)})
        frame.to_csv(folder / f"{ticker}.csv", index=False)
    assert pinned() == before
    frame.to_csv(folder / "E.csv", index=False)
    assert pinned() != before


def test_a_folder_is_read_firm_by_firm(folder):
    prices = {"source": "file", "path": str(folder)}
    assert len(make(prices=prices).scored.files) == 4
    plan = make(prices=prices, firms=["C", "A", "D"])
    assert plan.scored.files == [folder / "C.csv", folder / "A.csv", folder / "D.csv"]
    assert plan.scored.fingerprint is None


def test_fingerprint_is_that_of_the_training_firms(folder):
    def pinned():
        plan = make(
            prices={"source": "file", "path": str(folder)},
            training={"train_firms": ["A", "B", "C"]},
        )
        assert plan.training.files == [folder / f"{ticker}.csv" for ticker in "ABC"]
        return plan.training.fingerprint

    before = pinned()
    (folder / "D.csv").unlink()
    assert pinned() == before
    (folder / "A.csv").write_text("Date,Close\n2020-01-01,7\n2020-01-02,8\n")
    assert pinned() != before


def test_yahoo_reads_no_file():
    plan = make(
        prices={"source": "yahoo", "start": "2020-01-01", "end": "2021-01-01"},
        firms=["A", "B", "C"],
    )
    assert plan.scored.files == []
    assert plan.table is None


def test_unknown_training_firm_is_named_with_its_key(folder):
    with pytest.raises(PriceError) as error:
        make(
            prices={"source": "file", "path": str(folder)},
            training={"train_firms": ["A", "B", "ZZZ"]},
        )
    assert str(error.value).startswith("train_firms: ticker 'ZZZ'")
    assert "firms.csv" not in str(error.value)
