"""The user's own prices: every layout gives back what went in, every bad cell is named."""

import csv
import tempfile
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from firmsim.errors import PriceError
from firmsim.firms.tickers import TICKER
from firmsim.prices.sources.file import FilePrices

ODD = ["NA", "TRUE", "1299.HK", "BRK-B", "0050", "nan", "1e5", "^GSPC", "DATE", "LOW"]


def write_rows(path: Path, rows) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    return path


def cell(price: float) -> str:
    return "" if np.isnan(price) else repr(float(price))


def wide_csv(frame, folder):
    rows = [[f"{day:%Y-%m-%d}", *map(cell, row)] for day, *row in frame.itertuples(name=None)]
    return write_rows(folder / "wide.csv", [["Date", *frame.columns], *rows])


def wide_csv_unnamed_index(frame, folder):
    frame.rename_axis(None).to_csv(folder / "wide.csv")
    return folder / "wide.csv"


def wide_parquet(frame, folder):
    frame.to_parquet(folder / "wide.parquet")
    return folder / "wide.parquet"


def wide_parquet_column(frame, folder):
    dates = pd.Series(frame.index.date, frame.index)
    frame.reset_index(drop=True).assign(Timestamp=dates.to_numpy()).to_parquet(folder / "wide.pq")
    return folder / "wide.pq"


def long_rows(frame):
    for ticker in frame:
        for day, price in frame[ticker].items():
            yield [f"{day:%Y-%m-%d}", ticker, cell(price)]


def long_csv(frame, folder):
    return write_rows(folder / "long.csv", [["DATE", "Symbol", "close"], *long_rows(frame)])


def long_parquet(frame, folder):
    table = frame.rename_axis(columns="ticker").melt(ignore_index=False, value_name="Close")
    table.astype({"ticker": "category"}).to_parquet(folder / "long.parquet")
    return folder / "long.parquet"


def yahoo_folder(frame, folder):
    header = ["Date", "Open", "High", "Low", "Close", "Adj Close", "Volume"]
    for ticker in frame:
        rows = [
            [f"{day:%Y-%m-%d} 00:00:00-05:00", 1, 1, 1, 1, cell(price), 100]
            for day, price in frame[ticker].items()
        ]
        write_rows(folder / f"{ticker}.csv", [header, *rows])
    return folder


def stooq_folder(frame, folder):
    for ticker in frame:
        rows = [[f"{day:%Y-%m-%d}", 1, 1, 1, cell(p), 100] for day, p in frame[ticker].items()]
        header = ["Date", "Open", "High", "Low", "Close", "Volume"]
        write_rows(folder / f"{ticker}.csv", [header, *rows])
    return folder


def stooq_bulk_folder(frame, folder):
    for ticker in frame:
        rows = [[f"x.{ticker}", f"{day:%Y%m%d}", cell(p)] for day, p in frame[ticker].items()]
        write_rows(folder / f"{ticker}.txt", [["<TICKER>", "<DATE>", "<CLOSE>"], *rows])
    return folder


WRITERS = [
    wide_csv,
    wide_csv_unnamed_index,
    wide_parquet,
    wide_parquet_column,
    long_csv,
    long_parquet,
    yahoo_folder,
    stooq_folder,
    stooq_bulk_folder,
]


@st.composite
def frames(draw):
    names = st.one_of(st.sampled_from(ODD), st.from_regex(TICKER, fullmatch=True))
    valid = names.filter(lambda name: len(name) < 20 and ".." not in name)
    tickers = draw(st.lists(valid, min_size=1, max_size=4, unique_by=str.lower))
    days = draw(
        st.lists(st.dates(date(1990, 1, 1), date(2030, 1, 1)), min_size=1, max_size=6, unique=True)
    )
    price = st.one_of(st.floats(1e-9, 1e12), st.just(float("nan")))
    shape = (len(days), len(tickers))
    values = draw(st.lists(price, min_size=shape[0] * shape[1], max_size=shape[0] * shape[1]))
    index = pd.DatetimeIndex(days, name="date")
    return pd.DataFrame(np.reshape(values, shape), index, tickers)


