"""Files that are no prices: refused in one line, at once, and without filling the memory."""

import os
import time

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest

from firmsim.errors import FirmsimError
from firmsim.firms import MAX_FIRMS
from firmsim.firms.table import read_firms_table
from firmsim.prices.sources.file import FilePrices

DAY = "2020-01-01"


def refusal(path, read=lambda path: FilePrices(path).read(None, None, None)):
    begun = time.process_time()
    with pytest.raises(FirmsimError) as error:
        read(path)
    assert time.process_time() - begun < 5
    message = str(error.value)
    assert message.isprintable()
    assert len(message.replace(str(path), "")) < 400
    return message


def test_what_is_no_file(tmp_path):
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "zero.csv").symlink_to("/dev/zero")
    (tmp_path / "loop.csv").symlink_to(tmp_path / "loop.csv")
    for folder, make in {"pipes": os.mkfifo, "folders": os.mkdir}.items():
        (tmp_path / folder).mkdir()
        make(tmp_path / folder / "A.csv")
    names = ["pipe.csv", "zero.csv", "loop.csv", "x" * 300 + ".csv", "pipes", "folders"]
    for name in names:
        assert "does not exist, or is no file" in refusal(tmp_path / name)


def test_a_file_name_that_is_no_text(tmp_path):
    name = os.fsencode(tmp_path) + b"/A\xff.csv"
    with open(name, "w") as file:  # noqa: PTH123 - pathlib takes no bytes
        file.write(f"date,close\n{DAY},1\n")
    assert "is not a ticker" in refusal(tmp_path)


def test_one_line_of_commas(tmp_path):
    path = tmp_path / "prices.csv"
    path.write_text(f"date{',' * 300_000}\n{DAY}{',' * 300_000}\n")
    assert "300,001 columns" in refusal(path)


def test_a_bad_cell_far_down_is_found_at_once(tmp_path):
    path = tmp_path / "prices.csv"
    path.write_text("date,A\n" + f"{DAY},1\n" * 200_000 + f"{DAY},x\n")
    assert "line 200002, column 'A': 'x' is not a price" in refusal(path)


def test_old_line_ends(tmp_path):
    path = tmp_path / "prices.csv"
    path.write_bytes(f"date,A\r{DAY},1\r{DAY},x\r".encode())
    assert "line 3, column 'A': 'x' is not a price" in refusal(path)


def test_a_small_file_that_unpacks_into_a_large_table(tmp_path):
    path = tmp_path / "prices.parquet"
    rows = 6_000_000
    days = pa.array(np.zeros(rows, "int32"), pa.date32())
    pyarrow.parquet.write_table(
        pa.table({"date": days, "A": np.ones(rows)}), path, compression="zstd"
    )
    assert "unpack into 12,000,000 cells" in refusal(path)


def test_a_long_text_that_is_repeated(tmp_path):
    path = tmp_path / "prices.parquet"
    days = pa.DictionaryArray.from_arrays(np.zeros(10_000, "int32"), [DAY + " " * 100_000])
    pyarrow.parquet.write_table(pa.table({"date": days, "A": np.ones(10_000)}), path)
    assert "holds a text of 100,010 characters" in refusal(path)


@pytest.mark.parametrize("year", ["0001", "1066", "9999"])
def test_days_of_which_no_exchange_knows(tmp_path, year):
    path = tmp_path / "prices.csv"
    path.write_text(f"date,A\n{year}-01-01,1\n")
    assert f"'{year}-01-01' is not between 1800-01-01 and 2199-12-31" in refusal(path)


def test_hostile_firms_tables(tmp_path):
    path = tmp_path / "firms.csv"
    for content, reason in {
        "ticker\n" + "\n".join(f"T{n}" for n in range(MAX_FIRMS + 1)): "50,001 firms",
        "ticker,market_cap\nA," + "9" * 10**6: "is not a number above 0",
        "ticker\n" + "A" * 10**6: "is not a ticker",
    }.items():
        path.write_text(content)
        assert reason in refusal(path, read_firms_table)
