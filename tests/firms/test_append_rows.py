"""A firms table grows at its end and stays as it is elsewhere."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmsim.errors import FirmsError
from firmsim.files.spreadsheet import neutralised_text
from firmsim.firms.table import append_rows

TICKER = st.from_regex(r"\^?[A-Za-z0-9][A-Za-z0-9.\-=&]{0,8}", fullmatch=True)


@given(
    cells=st.lists(
        st.tuples(TICKER, st.text(st.characters(codec="ascii", exclude_categories=["C"])))
    ),
    ends=st.booleans(),
    line_end=st.sampled_from(["\n", "\r\n"]),
)
def test_rows_are_added_below_what_is_there(cells, ends, line_end):
    text = line_end.join(["Ticker,Other,SECTOR", "A,x,y"]) + (line_end if ends else "")
    rows = [{"ticker": ticker, "sector": sector} for ticker, sector in cells]
    longer = append_rows(text, rows, "")
    assert longer.startswith(text)
    read = list(csv.reader(io.StringIO(longer, newline="")))
    assert read == [
        ["Ticker", "Other", "SECTOR"],
        ["A", "x", "y"],
        *([neutralised_text(ticker), "", neutralised_text(sector)] for ticker, sector in cells),
    ]


def test_a_column_that_is_not_there():
    with pytest.raises(FirmsError, match=r"^firms\.csv: has no column 'sector'; .*sector"):
        append_rows("\ufeffticker\nA\n", [{"ticker": "B", "sector": "x"}], "firms.csv")
