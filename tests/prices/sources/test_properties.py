"""What holds of the readers of a user's prices whatever the file holds."""

import csv
import io
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmsim.errors import PriceError
from firmsim.firms.tickers import check_ticker
from firmsim.prices.sources.file import FilePrices

CELL = st.floats(1e-6, 1e9) | st.just(float("nan"))
TICKERS = ["A", "NA", "0050", "BRK-B", "1299.HK", "TRUE"]


@st.composite
def panels(draw):
    """Panel of prices: (n_days, n_firms)."""
    tickers = draw(st.lists(st.sampled_from(TICKERS), min_size=1, max_size=4, unique=True))
    n_days = draw(st.integers(1, 6))
    cells = draw(st.lists(CELL, min_size=n_days * len(tickers), max_size=n_days * len(tickers)))
    days = pd.bdate_range("2015-01-01", periods=n_days, name="date")
    return pd.DataFrame(np.reshape(cells, (n_days, -1)), days, tickers)


def read(content, name="prices.csv"):
    """Series of a file, by ticker."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            content.to_parquet(path, index=False)
        return list(FilePrices(path).read(None, None, None).series)


def by_ticker(series):
    return {one.name: one.sort_index() for one in series}


def same(first, second):
    assert first.keys() == second.keys()
    for ticker, one in first.items():
        pd.testing.assert_series_equal(one, second[ticker])


@settings(max_examples=40)
@given(panels(), st.randoms(use_true_random=False), st.booleans())
def test_the_order_of_rows_and_columns_does_not_matter(panel, order, parquet):
    wide = panel.reset_index()
    long = panel.rename_axis(columns="ticker").melt(ignore_index=False, value_name="close")
    expected = by_ticker([panel[ticker] for ticker in panel])
    for frame in (wide, long.reset_index()):
        columns = order.sample(list(frame.columns), frame.shape[1])
        rows = order.sample(range(len(frame)), len(frame))
        shuffled = frame[columns].iloc[rows]
        content = shuffled if parquet else shuffled.to_csv(index=False).encode()
        found = by_ticker(read(content, "prices.parquet" if parquet else "prices.csv"))
        for one in (*found.values(), *expected.values()):
            one.index.freq = None
        same({key: one.rename_axis("date") for key, one in found.items()}, expected)


@settings(max_examples=60)
@given(panels(), st.data(), st.sampled_from(["x", "1,5", "inf", "-inf", "True", "1 2", "€5"]))
def test_a_bad_cell_is_named_wherever_it_is(panel, data, bad):
    row = data.draw(st.integers(0, len(panel) - 1))
    firm = data.draw(st.sampled_from(list(panel)))
    text = panel.astype(object).where(panel.notna(), "")
    text.loc[panel.index[row], firm] = bad
    file = io.StringIO(newline="")
    csv.writer(file).writerows(
        [["date", *text], *([f"{day:%Y-%m-%d}", *cells] for day, *cells in text.itertuples())]
    )
    with pytest.raises(PriceError) as error:
        read(file.getvalue().encode())
    assert f"line {row + 2}, column {firm!r}: {bad!r} is not a price" in str(error.value)


def one_line(message):
    assert message.isprintable()
    assert 0 < len(message) < 600


def checked(content, name):
    """Read; what is refused is one line, what is read are tickers with finite prices."""
    try:
        series = read(content, name)
    except PriceError as error:
        one_line(str(error))
        return
    assert series
    for one in series:
        assert check_ticker(one.name) == one.name
        assert one.dtype == np.float64
        assert not np.isinf(one.to_numpy()).any()
        assert not one.index.hasnans


LINES = st.lists(st.text(st.characters(codec="utf-8"), max_size=12), max_size=6)
CELLS = st.sampled_from(
    ["", "1", "1e400", "nan", "-0", "2020-01-01", "20200101", "9999-99-99", '"']
)


@settings(max_examples=100)
@given(LINES)
def test_any_text_is_read_or_refused(lines):
    checked("\n".join(lines).encode(), "prices.csv")


@settings(max_examples=100)
@given(st.lists(st.lists(CELLS, min_size=3, max_size=3), max_size=4))
def test_any_cells_are_read_or_refused(rows):
    text = "\n".join(map(",".join, [["date", "A", "B"], *rows]))
    checked(text.encode(), "prices.csv")


@settings(max_examples=50)
@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(content):
    for name in ("prices.csv", "prices.parquet"):
        checked(content, name)
