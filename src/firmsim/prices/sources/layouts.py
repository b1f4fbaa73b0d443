"""Which column of a price file is what: dates, tickers, closing prices."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from firmsim.errors import PriceError
from firmsim.prices.sources.table import Table

DATES = ("date", "datetime", "timestamp")
TICKERS = ("ticker", "symbol")
CLOSES = ("adjclose", "adjustedclose", "close")
"""Closing prices, best first: adjusted for splits and dividends, then as the file has it."""
DIVIDENDS = ("dividends", "dividend")
"""Dividends a share, on the day it first trades without them."""
UNNAMED = ("", "Unnamed: 0")
"""How a CSV names an index that had no name, when written by pandas and when read back."""
PANDAS_INDEX = re.compile(r"__index_level_\d+__")
"""How a parquet file names an index that had no name."""


@dataclass(frozen=True)
class Long:
    """One row a firm and day: positions of the three columns."""

    date: int
    ticker: int
    close: int


@dataclass(frozen=True)
class Wide:
    """One row a day: position of the dates, and (position, ticker) of each firm."""

    date: int
    firms: tuple[tuple[int, str], ...]


def plain(name: str) -> str:
    """Column name in one spelling: ``Adj Close``, ``adj_close`` and ``<AdjClose>`` are the same."""
    return re.sub(r"[\s<>_]", "", name).lower()


def layout(table: Table) -> Long | Wide:
    """Tell a long table (date, ticker, close) from a wide one (date x ticker).

    Parameters
    ----------
    table : Table
        As read.

    Returns
    -------
    Long or Wide
        Which columns hold what.

    Raises
    ------
    PriceError
        There is no date column, or the file is one firm's.
    """
    names = [plain(name) for name in table.names]
    dates = date_column(table)
    ticker = _first(names, TICKERS)
    close = _first(names, CLOSES)
    if ticker is not None and close is not None:
        return Long(dates, ticker, close)
    if ticker is not None:
        message = (
            f"{table.path}: has a column {table.names[ticker]!r} but none called close or "
            f"adj_close (columns found: {', '.join(map(repr, table.names))}); name the prices so"
        )
        raise PriceError(message)
    if {"open", "high", "low", "close"} <= set(names):
        message = (
            f"{table.path} holds the prices of one firm; name it TICKER.csv, put it in a folder "
            "with the others, and set prices.path to the folder"
        )
        raise PriceError(message)
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
        There is none; names the columns there are.
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
        There is none; names the columns there are.
    """
    close = _first([plain(name) for name in table.names], CLOSES)
    if close is None:
        found = listed(table.names)
        message = f"{table.path}: no closing prices; name a column 'close' (columns found: {found})"
        raise PriceError(message)
    return close


def quote_columns(table: Table) -> dict[str, int]:
    """Positions of ``close``, ``adjusted`` and ``dividends``; empty unless all are there."""
    names = [plain(name) for name in table.names]
    found = {
        "close": _first(names, CLOSES[2:]),
        "adjusted": _first(names, CLOSES[:2]),
        "dividends": _first(names, DIVIDENDS),
    }
    there = {kind: position for kind, position in found.items() if position is not None}
    return there if len(there) == len(found) else {}


def listed(names: list[str], most: int = 6) -> str:
    """Up to six names, and how many more."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(map(repr, names[:most])) + more


def price_files(folder: Path, suffixes: tuple[str, ...]) -> dict[str, Path]:
    """Files of a folder that hold one firm each.

    Parameters
    ----------
    folder : Path
        Folder of one file a ticker.
    suffixes : tuple of str
        Endings that count.

    Returns
    -------
    dict of str to Path
        Ticker (file name without its ending) -> file, sorted.

    Raises
    ------
    PriceError
        There is no such file, or a ticker has two.
    """
    files: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() not in suffixes or path.name.startswith("."):
            continue
        if path.stem in files:
            message = f"{folder}: {files[path.stem].name} and {path.name} are one ticker; keep one"
            raise PriceError(message)
        files[path.stem] = path
    if not files:
        message = (
            f"{folder}: no {' or '.join(suffixes)} file in this folder; prices.path needs some"
        )
        raise PriceError(message)
    return files


def _counts_rows(position: int, name: str) -> bool:
    """Whether a column is the row numbers that pandas writes beside a table."""
    return bool(PANDAS_INDEX.fullmatch(name)) or (position == 0 and name in UNNAMED)


def _first(names: list[str], wanted: tuple[str, ...]) -> int | None:
    """Position of the most wanted name that is there."""
    for name in wanted:
        if name in names:
            return names.index(name)
    return None