@pytest.mark.parametrize("writer", WRITERS)
@settings(max_examples=25)
@given(frame=frames())
def test_every_layout_gives_back_what_went_in(writer, frame):
    # with no name on the real dates, a firm of that name is taken for them, and told so
    assume(writer is not wide_csv_unnamed_index or "date" not in map(str.lower, frame))
    with tempfile.TemporaryDirectory() as folder:
        source = FilePrices(writer(frame, Path(folder)))
        raw = source.read(None, None, None)
        some = source.read(list(frame.columns[::-1]), None, None)
        fingerprint = source.fingerprint(list(frame.columns))
    assert {one.name for one in raw.series} == set(frame.columns)
    assert [one.name for one in some.series] == list(frame.columns[::-1])
    for one in (*raw.series, *some.series):
        assert list(one.index) == list(frame.index)
        np.testing.assert_array_equal(one.to_numpy(), frame[one.name].to_numpy())  # not a bit less
    observed = frame.notna().sum()
    assert raw.outcomes.set_index("ticker")["rows"].to_dict() == observed.to_dict()
    with tempfile.TemporaryDirectory() as folder:
        assert FilePrices(wide_csv(frame, Path(folder))).fingerprint(frame.columns) == fingerprint


@given(frame=frames(), data=st.data())
@settings(max_examples=25)
def test_both_ends_are_included(frame, data):
    start, end = sorted(data.draw(st.sampled_from(list(frame.index.date))) for _ in "ab")
    with tempfile.TemporaryDirectory() as folder:
        raw = FilePrices(wide_csv(frame, Path(folder))).read(None, start, end)
    inside = [day for day in frame.index if start <= day.date() <= end]
    assert list(raw.series[0].index) == inside


@pytest.fixture
def sample(rng):
    days = pd.bdate_range("2016-01-04", periods=30, name="date")
    return pd.DataFrame(rng.lognormal(size=(30, 3)), days, ["AAA", "NA", "BRK-B"])


@pytest.mark.parametrize("writer", WRITERS)
def test_fingerprint_sees_its_own_firms_and_days_alone(writer, sample, tmp_path):
    def fingerprint(frame, *days):
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        folder.mkdir()
        return FilePrices(writer(frame, folder)).fingerprint(["NA", "AAA"], *days)

    before = fingerprint(sample)
    saturday = sample.assign(NEW=1.0).reindex([*sample.index, pd.Timestamp("2016-01-09")])
    saturday["NEW"] = 2.0  # a firm that brings a day the others do not have
    assert fingerprint(saturday.sort_index().rename_axis("date")) == before
    assert fingerprint(sample[["NA", "BRK-B", "AAA"]]) == before
    assert fingerprint(sample, date(2016, 1, 1), date(2016, 12, 31)) == before
    assert fingerprint(sample, None, date(2016, 1, 20)) != before
    for change in (
        sample.assign(AAA=sample["AAA"].replace(sample["AAA"].iloc[7], 1.25)),
        sample.set_index(sample.index + pd.Timedelta(days=7)).rename_axis("date"),
        sample.rename(columns={"AAA": "NA", "NA": "AAA"}),
        sample.assign(AAA=sample["AAA"].mask(sample.index == sample.index[3])),
    ):
        assert fingerprint(change) != before


def test_adjusted_closes_are_preferred_and_never_mixed_with_others(tmp_path):
    rows = [["ticker", "close", "date", "Adj_Close"], ["A", 9, "2016-01-04", ""]]
    path = write_rows(tmp_path / "long.csv", [*rows, ["A", 9, "2016-01-05", 3]])
    (series,) = FilePrices(path).read(None, None, None).series
    np.testing.assert_array_equal(series, [np.nan, 3.0])


