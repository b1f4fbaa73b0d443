"""The shipped firms table: complete, sorted, and in step with a list of five months earlier."""

import gzip
import os
import tarfile
from pathlib import Path

import pandas as pd
import pytest

from firmsim.files import read_text_csv
from firmsim.firms.tickers import check_tickers
from firmsim.prices.source import BUNDLED

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "config/firms/sp500_2007_2016.csv"
EVALUATION = Path(os.environ.get("FIRMSIM_EVALUATION_DATA", ROOT.parent / "shared/data"))
DATED_LIST = EVALUATION / "sp500_2016_firms.csv"

SECTORS = {
    "Consumer Discretionary",
    "Consumer Staples",
    "Energy",
    "Financials",
    "Health Care",
    "Industrials",
    "Information Technology",
    "Materials",
    "Real Estate",
    "Telecommunication Services",
    "Utilities",
}
# docs/firms.md says for each why the table differs from the list of July 2016.
DECIDED_OTHERWISE = {
    *("APH", "DHR", "EFX", "EQIX", "FLIR", "GLW", "HRB", "IRM", "JCI", "LEG", "NFLX", "SNA", "SWK"),
}


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return read_text_csv(TABLE)


def test_file_is_plain_utf8_with_unix_line_ends():
    content = TABLE.read_bytes()
    assert content.decode("utf-8").startswith("ticker,name,sector,industry\n")
    assert b"\r" not in content
    assert content.endswith(b"\n")


def test_tickers_are_valid_unique_and_sorted(table):
    tickers = table["ticker"].tolist()
    assert len(tickers) == 431
    assert check_tickers(tickers, str(TABLE)) == sorted(tickers)


def test_no_cell_is_empty_or_padded(table):
    assert list(table.columns) == ["ticker", "name", "sector", "industry"]
    assert (table != "").all(axis=None)
    assert (table == table.apply(lambda column: column.str.strip())).all(axis=None)


def test_names_are_unique(table):
    assert table["name"].is_unique


def test_sectors_are_the_eleven_of_2016(table):
    assert set(table["sector"]) == SECTORS


def test_an_industry_lies_in_one_sector(table):
    assert table[["industry", "sector"]].drop_duplicates()["industry"].is_unique


def test_tickers_are_those_of_the_bundled_panel(table, resources):
    member = "cvxportfolio-1.5.1/examples/paper_examples/returns.csv.gz"
    with (
        tarfile.open(resources / BUNDLED) as archive,
        gzip.open(archive.extractfile(member), "rt") as text,
    ):
        date, *columns = text.readline().strip().split(",")
    assert date == "Date"
    assert set(table["ticker"]) == set(columns) - {"USDOLLAR"}


def test_sectors_agree_with_the_list_of_july_2016(table):
    if not DATED_LIST.exists():
        pytest.skip(f"no dated list in {EVALUATION}; FIRMSIM_EVALUATION_DATA names its folder")
    both = table.merge(read_text_csv(DATED_LIST), on="ticker", suffixes=("", "_2016_07"))
    then = both["sector_2016_07"].replace(
        "Telecommunications Services", "Telecommunication Services"
    )
    same = both["sector"] == then
    # Real estate left the financial sector on 31 August 2016, between the two dates.
    carved_out = (both["sector"] == "Real Estate") & (then == "Financials")
    assert (len(both), same.sum(), carved_out.sum()) == (424, 390, 21)
    assert (same | carved_out).mean() == pytest.approx(411 / 424)
    assert set(both.loc[~(same | carved_out), "ticker"]) == DECIDED_OTHERWISE
