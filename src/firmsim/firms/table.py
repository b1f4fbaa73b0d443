"""The firms table (name, sector, industry, size) and what is known of the firms of a run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from firmsim.errors import FirmsError
from firmsim.files import read_csv
from firmsim.firms.tickers import check_tickers

TEXTS = ("name", "sector", "industry")
MARKET_CAP = "market capitalisation (USD)"
TRADED_VALUE = "traded value (USD/day)"
UNKNOWN = "unknown"

GICS = {
    "Basic Materials": "Materials",
    "Consumer Cyclical": "Consumer Discretionary",
    "Consumer Defensive": "Consumer Staples",
    "Financial Services": "Financials",
    "Healthcare": "Health Care",
    "Technology": "Information Technology",
}
"""Yahoo's sectors whose GICS counterpart has another name; the other five have the same."""


def read_firms_table(path: Path) -> pd.DataFrame:
    """Read a firms table.

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
        The file is missing or unreadable, has no ``ticker`` column, a ticker is malformed or
        stands twice, or a market capitalisation is not a number above zero.
    """
    if not path.is_file():
        lacking = "is not a file" if path.exists() else "does not exist"
        message = f"{path} {lacking}; correct the path of the firms table"
        raise FirmsError(message)
    try:
        cells = read_csv(path)
    except (OSError, ValueError) as error:
        message = f"{path} cannot be read as a CSV: {str(error).splitlines()[0]}"
        raise FirmsError(message) from None
    cells.columns = cells.columns.str.strip().str.lower()
    if "ticker" not in cells:
        found = ", ".join(map(repr, cells.columns))
        message = f"{path}: no column 'ticker'; name it so (columns found: {found})"
        raise FirmsError(message)
    if not cells.columns.is_unique:
        twice = cells.columns[cells.columns.duplicated()][0]
        message = f"{path}: column {twice!r} stands twice; keep one"
        raise FirmsError(message)
    cells = cells.fillna("").apply(lambda column: column.str.strip())
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
    """Put together what is known of the firms of a run.

    Cell by cell the table wins over the profiles. When its sectors are those of GICS, sectors of
    the profiles are renamed to them, or one sector would count as two, and their industries, which
    have no counterpart, are left out. Sizes of one run are all of one kind: market
    capitalisations when at least half of the firms have one or nothing else is known, else traded
    values, which rank firms much alike but are another quantity.

    Parameters
    ----------
    tickers : sequence of str
        Firms, in the order wanted.
    table, profiles : DataFrame or None
        Index ticker; columns name, sector, industry, market_cap (USD), as `read_firms_table`, and
        of profiles market_cap_date (ISO date, "" when unknown) where there is one.
    traded_value : Series or None
        Ticker -> USD/day.

    Returns
    -------
    DataFrame
        Columns ticker, name, sector, industry ("" when unknown), size (missing when unknown),
        size_kind, one of ``market capitalisation (USD)``, ``traded value (USD/day)``, ``unknown``
        in every row, and size_date (ISO date of a market capitalisation, "" when it has none).
    """
    index = pd.Index(list(tickers), name="ticker", dtype=object)
    firms = pd.DataFrame(dict.fromkeys(TEXTS, ""), index=index, dtype=object)
    caps, dates = pd.Series(np.nan, index=index), pd.Series("", index=index, dtype=object)
    if table is not None and profiles is not None and table["sector"].isin(GICS.values()).any():
        profiles = profiles.assign(sector=profiles["sector"].replace(GICS), industry="")
    for known in (table, profiles):
        if known is None:
            continue
        same = known.reindex(index)
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


def _market_cap(cell: str, where: str) -> float:
    """Market capitalisation in USD, missing when the cell is empty."""
    if not cell:
        return float("nan")
    try:
        value = float(cell)
    except ValueError:
        value = float("nan")
    if not 0 < value < float("inf"):
        message = f"{where}: market_cap {cell!r} is not a number above 0 (USD); mend or empty it"
        raise FirmsError(message)
    return value
