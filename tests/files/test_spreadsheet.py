"""Formulas in the texts of a CSV are harmless in a spreadsheet, and come back as they were."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmsim.files import read_csv, read_parquet, write_csv, write_parquet
from firmsim.files.spreadsheet import neutralised, neutralised_text, original
from firmsim.firms.table import append_rows

FORMULAS = [
    '=HYPERLINK("http://example.org","x")',
    "=1+1",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "  =1",
    "\ufeff=1",
    "\u200b@x",
    "\uff1d1",
    "\uff0b1",
    "\uff0d1",
    "\uff20x",
    "-",
    "=cmd|'/c calc'!A0",
    "-1e400x",
]
HARMLESS = ["Apple", "", "O'Neill", "'70s", "-1.5", "+3", "-1e-9", "1=1", "a@b", "Ä", "NA"]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_becomes_text(text):
    assert neutralised_text(text) == "'" + text


@pytest.mark.parametrize("text", HARMLESS)
def test_other_texts_and_numbers_stay(text):
    assert neutralised_text(text) == text
    assert original(pd.DataFrame({"a": [text]}))["a"].tolist() == [text]


@given(st.lists(st.text(st.sampled_from("'=+-@\t\ufeff\uff1d 1e.a"), max_size=6), min_size=1))
def test_every_text_comes_back(texts):
    frame = pd.DataFrame({"=name": texts, "value": -1.5})
    written = neutralised(frame)
    pd.testing.assert_frame_equal(original(written), frame)
    assert written["value"].tolist() == frame["value"].tolist()
    for text in written["'=name"]:
        assert neutralised_text(text.removeprefix("'")) in {text, text.removeprefix("'")}


def test_the_files_of_a_run(tmp_path):
    frame = pd.DataFrame({"ticker": [text.strip("\r") for text in FORMULAS], "value": -1.5})
    write_csv(frame, tmp_path / "a.csv")
    assert read_csv(tmp_path / "a.csv")["ticker"].tolist() == frame["ticker"].tolist()
    as_numbers = read_csv(tmp_path / "a.csv", {"ticker": str})
    assert as_numbers["value"].tolist() == [-1.5] * len(FORMULAS)
    assert as_numbers["ticker"].tolist() == frame["ticker"].tolist()
    assert "\n=1+1," not in (tmp_path / "a.csv").read_text(encoding="utf-8")
    write_parquet(frame, tmp_path / "a.parquet")
    assert pd.read_parquet(tmp_path / "a.parquet")["ticker"].tolist() == frame["ticker"].tolist()
    assert read_parquet(tmp_path / "a.parquet").equals(frame)


def test_firms_that_are_added_to_a_table():
    added = append_rows("ticker,name\nA,x\n", [{"ticker": "B", "name": "=1+1"}], "firms.csv")
    assert added == "ticker,name\nA,x\nB,'=1+1\n"


def test_mixed_columns_keep_their_numbers():
    frame = pd.DataFrame({"a": [1, None, "=1", -2]}, dtype=object)
    assert neutralised(frame)["a"].tolist() == [1, None, "'=1", -2]
