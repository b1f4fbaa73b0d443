"""A CSV or parquet file as columns of text and numbers, with strict checks of every cell.

pyarrow reads both. It refuses a line with too many or too few cells, where pandas drops the excess
silently, and it never reads a ticker named ``NA`` as a missing value.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet

from firmsim.config.section import FIRST_DAY, LAST_DAY
from firmsim.errors import PriceError, quoted, shortened
from firmsim.firms import MAX_FIRMS
from firmsim.typing import Floats, Indices

CSV = (".csv", ".txt")
PARQUET = (".parquet", ".pq")
MISSING = ("", "NA", "N/A", "nan", "NaN", "null", "NULL", "None")
"""Cells of a price column that stand for a missing price."""
SMALL, EXPANSION = 10_000_000, 100
"""Cells that any parquet file may unpack into, and cells per byte of a larger one."""
MAX_COLUMNS = MAX_FIRMS + 100
"""Columns of the widest table: one per firm, and a few others."""
LONGEST_TEXT = 1000
"""Characters of the longest cell of a parquet file."""
ISO = r"^\d{4}-\d{2}-\d{2}([ T]\d.*)?$"
COMPACT = r"^\d{8}$"


@dataclass(frozen=True)
class Table:
    """Columns of one file.

    Attributes
    ----------
    path : Path
        The file.
    names : list of str
        Names of the columns; duplicates allowed.
    columns : list of pyarrow.ChunkedArray
        Cells of the columns; text when the file is a CSV.
    """

    path: Path
    names: list[str]
    columns: list[Any]

    def text(self, column: int) -> Any:
        """Cells as unchanged text (a pyarrow array).

        Raises
        ------
        PriceError
            The cells are of a type that has no text, such as lists.
        """
        cells = self.columns[column]
        try:
            return pc.fill_null(cells.cast(pa.string()), "")
        except pa.ArrowException:
            message = (
                f"{self.path}, column {quoted(self.names[column])}: holds {cells.type}, which is "
                "no text; write text"
            )
            raise PriceError(message) from None

    def numbers(self, column: int, rows: Indices | None = None) -> Floats:
        """Cells as prices, missing as NaN.

        Parameters
        ----------
        column : int
            Position of the column.
        rows : array of int, optional
            Rows of the column; None: all.

        Returns
        -------
        array of float64

        Raises
        ------
        PriceError
            A cell is neither a finite number nor missing: names the line and the cell.
        """
        cells = self.columns[column] if rows is None else self.columns[column].take(pa.array(rows))
        if pa.types.is_dictionary(cells.type) or pa.types.is_large_string(cells.type):
            cells = cells.cast(pa.string())
        if pa.types.is_string(cells.type):
            cells = pc.utf8_trim_whitespace(cells)
            missing = pc.is_in(cells, value_set=pa.array(MISSING))
            cells = pc.if_else(missing, pa.scalar(None, pa.string()), cells)
        if (bad := _first_not_a_number(cells)) is not None:
            row = bad if rows is None else int(rows[bad])
            message = (
                f"{self.path}, {self.line(row)}, column {quoted(self.names[column])}: "
                f"{_cell(cells, bad)} is not a price; write a number, or leave it empty"
            )
            raise PriceError(message)
        numbers: Floats = pc.fill_null(cells.cast(pa.float64()), np.nan).to_numpy()
        return numbers

    def days(self, column: int) -> pd.DatetimeIndex:
        """Cells as days, without time of day or zone (the local date stays).

        Raises
        ------
        PriceError
            A cell is not a date, or one of which no exchange knows: names the line and the cell.
        """
        cells = self.columns[column]
        if pa.types.is_timestamp(cells.type) or pa.types.is_date(cells.type):
            try:
                stamps = pd.DatetimeIndex(cells.to_pandas()).tz_localize(None).normalize()
            except (ArithmeticError, LookupError, TypeError, ValueError) as error:
                message = (
                    f"{self.path}, column {quoted(self.names[column])}: holds days that cannot be "
                    f"read ({quoted(str(error), 60)}); write YYYY-MM-DD"
                )
                raise PriceError(message) from None
        else:
            text = pd.Series(self.text(column).to_pandas()).str.strip()
            dated = text.str.match(ISO) | text.str.match(COMPACT)
            digits = text.where(dated, "").str.slice(0, 10).str.replace("-", "")
            stamps = pd.DatetimeIndex(pd.to_datetime(digits, format="%Y%m%d", errors="coerce"))
        known = (stamps >= pd.Timestamp(FIRST_DAY)) & (stamps <= pd.Timestamp(LAST_DAY))
        if not known.all():  # a missing one is not either
            row = int(np.argmin(known))
            reason = "is not a date; write YYYY-MM-DD"
            if not stamps.isna()[row]:
                reason = f"is not between {FIRST_DAY} and {LAST_DAY}; correct it"
            message = (
                f"{self.path}, {self.line(row)}, column {quoted(self.names[column])}: "
                f"{_cell(self.text(column), row)} {reason}"
            )
            raise PriceError(message)
        return stamps.as_unit("us").rename("date")

    def line(self, row: int) -> str:
        """Place of a row in the file, for a person who opens it: ``line 3`` or ``row 2``."""
        if self.path.suffix.lower() in PARQUET:
            return f"row {row + 1}"
        with self.path.open(encoding="utf-8-sig", newline="") as file:
            reader, before, number = csv.reader(file), -1, 1
            for cells in reader:
                before += bool(cells)
                if cells and before == row + 1:
                    return f"line {number}"
                number = reader.line_num + 1
        return f"row {row + 1}"  # pyarrow and csv disagree on where lines end


def read_table(path: Path) -> Table:
    """Read a CSV (``.csv``, ``.txt``) or parquet (``.parquet``, ``.pq``) file.

    Parameters
    ----------
    path : Path
        CSV: UTF-8, commas, one header line.

    Returns
    -------
    Table
        All its columns.

    Raises
    ------
    PriceError
        It is missing, unreadable, empty, or of another kind. Where another file is needed the
        parameter is ``path``.
    """
    if not _is_file(path):
        message = f"path: {path} does not exist, or is no file; name a file or a folder of prices"
        raise PriceError(message, parameter="path")
    suffix = path.suffix.lower()
    if suffix not in CSV + PARQUET:
        kinds = ", ".join(CSV + PARQUET)
        message = f"path: {path} is no file of prices; name a {kinds} file, or a folder"
        raise PriceError(message, parameter="path")
    try:
        names, table = _parquet(path) if suffix in PARQUET else _csv(path)
    except (OSError, UnicodeDecodeError, csv.Error, pa.ArrowException) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        message = f"{path} cannot be read: {shortened(reason)}"
        raise PriceError(message) from None
    if table.num_rows == 0:
        message = f"{path} has no rows; it needs a header and prices below it"
        raise PriceError(message)
    return Table(path, names, table.columns)


def _is_file(path: Path) -> bool:
    """Whether there is a file to read: no folder, and no pipe, which would wait for ever."""
    try:
        return path.is_file()
    except OSError:  # a name that is too long, or a folder without permission
        return False


def _csv(path: Path) -> tuple[list[str], Any]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        names = next(csv.reader(file), [])
        if not any(line.strip() for line in file):
            return names, pa.table({})
    if len(names) > MAX_COLUMNS:
        message = f"{path} has {len(names):,} columns; {MAX_COLUMNS:,} are the most"
        raise PriceError(message)
    positions = [str(position) for position in range(len(names))]
    return names, pyarrow.csv.read_csv(
        path,
        read_options=pyarrow.csv.ReadOptions(
            skip_rows=1, column_names=positions, use_threads=False
        ),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types=dict.fromkeys(positions, pa.string()), strings_can_be_null=False
        ),
    )


def _parquet(path: Path) -> tuple[list[str], Any]:
    with pyarrow.parquet.ParquetFile(path) as file:
        rows, columns = file.metadata.num_rows, file.metadata.num_columns
        if rows * columns > max(SMALL, EXPANSION * path.stat().st_size):
            message = (
                f"{path} cannot be read: its {path.stat().st_size:,} bytes unpack into "
                f"{rows * columns:,} cells; it is no file of prices"
            )
            raise PriceError(message)
        texts = [field.name for field in file.schema_arrow if _is_text(field.type)]
    # texts stay packed until their length is known: one long text, repeated, would fill the memory
    with pyarrow.parquet.ParquetFile(path, read_dictionary=texts) as file:
        table = file.read()
    table.validate(full=True)  # texts that are no UTF-8 would fail where they are used
    for name, column in zip(table.column_names, table.columns, strict=True):
        if pa.types.is_dictionary(column.type):
            _refuse_long(path, name, column)
    return [str(name) for name in table.column_names], table


def _is_text(kind: Any) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _refuse_long(path: Path, name: str, column: Any) -> None:
    """Refuse a column that has a text longer than any name."""
    if not _is_text(column.type.value_type):
        return
    for chunk in column.chunks:
        longest = pc.max(pc.utf8_length(chunk.dictionary)).as_py()
        if longest is not None and longest > LONGEST_TEXT:
            message = (
                f"{path}, column {quoted(name)}: holds a text of {longest:,} characters; leave the "
                "column out"
            )
            raise PriceError(message)


def _cell(cells: Any, row: int) -> str:
    """Cell as an error shows it."""
    try:
        return quoted(str(cells[row].as_py()))
    except (ArithmeticError, LookupError, ValueError):  # no day of a calendar, no text
        return "a value that cannot be shown"


def _first_not_a_number(cells: Any) -> int | None:
    """Position of the first cell that is neither a finite number nor missing."""
    if pa.types.is_boolean(cells.type) or pa.types.is_temporal(cells.type):
        return 0
    if (numbers := _as_numbers(cells)) is None:
        first, last = 0, len(cells)
        while last - first > 1:  # the first half that is at fault, down to one cell
            middle = (first + last) // 2
            if _as_numbers(cells.slice(first, middle - first)) is None:
                last = middle
            else:
                first = middle
        return first
    infinite = pc.fill_null(pc.is_inf(numbers), False).to_numpy()
    return int(np.argmax(infinite)) if infinite.any() else None


def _as_numbers(cells: Any) -> Any:
    """Cells as numbers; None where one of them is not."""
    try:
        return cells.cast(pa.float64())
    except pa.ArrowException:
        return None