def test_repeated_tickers_and_days_are_left_to_the_audit(tmp_path):
    rows = [["date", "A", "B", "A"], ["2016-01-05", 1, 2, 3], ["2016-01-04", 4, 5, 6]]
    raw = FilePrices(write_rows(tmp_path / "wide.csv", [*rows, rows[1]])).read(None, None, None)
    assert [(one.name, list(one)) for one in raw.series] == [
        ("A", [1, 4, 1]),
        ("A", [3, 6, 3]),
        ("B", [2, 5, 2]),
    ]
    assert [day.day for day in raw.series[0].index] == [5, 4, 5]


def test_row_numbers_beside_a_table_are_no_firm(sample, tmp_path):
    sample.reset_index().to_csv(tmp_path / "wide.csv")
    read = FilePrices(tmp_path / "wide.csv").read(None, None, None).series
    assert [one.name for one in read] == list(sample)
    np.testing.assert_array_equal(read[1], sample["NA"])


def test_a_firm_without_a_price_is_recorded(tmp_path):
    path = write_rows(tmp_path / "w.csv", [["date", "A", "B"], ["2016-01-04", 1, "NA"]])
    outcomes = FilePrices(path).read(None, None, None).outcomes.set_index("ticker")
    assert outcomes.loc["B"].to_list() == [
        "no_data_in_range",
        "no price on the days asked for",
        0,
        "",
        "",
    ]


