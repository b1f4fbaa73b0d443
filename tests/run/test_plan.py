"""What a run will do follows from the configuration and the files it names."""

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from firmsim.config.load import load_config
from firmsim.errors import FirmsError, PriceError
from firmsim.prices.source import BUNDLED
from firmsim.run.plan import BUNDLED_FIRMS, RESOURCES, Plan


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


YAHOO = {"source": "yahoo", "start": "2015-01-02", "end": "2024-12-31"}


def test_an_index_names_its_members_as_the_source_of_prices_spells_them(tmp_path):
    plan = make(firms="sp500", prices=YAHOO)
    assert "BRK-B" in plan.scored
    assert plan.universe.index == "sp500"
    assert plan.table is None
    pd.DataFrame({"date": ["2020-01-01"], "BRK.B": [1.0]}).to_csv(tmp_path / "p.csv", index=False)
    plan = make(firms="SP500", prices={"source": "file", "path": str(tmp_path / "p.csv")})
    assert "BRK.B" in plan.scored


def test_as_of_counts_for_scored_and_training_firms():
    plan = make(
        firms=["AAPL", "MSFT", "XOM"],
        firms_as_of="2015-01-02",
        training={"train_firms": "sp500"},
        prices=YAHOO,
    )
    assert plan.universe is None
    assert plan.training_universe.index == "sp500"
    assert "TWX" in plan.training


def test_a_day_the_source_does_not_know_is_named_with_its_key():
    with pytest.raises(FirmsError, match=r"^firms: members of sp600 on 2015-01-02 .* 2021-03-31"):
        make(firms="sp600", firms_as_of="2015-01-02", prices=YAHOO)


def test_neither_file_nor_index():
    with pytest.raises(FirmsError, match=r"^firms: sp50 is neither a file nor an index \(sp500, "):
        make(firms="sp50", prices=YAHOO)


@pytest.mark.parametrize("key", ["firms", "training.train_firms"])
def test_two_spellings_of_one_firm_are_refused(key, tmp_path):
    listed = ["AAPL", "brk.b", "XOM", "BRK-B"]
    (tmp_path / "own.csv").write_text("ticker\n" + "\n".join(listed))
    for given in (listed, str(tmp_path / "own.csv")):
        keys = {"firms": given} if key == "firms" else {"training": {"train_firms": given}}
        keys = {"firms": ["A", "B", "C"]} | keys
        with pytest.raises(FirmsError, match=f"^{key}: 'brk.b' and 'BRK-B' are both BRK-B at"):
            make(**keys, prices=YAHOO)
        make(**keys)  # any other source has a spelling of its own


def test_a_firm_is_spelt_alike_where_it_is_scored_and_where_it_trains():
    keys = {"firms": ["AAPL", "brk.b", "XOM"], "training": {"train_firms": ["XOM", "A", "BRK-B"]}}
    with pytest.raises(FirmsError, match=r"^training.train_firms: 'brk.b' and 'BRK-B' are both"):
        make(**keys, prices=YAHOO)


@pytest.mark.parametrize(
    ("training", "apart", "end", "key"),
    [
        ({}, False, date(2024, 12, 31), None),
        ({"train_firms": ["A", "B", "C"]}, True, date(2024, 12, 31), "training.train_firms"),
        ({"fit_end": "2022-01-03"}, True, date(2022, 1, 2), "training.fit_end"),
        (
            {"train_firms": ["A", "B", "C"], "fit_end": "2022-01-03"},
            True,
            date(2022, 1, 2),
            "training.train_firms",
        ),
    ],
)
def test_what_training_reads(training, apart, end, key):
    plan = make(firms=["A", "B", "C"], prices=YAHOO, training=training)
    assert plan.training_apart == apart
    assert plan.training_end == end
    assert key is None or plan.training_key == key


def test_fingerprint_of_a_pinned_fit_period_ends_with_it(folder):
    def pinned():
        prices = {"source": "file", "path": str(folder)}
        return make(prices=prices, training={"fit_end": "2020-01-06"}).fingerprint

    before = pinned()
    days = pd.bdate_range("2020-01-01", periods=9)
    for ticker in ("A", "B", "C", "D"):
        frame = pd.DataFrame({"Date": days, "Close": range(1, 10)})
        frame.to_csv(folder / f"{ticker}.csv", index=False)
    assert pinned() == before
    frame.to_csv(folder / "E.csv", index=False)
    assert pinned() != before


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
