"""Which strings are tickers, and how a bad list is told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmsim.errors import FirmsError
from firmsim.firms.tickers import check_ticker, check_tickers


@pytest.mark.parametrize(
    "ticker", ["A", "NA", "TRUE", "1299.HK", "BRK-B", "0050", "^GSPC", "EURUSD=X", "M&M.NS", "a"]
)
def test_tickers_of_the_world_pass_unchanged(ticker):
    assert check_ticker(ticker) == ticker


@pytest.mark.parametrize(
    "ticker",
    [
        "../../x",
        "..",
        "A..B",
        "A/B",
        "A\\B",
        ".A",
        "-A",
        "^",
        "^^A",
        "A B",
        " A",
        "A\n",
        "A\0",
        "Ä",
    ],
)
def test_anything_else_is_refused_by_name(ticker):
    with pytest.raises(ValueError, match="is not a ticker") as error:
        check_ticker(ticker)
    assert repr(ticker) in str(error.value)


def test_empty_ticker_is_refused():
    with pytest.raises(ValueError, match="empty"):
        check_ticker("")


@given(st.text(max_size=8))
def test_what_passes_is_one_plain_file_name(text):
    try:
        check_ticker(text)
    except ValueError:
        return
    assert text
    assert text.isascii()
    assert text.isprintable()
    assert not set(text) & set("/\\ :*?\"<>|'")
    assert text not in (".", "..")


def test_a_good_list_passes_unchanged():
    assert check_tickers(["NA", "TRUE", "A"], "firms.csv") == ["NA", "TRUE", "A"]


@pytest.mark.parametrize(
    ("tickers", "message"),
    [
        (["A", "B", "A"], "firms.csv: ticker 'A' is listed more than once"),
        (["A", "A/B"], "firms.csv: entry 2: 'A/B' is not a ticker"),
        (["A", "B", ""], "firms.csv: entry 3: a ticker is empty"),
    ],
)
def test_a_bad_list_is_told_with_its_file_and_place(tickers, message):
    with pytest.raises(FirmsError) as error:
        check_tickers(tickers, "firms.csv")
    assert str(error.value).startswith(message)


def test_tickers_differ_by_case():
    assert check_tickers(["abc", "ABC"], "firms.csv") == ["abc", "ABC"]