OK = "2016-01-04"
BAD = {
    "text for a price": (f"date,A,B\n{OK},1,2\n2016-01-05,3,x\n", "line 3, column 'B': 'x' is not"),
    "infinite price": (f"date,A\n\n{OK},1\n2016-01-05,inf\n", "line 4, column 'A': 'inf' is not"),
    "truth for a price": (f"date,A\n{OK},True\n", "line 2, column 'A': 'True' is not a price"),
    "thousands": (f'date,A\n{OK},"1,000"\n', "line 2, column 'A': '1,000' is not a price"),
    "decimal comma": (f"date,A,B\n{OK},1,5,2,5\n", "cannot be read: .*Expected 3 columns, got 5"),
    "short line": (f"date,A,B\n{OK},1\n", "cannot be read: .*Expected 3 columns, got 2"),
    "no such day": ("date,A\n2016-02-30,1\n", "line 2, column 'date': '2016-02-30' is not a date"),
    "day first": ("Date,A\n04/01/2016,1\n", "'04/01/2016' is not a date; write YYYY-MM-DD"),
    "empty date": (f"date,A\n{OK},1\n,2\n", "line 3, column 'date': '' is not a date"),
    "no date column": ("day,A,B\n1,2,3\n", r"no date column; .*\(columns found: 'day', 'A', 'B'\)"),
    "no firm": (f"date\n{OK}\n", "has dates but no firm; add a column"),
    "path as ticker": (f"date,../../x\n{OK},1\n", "'../../x' is not a ticker"),
    "slash in ticker": (f"date,A/B\n{OK},1\n", "'A/B' is not a ticker"),
    "empty ticker": (f"date,A,\n{OK},1,2\n", "a ticker is empty"),
    "empty ticker in long": (f"date,ticker,close\n{OK},,2\n", "a ticker is empty"),
    "text for a price in long": (
        f"date,ticker,close\n{OK},A,1\n{OK},B,2\n2016-01-05,A,x\n",
        "line 4, column 'close': 'x' is not a price",
    ),
    "one firm": (f"Date,Open,High,Low,Close\n{OK},1,1,1,1\n", "contains the prices of one firm"),
    "nothing": ("", "has no rows"),
    "header alone": ("date,A\n\n", "has no rows"),
    "not UTF-8": ("date,A\n2016-01-04,\udce9\n", "cannot be read: 'utf-8' codec"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_files_are_refused_in_one_line(case, tmp_path):
    text, message = BAD[case]
    path = tmp_path / "prices.csv"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(PriceError, match=message) as caught:
        FilePrices(path).read(None, None, None)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_bad_cell_of_a_firm_not_asked_for_does_not_matter(tmp_path):
    path = write_rows(tmp_path / "w.csv", [["date", "A", "B/C", "D"], [OK, 1, 2, "x"]])
    raw = FilePrices(path).read(["A"], None, None)
    (series,) = raw.series
    assert list(series) == [1.0]
    assert raw.calendars == {}


def test_missing_or_foreign_files_are_named(tmp_path):
    with pytest.raises(PriceError, match=r"^path: .*none\.csv does not exist") as refused:
        FilePrices(tmp_path / "none.csv").read(None, None, None)
    assert refused.value.parameter == "path"
    (tmp_path / "prices.xlsx").write_bytes(b"PK")
    with pytest.raises(PriceError, match=r"^path: .*prices\.xlsx is no file of prices; .* \.csv"):
        FilePrices(tmp_path / "prices.xlsx").read(None, None, None)
    (tmp_path / "prices.parquet").write_bytes(b"PAR1 and nothing else")
    with pytest.raises(PriceError, match=r"prices\.parquet cannot be read: "):
        FilePrices(tmp_path / "prices.parquet").read(None, None, None)


def test_bad_cells_of_a_parquet_file_are_named_by_row(tmp_path):
    path = tmp_path / "prices.parquet"
    days = pd.DatetimeIndex([OK, None], name="date")
    pd.DataFrame({"A": [1.0, 2.0]}, days).to_parquet(path)
    with pytest.raises(PriceError, match="row 2, column 'date': '' is not a date"):
        FilePrices(path).read(None, None, None)
    pd.DataFrame({"A": [True, False]}, pd.DatetimeIndex([OK, OK], name="date")).to_parquet(path)
    with pytest.raises(PriceError, match="row 1, column 'A': 'True' is not a price"):
        FilePrices(path).read(None, None, None)


def test_folders_need_one_file_a_ticker(tmp_path):
    (tmp_path / "notes.md").write_text("no prices here")
    with pytest.raises(PriceError, match=r"^path: .* no \.csv or \.txt file"):
        FilePrices(tmp_path).read(None, None, None)
    write_rows(tmp_path / "A.csv", [["date", "price"], [OK, 1]])
    with pytest.raises(PriceError, match=r"A\.csv: no closing prices; name a column 'close'"):
        FilePrices(tmp_path).read(None, None, None)
    write_rows(tmp_path / "A.txt", [["date", "close"], [OK, 1]])
    with pytest.raises(PriceError, match=r"A\.csv and A\.txt are one ticker; keep one"):
        FilePrices(tmp_path).read(None, None, None)


def test_an_unknown_ticker_is_named(sample, tmp_path):
    with pytest.raises(PriceError, match=r"ticker 'BRK\.B' is not among the 3 .*mean 'BRK-B'"):
        FilePrices(wide_csv(sample, tmp_path)).read(["AAA", "BRK.B"], None, None)


def test_days_outside_are_refused(sample, tmp_path):
    source = FilePrices(wide_csv(sample, tmp_path))
    with pytest.raises(PriceError, match="no prices from the first day to 2015-12-31; it covers"):
        source.read(None, None, date(2015, 12, 31))
    for days, parameter in [
        ((None, date(2015, 12, 31)), "end"),
        ((date(2015, 1, 1), date(2015, 12, 31)), "end"),
        ((date(2031, 1, 1), None), "start"),
        ((date(2031, 1, 1), date(2031, 12, 31)), "start"),
        ((date(2016, 1, 9), date(2016, 1, 10)), "start"),
    ]:
        with pytest.raises(PriceError, match=f"^{parameter}: .*wide.csv has no") as refused:
            source.read(None, *days)
        assert refused.value.parameter == parameter
