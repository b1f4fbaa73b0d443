"""What a fuzzer calls: bytes in, nothing out; whatever firmsim refuses, it refuses as its own."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet

from firmsim.config.guard import check_command_line, check_file
from firmsim.config.load import load_config
from firmsim.config.locate import located
from firmsim.config.yaml_file import read_config, values_of
from firmsim.errors import FirmsimError
from firmsim.firms.table import append_rows, read_firms_table
from firmsim.prices.sources.file import FilePrices
from trainers.settings import load_study

FOLDER = Path(tempfile.mkdtemp(prefix="firmsim-fuzz-"))
LONGEST_LINE = 2000
"""Characters of the longest error; a path takes most of them."""


def typed(call: Callable[[], Any]) -> Any:
    """Call; an error of firmsim is one printable line, and anything else is a finding."""
    try:
        return call()
    except FirmsimError as error:
        checked_line(str(error))
        return None


def checked_line(line: str) -> None:
    """An error is one line that a terminal and a log can hold."""
    assert line.isprintable(), f"not one printable line: {line!r}"
    assert 0 < len(line) < LONGEST_LINE, f"a line of {len(line)} characters"


def _prices(path: Path) -> None:
    source = FilePrices(path)
    raw = typed(lambda: source.read(None, None, None))
    if raw is None:
        return
    tickers = [str(one.name) for one in raw.series]
    typed(lambda: source.read(tickers[::-1], date(2000, 1, 1), None))
    typed(lambda: source.files(tickers))
    assert source.fingerprint(None) == source.fingerprint(list(dict.fromkeys(tickers[::-1])))


def prices_csv(content: bytes) -> None:
    """Read a CSV of prices."""
    path = FOLDER / "prices.csv"
    path.write_bytes(content)
    _prices(path)


def prices_parquet(content: bytes) -> None:
    """Read a parquet file of prices."""
    path = FOLDER / "prices.parquet"
    path.write_bytes(content)
    _prices(path)


NAMES = ["date", "ticker", "close", "A", "B", "Adj Close", "dividends", "", "__index_level_0__"]
TYPES = [
    *(pa.float64(), pa.float32(), pa.int64(), pa.uint64(), pa.int8(), pa.bool_(), pa.date32()),
    *(pa.date64(), pa.timestamp("s"), pa.timestamp("ns"), pa.timestamp("us", "UTC")),
    *(pa.timestamp("ms", "Asia/Tokyo"), pa.time64("us"), pa.duration("s"), pa.binary()),
    *(pa.string(), pa.large_string(), pa.decimal128(20, 4), pa.list_(pa.int8())),
]
ROWS = 4
BYTES = {pa.binary(): 3, pa.string(): 3, pa.large_string(): 3, pa.list_(pa.int8()): 1}


def _column(kind: pa.DataType, content: bytes) -> pa.Array:
    """Column of a type, of any bytes."""
    if kind in BYTES:
        width = BYTES[kind]
        parts = [content[row * width : (row + 1) * width] for row in range(ROWS)]
        if pa.types.is_list(kind):
            return pa.array([list(part) for part in parts], pa.list_(pa.uint8()))
        if pa.types.is_binary(kind):
            return pa.array(parts, kind)
        return pa.array([part.decode("latin-1") for part in parts], kind)
    data = pa.py_buffer(content.ljust(16 * ROWS, b"\0"))
    return pa.Array.from_buffers(kind, ROWS, [None, data])


def prices_columns(content: bytes) -> None:
    """Read a parquet file with columns of any types, made of the bytes."""
    columns, names = [], []
    for start in range(0, min(len(content), 6 * 40), 40):
        part = content[start : start + 40]
        names.append(NAMES[part[0] % len(NAMES)])
        columns.append(_column(TYPES[part[1 % len(part)] % len(TYPES)], part[2:]))
    table = pa.Table.from_arrays(columns, names=names)
    path = FOLDER / "columns.parquet"
    with suppress(pa.ArrowException):  # parquet has no place for some values
        pyarrow.parquet.write_table(table, path)
        _prices(path)


def prices_folder(content: bytes) -> None:
    """Read a folder of two files of prices."""
    folder = FOLDER / "folder"
    folder.mkdir(exist_ok=True)
    first, _, second = content.partition(b"\n\n")
    (folder / "A.csv").write_bytes(first)
    (folder / "B.txt").write_bytes(second or first)
    _prices(folder)


def firms_table(content: bytes) -> None:
    """Read a firms table, and add a row to it."""
    path = FOLDER / "firms.csv"
    path.write_bytes(content)
    table = typed(lambda: read_firms_table(path))
    if table is None:
        return
    text = content.decode("utf-8")
    longer = typed(lambda: append_rows(text, [{"ticker": "NEW.TICKER"}], path))
    if longer is not None:
        assert longer.startswith(text)


def config_file(content: bytes) -> None:
    """Read a configuration as the workflow does: check the file, then its values."""
    path = FOLDER / "my.yaml"
    path.write_bytes(content)
    values = typed(lambda: read_config(path))
    typed(lambda: check_file(path))
    if values is not None:
        _values(values, [path])


def config_values(content: bytes) -> None:
    """Give a text on the command line, and its values without a file."""
    text = content.decode("utf-8", "replace")
    with suppress(SystemExit):
        check_command_line(["--config", f"firms={text}", f"run={text}"])
    values = typed(lambda: values_of(text, "the text"))
    if values is not None:
        _values(values, [])


def _values(values: dict[str, Any], files: list[Path]) -> None:
    """Check values; valid ones are the same after a round trip."""
    try:
        config = load_config(values, files)
    except FirmsimError as error:
        checked_line(located(error, values, files, ("prices",)))
    else:
        again = load_config(config.model_dump(mode="json"))
        assert again == config, "a round trip changes the configuration"
    typed(lambda: load_study(values, files))


TARGETS: dict[str, Callable[[bytes], None]] = {
    target.__name__: target
    for target in (
        prices_csv,
        prices_parquet,
        prices_columns,
        prices_folder,
        firms_table,
        config_file,
        config_values,
    )
}
