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

from firmsim.errors import PriceError
from firmsim.typing import Floats, Indices

CSV = (".csv", ".txt")
PARQUET = (".parquet", ".pq")
MISSING = ("", "NA", "N/A", "nan", "NaN", "null", "NULL", "None")
"""Cells of a price column that stand for a missing price."""
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
        """Cells as unchanged text (a pyarrow array)."""
        return pc.fill_null(self.columns[column].cast(pa.string()), "")

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
                f"{self.path}, {self.line(row)}, column {self.names[column]!r}: "
                f"{str(cells[bad].as_py())!r} is not a price; write a number, or leave it empty"
            )
            raise PriceError(message)
        numbers: Floats = pc.fill_null(cells.cast(pa.float64()), np.nan).to_numpy()
        return numbers

    def days(self, column: int) -> pd.DatetimeIndex:
        """Cells as days, without time of day or zone (the local date stays).

        Raises
        ------
        PriceError
            A cell is not a date: names the line and the cell.
        """
        cells = self.columns[column]
        if pa.types.is_timestamp(cells.type) or pa.types.is_date(cells.type):
            stamps = pd.DatetimeIndex(cells.to_pandas()).tz_localize(None).normalize()
        else:
            text = pd.Series(self.text(column).to_pandas()).str.strip()
            dated = text.str.match(ISO) | text.str.match(COMPACT)
            digits = text.where(dated, "").str.slice(0, 10).str.replace("-", "")
            stamps = pd.DatetimeIndex(pd.to_datetime(digits, format="%Y%m%d", errors="coerce"))
        if stamps.hasnans:
            row = int(np.flatnonzero(stamps.isna())[0])
            message = (
                f"{self.path}, {self.line(row)}, column {self.names[column]!r}: "
                f"{self.text(column)[row].as_py()!r} is not a date; write YYYY-MM-DD"
            )
            raise PriceError(message)
        return stamps.as_unit("us").rename("date")

    def line(self, row: int) -> str:
        """Place of a row in the file, for a person who opens it: ``line 3`` or ``row 2``."""
        if self.path.suffix.lower() in PARQUET:
            return f"row {row + 1}"
        lines = self.path.read_text(encoding="utf-8-sig").splitlines()
        filled = [number for number, line in enumerate(lines, start=1) if line]
        return f"line {filled[row + 1]}"


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
    if not path.exists():
        message = f"path: {path} does not exist; name a file or a folder of prices"
        raise PriceError(message, parameter="path")
    suffix = path.suffix.lower()
    if suffix not in CSV + PARQUET:
        kinds = ", ".join(CSV + PARQUET)
        message = f"path: {path} is no file of prices; name a {kinds} file, or a folder"
        raise PriceError(message, parameter="path")
    try:
        names, table = _parquet(path) if suffix in PARQUET else _csv(path)
    except (OSError, UnicodeDecodeError, csv.Error, pa.ArrowException) as error:
        message = f"{path} cannot be read: {str(error).splitlines()[0]}"
        raise PriceError(message) from None
    if table.num_rows == 0:
        message = f"{path} has no rows; it needs a header and prices below it"
        raise PriceError(message)
    return Table(path, names, table.columns)


def _csv(path: Path) -> tuple[list[str], Any]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        names = next(csv.reader(file), [])
        if not any(line.strip() for line in file):
            return names, pa.table({})
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
        table = file.read()
    return [str(name) for name in table.column_names], table


def _first_not_a_number(cells: Any) -> int | None:
    """Position of the first cell that is neither a finite number nor missing."""
    if pa.types.is_boolean(cells.type) or pa.types.is_temporal(cells.type):
        return 0
    try:
        numbers = cells.cast(pa.float64())
    except pa.ArrowException:
        for position, cell in enumerate(cells):
            try:
                cell.cast(pa.float64())
            except pa.ArrowException:
                return position
        raise
    infinite = pc.fill_null(pc.is_inf(numbers), False).to_numpy()
    return int(np.argmax(infinite)) if infinite.any() else None
