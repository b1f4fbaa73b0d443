"""What a run will do follows from the configuration and the files it names."""

from pathlib import Path

import pandas as pd
import pytest

from firmsim.configfile import load_config
from firmsim.errors import FirmsError, PriceError
from firmsim.plan import BUNDLED_FIRMS, RESOURCES, Plan
from firmsim.prices.source import BUNDLED


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


def test_default_scores_every_bundled_firm():
    plan = make()
    assert plan.scored is None
    assert plan.training is None
    assert plan.table == Path("home") / BUNDLED_FIRMS
    assert plan.price_files == [RESOURCES / BUNDLED]
    assert plan.training_files == []
    assert plan.methods[0] == "elman-comovement"
    assert plan.methods[-1] == "random"


def test_listed_bundled_firms_keep_the_bundled_table():
    plan = make(firms=["AAPL", "MSFT", "XOM"])
    assert plan.scored == ["AAPL", "MSFT", "XOM"]
    assert plan.table == Path("home") / BUNDLED_FIRMS


def test_own_table_names_the_firms(tmp_path):
    table = tmp_path / "firms.csv"
    table.write_text("ticker,sector\nNA,x\nTRUE,y\n0050,z\n")
    plan = make(firms=str(table))
    assert plan.scored == ["NA", "TRUE", "0050"]
    assert plan.table == table


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("symbol\nA\nB\nC\n", "'symbol'"),
        ("ticker\nA\nB\n", "2 firms"),
        ("ticker\nA\nB\nA\n", "more than once"),
        ("ticker\nA\nB/C\nD\n", "'B/C'"),
    ],
)
def test_bad_table_is_named_with_its_key(tmp_path, text, part):
    table = tmp_path / "firms.csv"
    table.write_text(text)
    with pytest.raises(FirmsError) as error:
        make(training={"train_firms": str(table)})
    assert str(error.value).startswith(f"training.train_firms: {table}")
    assert part in str(error.value)


def test_missing_price_file():
    with pytest.raises(PriceError, match=r"prices\.path: nowhere does not exist"):
        make(prices={"source": "file", "path": "nowhere"})


def test_a_folder_is_read_firm_by_firm(folder):
    prices = {"source": "file", "path": str(folder)}
    assert len(make(prices=prices).price_files) == 4
    plan = make(prices=prices, firms=["C", "A", "D"])
    assert plan.price_files == [folder / "C.csv", folder / "A.csv", folder / "D.csv"]
    assert plan.fingerprint is None


def test_fingerprint_is_that_of_the_training_firms(folder):
    def pinned():
        plan = make(
            prices={"source": "file", "path": str(folder)},
            training={"train_firms": ["A", "B", "C"]},
        )
        assert plan.training_files == [folder / f"{ticker}.csv" for ticker in "ABC"]
        return plan.fingerprint

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
    assert plan.price_files == []
    assert plan.table is None


def test_no_family_without_methods():
    assert list(make(encoders=[]).families) == ["comparators"]


def test_unknown_training_firm_is_named_with_its_key(folder):
    with pytest.raises(PriceError) as error:
        make(
            prices={"source": "file", "path": str(folder)},
            training={"train_firms": ["A", "B", "ZZZ"]},
        )
    assert str(error.value).startswith("training.train_firms: ticker 'ZZZ'")
    assert "firms.csv" not in str(error.value)
