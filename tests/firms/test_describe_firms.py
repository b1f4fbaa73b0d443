"""The firms table and what is known of the firms of a run."""

import csv
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmsim.errors import FirmsError
from firmsim.firms.table import MARKET_CAP, TRADED_VALUE, UNKNOWN, describe_firms, read_firms_table
from firmsim.firms.tickers import TICKER

COLUMNS = ["name", "sector", "industry", "market_cap"]


def write(folder, text):
    path = folder / "firms.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_only_the_ticker_is_required(tmp_path):
    table = read_firms_table(write(tmp_path, "ticker\nNA\nTRUE\n1299.HK\nBRK-B\n0050\n"))
    assert list(table.index) == ["NA", "TRUE", "1299.HK", "BRK-B", "0050"]
    assert list(table.columns) == COLUMNS
    assert (table[COLUMNS[:3]] == "").all(axis=None)
    assert table["market_cap"].isna().all()


def test_columns_may_come_in_any_order_and_case_and_others_are_ignored(tmp_path):
    text = 'Sector,x,TICKER,market_cap,name\nEnergy,1,XOM, 3.5e11 ,"Exxon, Inc."\n,2,NONE,,\n'
    table = read_firms_table(write(tmp_path, "\ufeff" + text))
    assert table.loc["XOM"].to_list() == ["Exxon, Inc.", "Energy", "", 3.5e11]
    assert table.loc["NONE"].to_list()[:3] == ["", "", ""]


texts = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), max_size=8)
names = st.from_regex(TICKER, fullmatch=True) | st.sampled_from(["NA", "nan", "TRUE", "1e5"])


@given(
    rows=st.lists(
        st.tuples(
            names.filter(lambda name: ".." not in name),
            texts,
            texts,
            texts,
            st.none() | st.floats(1e-3, 1e15),
        ),
        unique_by=lambda row: row[0],
    )
)
def test_any_table_is_read_as_written(rows):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "firms.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([["ticker", *COLUMNS], *rows])
        table = read_firms_table(path)
    assert list(table.index) == [row[0] for row in rows]
    for (_, *expected_texts, cap), comp in zip(rows, table.to_numpy(), strict=True):
        assert list(comp[:3]) == expected_texts
        assert np.isnan(comp[3]) if cap is None else comp[3] == cap


