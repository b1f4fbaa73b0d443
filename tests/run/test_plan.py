"""What a run will do follows from the configuration and the files it names."""

from pathlib import Path

import pandas as pd
import pytest

from firmsim.config.load import load_config
from firmsim.errors import ConfigError, FirmsError, PriceError
from firmsim.prices.source import BUNDLED
from firmsim.run.paths import BUNDLED_FIRMS, RESOURCES
from firmsim.run.plan import Plan
from firmsim.similarity.comparators import default_comparators


def make(**keys):
    return Plan.make(load_config(keys), home=Path("home"))


def test_default_scores_every_bundled_firm():
    plan = make()
    assert list(plan.panels) == ["scored"]
    assert plan.scored.tickers is None
    assert plan.training is plan.reference is plan.scored
    assert plan.table == Path("home") / BUNDLED_FIRMS
    assert plan.scored.files == [RESOURCES / BUNDLED]
    assert plan.methods[0] == "elman-comovement"
    assert plan.methods[-1] == "random"


def test_listed_bundled_firms_keep_the_bundled_table():
    plan = make(firms=["AAPL", "MSFT", "XOM"])
    assert plan.scored.tickers == ["AAPL", "MSFT", "XOM"]
    assert plan.table == Path("home") / BUNDLED_FIRMS


def test_own_table_names_the_firms(tmp_path):
    table = tmp_path / "firms.csv"
    table.write_text("ticker,sector\nNA,x\nTRUE,y\n0050,z\n")
    plan = make(firms=str(table))
    assert plan.scored.tickers == ["NA", "TRUE", "0050"]
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
    assert str(error.value).startswith(f"train_firms: {table}")
    assert part in str(error.value)


YAHOO = {"source": "yahoo", "start": "2015-01-02", "end": "2024-12-31"}


def test_an_index_names_its_members_as_the_source_of_prices_spells_them(tmp_path):
    plan = make(firms="sp500", prices=YAHOO)
    assert "BRK-B" in plan.scored.tickers
    assert plan.universe.index == "sp500"
    assert plan.table is None
    pd.DataFrame({"date": ["2020-01-01"], "BRK.B": [1.0]}).to_csv(tmp_path / "p.csv", index=False)
    plan = make(firms="SP500", prices={"source": "file", "path": str(tmp_path / "p.csv")})
    assert "BRK.B" in plan.scored.tickers


def test_as_of_counts_for_scored_and_training_firms():
    plan = make(
        firms=["AAPL", "MSFT", "XOM"],
        firms_as_of="2015-01-02",
        training={"train_firms": "sp500"},
        prices=YAHOO,
    )
    assert plan.universe is None
    assert plan.training_universe.index == "sp500"
    assert "TWX" in plan.training.tickers


def test_a_day_the_source_does_not_know_is_named_with_its_key():
    with pytest.raises(FirmsError, match=r"^firms: members of sp600 on 2015-01-02 .* 2021-03-31"):
        make(firms="sp600", firms_as_of="2015-01-02", prices=YAHOO)


def test_neither_file_nor_index():
    with pytest.raises(FirmsError, match=r"^firms: sp50 is neither a file nor an index \(sp500, "):
        make(firms="sp50", prices=YAHOO)


@pytest.mark.parametrize("key", ["firms", "train_firms"])
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
    with pytest.raises(FirmsError, match=r"^train_firms: 'brk.b' and 'BRK-B' are both"):
        make(**keys, prices=YAHOO)


def test_missing_price_file():
    with pytest.raises(PriceError, match=r"^path: nowhere does not exist"):
        make(prices={"source": "file", "path": "nowhere"})


def test_no_family_without_methods():
    assert list(make(encoders=[]).families) == ["comparators"]


def test_comparators_are_the_default_ones_or_those_given_and_the_random_scores():
    assert make().config.similarity.comparators == default_comparators()
    given = make(similarity={"comparators": ["dtw", "pearson"]})
    assert given.families["comparators"] == ["dtw", "pearson", "random"]


@pytest.mark.parametrize(
    ("keys", "part"),
    [
        ({"similarity": {"comparators": ["pearsn"]}}, "comparators: 'pearsn' .* 'pearson'"),
        ({"similarity": {"comparators": ["zzz"]}}, "comparators: 'zzz' .* spearman"),
        (
            {"encoders": [{"cell": "elman", "objective": "comovement", "name": "ewma"}]},
            "encoders: 'ewma' is the name of a comparator",
        ),
    ],
)
def test_names_of_comparators_are_checked(keys, part):
    with pytest.raises(ConfigError, match=f"^{part}") as caught:
        make(**keys)
    assert caught.value.parameter == part.split(":")[0]
