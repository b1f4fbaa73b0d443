"""The firms table: name, sector, industry and size of each firm."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from firmsim.errors import FirmsError, listed, quoted, shortened
from firmsim.files import read_text_csv
from firmsim.files.spreadsheet import neutralised_text
from firmsim.firms import MAX_FIRMS
from firmsim.firms.sectors import YAHOO_SECTORS
from firmsim.firms.tickers import check_tickers

TEXTS = ("name", "sector", "industry")
MARKET_CAP = "market capitalisation (USD)"
TRADED_VALUE = "traded value (USD/day)"
UNKNOWN = "unknown"


def read_firms_table(path: Path) -> pd.DataFrame:
    r"""Read a firms table.

    Parameters
    ----------
    path : Path
        UTF-8 CSV with a column ``ticker`` and, where known, ``name``, ``sector``, ``industry`` and
        ``market_cap`` (USD). Column names in any case; others are ignored.

    Returns
    -------
    DataFrame
        Index ``ticker``; columns name, sector, industry (str, "" when unknown) and market_cap
        (float, missing when unknown).

    Raises
    ------
    FirmsError
        The file is missing or unreadable or has no ``ticker`` column, a ticker is malformed or
        repeated, or a market capitalisation is not a number above zero.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "firms.csv"
    ...     _ = path.write_text("ticker,sector\nXOM,Energy\nNA,\n")
    ...     table = read_firms_table(path)
    >>> table["sector"].to_dict()
    {'XOM': 'Energy', 'NA': ''}
    """
    if not path.is_file():
        lacking = "is not a file" if path.exists() else "does not exist"
        message = f"{path} {lacking}; correct the path of the firms table"
        raise FirmsError(message)
    try:
        cells = read_text_csv(path)
    except (OSError, ValueError) as error:
        message = f"{path} cannot be read as a CSV: {shortened(str(error))}"
        raise FirmsError(message) from None
    cells.columns = cells.columns.str.strip().str.lower()
    if "ticker" not in cells:
        found = listed(list(cells.columns))
        message = f"{path}: no column 'ticker'; name it so (columns found: {found})"
        raise FirmsError(message)
    if not cells.columns.is_unique:
        twice = cells.columns[cells.columns.duplicated()][0]
        message = f"{path}: column {quoted(twice)} is there twice; keep one"
        raise FirmsError(message)
    cells = cells.fillna("").apply(lambda column: column.str.strip())
    if len(cells) > MAX_FIRMS:
        message = f"{path} lists {len(cells):,} firms; {MAX_FIRMS:,} are the most"
        raise FirmsError(message)
    tickers = check_tickers(cells["ticker"].tolist(), str(path))
    table = pd.DataFrame(index=pd.Index(tickers, name="ticker", dtype=object))
    for name in TEXTS:
        table[name] = cells[name].to_numpy(dtype=object) if name in cells else ""
    caps = cells["market_cap"].tolist() if "market_cap" in cells else [""] * len(tickers)
    table["market_cap"] = [
        _market_cap(cell, f"{path}: entry {entry} ({ticker})")
        for entry, (ticker, cell) in enumerate(zip(tickers, caps, strict=True), start=1)
    ]
    return table


def describe_firms(
    tickers: Sequence[str],
    table: pd.DataFrame | None,
    profiles: pd.DataFrame | None,
    traded_value: pd.Series | None,
) -> pd.DataFrame:
    """Merge the firms table, the profiles of the price source and the traded values.

    The table wins over the profiles cell by cell. Where its sectors are those of GICS, the sectors
    of the profiles take their GICS names, so that no sector counts as two. The industries of the
    profiles have no counterpart there and are left out.

    All sizes of a run are of one kind. They are market capitalisations when at least half of the
    firms have one, or when nothing else is known. Otherwise they are traded values, which rank
    firms in a similar order but are another quantity.

    Parameters
    ----------
    tickers : sequence of str
        Firms, in the order wanted.
    table, profiles : DataFrame or None
        Index ticker; columns name, sector, industry and market_cap (USD), as from
        `read_firms_table`. Profiles may also have market_cap_date (ISO date, "" when unknown).
    traded_value : Series or None
        Ticker -> USD per day.

    Returns
    -------
    DataFrame
        Columns ticker, name, sector, industry ("" when unknown), size (missing when unknown),
        size_kind and size_date. `size_kind` is ``market capitalisation (USD)``, ``traded value
        (USD/day)`` or ``unknown``, the same in every row. `size_date` is the ISO date of a market
        capitalisation, "" when it has none.

    Examples
    --------
    >>> traded = pd.Series({"XOM": 2e9, "CVX": 1e9})
    >>> describe_firms(["CVX", "XOM"], None, None, traded)[["ticker", "size", "size_kind"]]
      ticker          size               size_kind
    0    CVX  1.000000e+09  traded value (USD/day)
    1    XOM  2.000000e+09  traded value (USD/day)
    """
    index = pd.Index(list(tickers), name="ticker", dtype=object)
    firms = pd.DataFrame(dict.fromkeys(TEXTS, ""), index=index, dtype=object)
    caps, dates = pd.Series(np.nan, index=index), pd.Series("", index=index, dtype=object)
    if (
        table is not None
        and profiles is not None
        and table["sector"].isin(YAHOO_SECTORS.values()).any()
    ):
        profiles = profiles.assign(sector=profiles["sector"].replace(YAHOO_SECTORS), industry="")
    for source in (table, profiles):
        if source is None:
            continue
        same = source.reindex(index)
        for name in TEXTS:
            firms[name] = firms[name].where(firms[name] != "", same[name].fillna(""))
        own = caps.notna()
        caps = caps.where(own, same["market_cap"].astype("float64"))
        if "market_cap_date" in same:
            dates = dates.where(own | caps.isna(), same["market_cap_date"].fillna(""))
    if caps.notna().any() and caps.notna().mean() >= 0.5:
        size, kind = caps, MARKET_CAP
    elif traded_value is not None and traded_value.notna().any():
        size, kind = traded_value.reindex(index).astype("float64"), TRADED_VALUE
    else:
        size, kind = caps, MARKET_CAP if caps.notna().any() else UNKNOWN
    day = dates if kind == MARKET_CAP else ""
    return firms.assign(size=size, size_kind=kind, size_date=day).reset_index()


def append_rows(text: str, rows: Sequence[Mapping[str, str]], where: object) -> str:
    r"""Add rows at the end of a firms table and leave the rest of the file as it is.

    Parameters
    ----------
    text : str
        The CSV; its line ends and its last line are kept.
    rows : sequence of mapping of str to str
        Column -> cell. Column names in any case; columns without a cell stay empty.
    where : object
        The file, for the error.

    Returns
    -------
    str
        The CSV with the rows.

    Raises
    ------
    FirmsError
        The file has no such column.

    Examples
    --------
    >>> append_rows("Ticker,Sector\nXOM,Energy", [{"ticker": "NA"}], "firms.csv")
    'Ticker,Sector\nXOM,Energy\nNA,\n'
    """
    header = next(csv.reader(io.StringIO(text.lstrip("\ufeff"), newline="")))
    columns = [name.strip().lower() for name in header]
    for name in (name for row in rows for name in row):
        if name not in columns:
            message = (
                f"{where}: has no column {name!r}; add it to the first line, or give no {name}"
            )
            raise FirmsError(message)
    end = "\r\n" if "\r\n" in text else "\n"
    added = io.StringIO()
    csv.writer(added, lineterminator=end).writerows(
        [neutralised_text(row.get(name, "")) for name in columns] for row in rows
    )
    return text + ("" if text.endswith(("\n", "\r")) else end) + added.getvalue()


def _market_cap(cell: str, where: str) -> float:
    """Market capitalisation in USD, missing when the cell is empty."""
    if not cell:
        return float("nan")
    try:
        value = float(cell)
    except ValueError:
        value = float("nan")
    if not 0 < value < float("inf"):
        message = (
            f"{where}: market_cap {quoted(cell)} is not a number above 0 (USD); correct or empty it"
        )
        raise FirmsError(message)
    return value
