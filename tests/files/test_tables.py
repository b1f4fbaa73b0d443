"""Tables and documents: equal bytes, and text that stays text."""

import hashlib
import json

import pandas as pd
import pytest

from firmsim.files import read_text_csv, sha256, write_csv, write_json, write_parquet

ODD = ["NA", "TRUE", "0050", "1e5", "nan", "1299.HK", "BRK-B", "-", "2020-01-01", ""]


@pytest.mark.parametrize(
    ("write", "bad"),
    [
        (write_json, {"a": object()}),
        (write_parquet, pd.DataFrame({"a": [object(), 1]})),
        (write_csv, None),
    ],
)
def test_a_writer_that_fails_keeps_the_old_file(tmp_path, write, bad):
    path = tmp_path / "file"
    path.write_text("old")
    with pytest.raises(Exception):  # noqa: B017, PT011
        write(bad, path)
    assert path.read_text() == "old"
    assert [item.name for item in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize("write", [write_parquet, write_csv])
def test_same_table_same_bytes(tmp_path, write):
    table = pd.DataFrame({"ticker": ODD, "value": [0.1 * k for k in range(len(ODD))]})
    for name in ("one", "two"):
        write(table, tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_parquet_keeps_tickers_and_days(tmp_path):
    days = pd.date_range("2020-01-01", periods=2, name="date")
    table = pd.DataFrame([[1.0] * len(ODD), [2.0] * len(ODD)], index=days, columns=ODD)
    write_parquet(table, tmp_path / "wide.parquet")
    back = pd.read_parquet(tmp_path / "wide.parquet")
    assert list(back.columns) == ODD
    pd.testing.assert_frame_equal(back, table, check_freq=False)


def test_csv_keeps_every_ticker_as_text(tmp_path):
    write_csv(pd.DataFrame({"ticker": ODD, "note": ODD}), tmp_path / "firms.csv")
    table = read_text_csv(tmp_path / "firms.csv")
    assert table["ticker"].tolist() == ODD
    assert table["note"].tolist() == ODD
    assert all(type(value) is str for value in table["ticker"])


def test_csv_of_a_spreadsheet_loses_its_byte_order_mark(tmp_path):
    (tmp_path / "firms.csv").write_bytes(b"\xef\xbb\xbfticker,name\r\nNA,\xc3\x84\r\n")
    table = read_text_csv(tmp_path / "firms.csv")
    assert table.to_dict("list") == {"ticker": ["NA"], "name": ["Ä"]}


def test_short_rows_end_in_empty_strings(tmp_path):
    (tmp_path / "firms.csv").write_text("ticker,sector\nA\nB,x\n")
    assert read_text_csv(tmp_path / "firms.csv")["sector"].tolist() == ["", "x"]


def test_header_alone_is_an_empty_table(tmp_path):
    (tmp_path / "firms.csv").write_text("ticker,sector\n")
    assert read_text_csv(tmp_path / "firms.csv").shape == (0, 2)


@pytest.mark.parametrize("row", ["A,Apple, Inc.", "A,Apple,"])
def test_surplus_fields_do_not_shift_the_columns(tmp_path, row):
    (tmp_path / "firms.csv").write_text(f"ticker,name\n{row}\n")
    with pytest.raises(ValueError, match="more fields than the header"):
        read_text_csv(tmp_path / "firms.csv")


@pytest.mark.parametrize("content", [b"", b"ticker\n\xff\xfe\n"])
def test_what_is_no_csv_raises_value_error(tmp_path, content):
    (tmp_path / "firms.csv").write_bytes(content)
    with pytest.raises(ValueError):  # noqa: PT011
        read_text_csv(tmp_path / "firms.csv")


def test_json_ends_with_a_newline_and_reads_back(tmp_path):
    write_json({"b": [1, None], "a": "Ä"}, tmp_path / "run.json")
    text = (tmp_path / "run.json").read_text(encoding="utf-8")
    assert json.loads(text) == {"b": [1, None], "a": "Ä"}
    assert text.endswith("}\n")


def test_sha256_is_that_of_the_bytes(tmp_path):
    content = bytes(range(256)) * 5000
    (tmp_path / "file").write_bytes(content)
    assert sha256(tmp_path / "file") == hashlib.sha256(content).hexdigest()