BAD = {
    "no ticker": ("symbol,name\nA,x\n", r"no column 'ticker'; .*found: 'symbol', 'name'\)"),
    "twice": ("ticker\nA\nB\nA\n", "ticker 'A' is listed more than once; keep one"),
    "path": ("ticker\nA\n../../x\n", r"entry 2: '\.\./\.\./x' is not a ticker"),
    "slash": ("ticker\nA/B\n", "entry 1: 'A/B' is not a ticker"),
    "empty": ("ticker,name\n,x\n", "entry 1: a ticker is empty"),
    "cap text": ("ticker,market_cap\nA,1\nB,5bn\n", r"entry 2 \(B\): market_cap '5bn' is not a nu"),
    "cap zero": ("ticker,market_cap\nA,0\n", r"entry 1 \(A\): market_cap '0' is not a number abo"),
    "cap nan": ("ticker,market_cap\nA,nan\n", "market_cap 'nan' is not a number above 0"),
    "cap infinite": ("ticker,market_cap\nA,inf\n", "market_cap 'inf' is not a number above 0"),
    "column twice": ("ticker,name,Name\nA,x,y\n", "column 'name' .*; keep one"),
    "comma": ("ticker,name\nA,x\nB,y, Inc.\n", "cannot be read as a CSV: .*saw 3"),
    "comma in every row": ("ticker,name\nA,x, Inc.\nB,y, Inc.\n", "more fields than the header"),
    "nothing": ("", "cannot be read as a CSV: No columns"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_tables_are_refused_in_one_line(case, tmp_path):
    text, message = BAD[case]
    path = write(tmp_path, text)
    with pytest.raises(FirmsError, match=message) as caught:
        read_firms_table(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_or_binary_table_is_named(tmp_path):
    with pytest.raises(FirmsError, match=r"none\.csv does not exist"):
        read_firms_table(tmp_path / "none.csv")
    (tmp_path / "firms.csv").write_bytes(b"ticker\n\xff\xfe")
    with pytest.raises(FirmsError, match=r"firms\.csv cannot be read as a CSV"):
        read_firms_table(tmp_path / "firms.csv")


def known(rows):
    """Table of what is known: ticker -> (name, sector, industry, market_cap)."""
    table = pd.DataFrame.from_dict(rows, orient="index", columns=COLUMNS)
    return table.astype({"market_cap": float}).rename_axis("ticker")


def test_the_table_wins_cell_by_cell_over_the_profiles():
    table = known({"B": ["", "Energy", "", 5.0], "A": ["Own A", "", "", np.nan]})
    profiles = known({"A": ["Their A", "Tech", "Chips", 7.0], "B": ["Their B", "Oil", "Gas", 9.0]})
    firms = describe_firms(["A", "B", "NEW"], table, profiles, None)
    columns = ["ticker", "name", "sector", "industry", "size", "size_kind", "size_date"]
    assert list(firms.columns) == columns
    assert firms.to_numpy().tolist()[:2] == [
        ["A", "Own A", "Tech", "Chips", 7.0, MARKET_CAP, ""],
        ["B", "Their B", "Energy", "Gas", 5.0, MARKET_CAP, ""],
    ]
    assert firms.loc[2, ["ticker", "name", "sector", "industry"]].to_list() == ["NEW", "", "", ""]
    assert np.isnan(firms.loc[2, "size"])


def test_a_size_has_the_day_of_the_profile_it_is_taken_from():
    table = known({"A": ["", "", "", 5.0], "B": ["", "", "", np.nan]})
    profiles = known({name: ["", "", "", 7.0] for name in "ABC"})
    profiles = profiles.assign(market_cap_date="2024-05-06")
    profiles.loc["C", "market_cap"] = np.nan
    traded = pd.Series(1.0, index=list("ABC"))
    firms = describe_firms(list("ABC"), table, profiles, traded)
    assert firms["size_date"].tolist() == ["", "2024-05-06", ""]  # that of A is the table's
    few = describe_firms(["C", "B", "D"], None, profiles, pd.Series(1.0, index=list("BCD")))
    assert set(few["size_kind"]) == {TRADED_VALUE}
    assert set(few["size_date"]) == {""}


@pytest.mark.parametrize(
    ("caps", "kind", "sizes"),
    [
        ([1.0, 2.0, 3.0, 4.0], MARKET_CAP, [1.0, 2.0, 3.0, 4.0]),
        ([1.0, np.nan, np.nan, 4.0], MARKET_CAP, [1.0, np.nan, np.nan, 4.0]),
        ([1.0, np.nan, np.nan, np.nan], TRADED_VALUE, [10.0, np.nan, 30.0, 40.0]),
        ([np.nan] * 4, TRADED_VALUE, [10.0, np.nan, 30.0, 40.0]),
    ],
)
def test_sizes_are_never_of_two_kinds(caps, kind, sizes):
    table = known({name: ["", "", "", cap] for name, cap in zip("ABCD", caps, strict=True)})
    traded = pd.Series({"D": 40.0, "A": 10.0, "C": 30.0, "OTHER": 1.0})
    firms = describe_firms(list("ABCD"), table, None, traded)
    assert set(firms["size_kind"]) == {kind}
    np.testing.assert_array_equal(firms["size"], sizes)


def test_nothing_known_is_said_so():
    firms = describe_firms(["A", "B"], None, None, None)
    assert set(firms["size_kind"]) == {UNKNOWN}
    assert firms["size"].isna().all()
    assert (firms[["name", "sector", "industry"]] == "").all(axis=None)


def test_traded_values_of_nobody_are_no_size():
    nothing = pd.Series(np.nan, index=["A", "B", "C"])
    firms = describe_firms(["A", "B", "C"], None, None, nothing)
    assert set(firms["size_kind"]) == {UNKNOWN}
    table = known({"A": ("", "", "", 5e9)})
    firms = describe_firms(["A", "B", "C"], table, None, nothing)
    assert set(firms["size_kind"]) == {MARKET_CAP}
    assert firms["size"].notna().tolist() == [True, False, False]


def test_a_folder_is_no_firms_table(tmp_path):
    with pytest.raises(FirmsError, match="is not a file"):
        read_firms_table(tmp_path)


def test_yahoos_sectors_take_the_names_of_a_table_in_gics():
    table = pd.DataFrame(
        {
            "name": "",
            "sector": ["Information Technology", "", ""],
            "industry": ["Software", "", ""],
        },
        index=["A", "B", "C"],
    ).assign(market_cap=np.nan)
    profiles = pd.DataFrame(
        {"name": "", "sector": "Technology", "industry": "Software - Infrastructure"},
        index=["A", "B", "C"],
    ).assign(market_cap=np.nan)
    profiles.loc["C", "sector"] = "Energy"
    firms = describe_firms(["A", "B", "C"], table, profiles, None)
    assert firms["sector"].tolist() == ["Information Technology"] * 2 + ["Energy"]
    assert firms["industry"].tolist() == ["Software", "", ""]
    own = describe_firms(["A", "B"], table.assign(sector=["Chips", "", ""]), profiles, None)
    assert own["sector"].tolist() == ["Chips", "Technology"]
