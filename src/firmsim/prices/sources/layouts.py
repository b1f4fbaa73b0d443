"""Layouts of price files: which column contains dates, tickers or closing prices."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from firmsim.errors import PriceError, listed, quoted, shortened
from firmsim.prices.sources.table import Table

DATES = ("date", "datetime", "timestamp")
TICKERS = ("ticker", "symbol")
CLOSES = ("adjclose", "adjustedclose", "close")
"""Names of closing prices in order of precedence: adjusted for splits and dividends, then as is."""
DIVIDENDS = ("dividends", "dividend")
"""Names of the dividends per share, on the day on which it first trades without them."""
UNNAMED = ("", "Unnamed: 0")
"""Names that pandas gives to an index without a name, in a CSV and when it is read back."""
PANDAS_INDEX = re.compile(r"__index_level_\d+__")
"""Name that pandas gives to an index without a name in a parquet file."""


@dataclass(frozen=True)
class Long:
    """Layout of one row per firm and day: positions of the three columns."""

    date: int
    ticker: int
    close: int


@dataclass(frozen=True)
class Wide:
    """Layout of one row per day: position of the dates, and (position, ticker) of each firm."""

    date: int
    firms: tuple[tuple[int, str], ...]


def plain(name: str) -> str:
    """Column name in one spelling.

    Examples
    --------
    >>> plain("Adj Close"), plain("adj_close"), plain("<AdjClose>")
    ('adjclose', 'adjclose', 'adjclose')
    """
    return re.sub(r"[\s<>_]", "", name).lower()


def layout(table: Table) -> Long | Wide:
    """Tell a long table (date, ticker, close) from a wide one (date x ticker).

    Parameters
    ----------
    table : Table
        Columns of a file.

    Returns
    -------
    Long or Wide
        Positions of the columns.

    Raises
    ------
    PriceError
        There is no date column, or the file contains a single firm.
    """
    names = [plain(name) for name in table.names]
    dates = date_column(table)
    ticker = _first(names, TICKERS)
    close = _first(names, CLOSES)
    if ticker is not None and close is not None:
        return Long(dates, ticker, close)
    if ticker is not None:
        message = (
            f"{table.path}: has a column {quoted(table.names[ticker])} but none called close or "
            f"adj_close (columns found: {listed(table.names)}); name the prices so"
        )
        raise PriceError(message)
    if {"open", "high", "low", "close"} <= set(names):
        message = (
            f"path: {table.path} contains the prices of one firm; name it TICKER.csv, put it in a "
            "folder with the others, and set path to the folder"
        )
        raise PriceError(message, parameter="path")
    firms = tuple(
        (position, name)
        for position, name in enumerate(table.names)
        if position != dates and not _counts_rows(position, name)
    )
    return Wide(dates, firms)


def date_column(table: Table) -> int:
    """Position of the dates: the column of a date type, else by name, else the unnamed first one.

    Raises
    ------
    PriceError
        There is none; names the columns of the file.
    """
    typed = [
        position
        for position, column in enumerate(table.columns)
        if pa.types.is_timestamp(column.type) or pa.types.is_date(column.type)
    ]
    if len(typed) == 1:
        return typed[0]
    if (named := _first([plain(name) for name in table.names], DATES)) is not None:
        return named
    if table.names and table.names[0] in UNNAMED:
        return 0
    found = listed(table.names)
    message = f"{table.path}: no date column; name one 'date' (columns found: {found})"
    raise PriceError(message)


def close_column(table: Table) -> int:
    """Position of the closing prices, adjusted ones first.

    Raises
    ------
    PriceError
        There is none; names the columns of the file.
    """
    close = _first([plain(name) for name in table.names], CLOSES)
    if close is None:
        found = listed(table.names)
        message = f"{table.path}: no closing prices; name a column 'close' (columns found: {found})"
        raise PriceError(message)
    return close


def quote_columns(table: Table) -> dict[str, int]:
    """Positions of ``close``, ``adjusted`` and ``dividends``; empty unless the file has all."""
    names = [plain(name) for name in table.names]
    positions = {
        "close": _first(names, CLOSES[2:]),
        "adjusted": _first(names, CLOSES[:2]),
        "dividends": _first(names, DIVIDENDS),
    }
    found = {kind: position for kind, position in positions.items() if position is not None}
    return found if len(found) == len(positions) else {}


def price_files(folder: Path, suffixes: tuple[str, ...]) -> dict[str, Path]:
    """Files of a folder with one file per ticker.

    Parameters
    ----------
    folder : Path
        Folder.
    suffixes : tuple of str
        Endings of price files.

    Returns
    -------
    dict of str to Path
        Ticker (file name without its ending) -> file, sorted.

    Raises
    ------
    PriceError
        There is no such file, or a ticker has two. In the first case the parameter is ``path``.
    """
    files: dict[str, Path] = {}
    try:
        paths = sorted(folder.iterdir())
    except OSError as error:
        message = f"path: {folder} cannot be read: {error.strerror}; name another folder"
        raise PriceError(message, parameter="path") from None
    for path in paths:
        if path.suffix.lower() not in suffixes or path.name.startswith("."):
            continue
        if path.stem in files:
            message = (
                f"{folder}: {shortened(files[path.stem].name)} and {shortened(path.name)} are one "
                "ticker; keep one"
            )
            raise PriceError(message)
        files[path.stem] = path
    if not files:
        message = (
            f"path: {folder} contains no {' or '.join(suffixes)} file; name a folder of one CSV "
            "per ticker"
        )
        raise PriceError(message, parameter="path")
    return files


def _counts_rows(position: int, name: str) -> bool:
    """Whether a column contains the row numbers that pandas writes beside a table."""
    return bool(PANDAS_INDEX.fullmatch(name)) or (position == 0 and name in UNNAMED)


def _first(names: list[str], wanted: tuple[str, ...]) -> int | None:
    """Position of the first wanted name that occurs."""
    for name in wanted:
        if name in names:
            return names.index(name)
    return None
