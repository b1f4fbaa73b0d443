"""The user's own prices: a wide or long CSV or parquet file, or a folder of one CSV per ticker."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from firmsim.errors import PriceError
from firmsim.firms import MAX_FIRMS
from firmsim.firms.tickers import check_ticker
from firmsim.prices.raw import RawPrices, between, outcomes_of, refuse_unknown
from firmsim.prices.sources.layouts import (
    Long,
    Wide,
    close_column,
    date_column,
    layout,
    price_files,
    quote_columns,
)
from firmsim.prices.sources.table import CSV, Table, read_table
from firmsim.typing import Indices


class FilePrices:
    r"""Prices in files of the user.

    Parameters
    ----------
    path : Path
        - a wide table: a date column and one column per ticker;
        - a long table: columns date, ticker (or symbol) and close;
        - a folder of one CSV per ticker, named after it, with columns date and close.

        Tables are CSV or parquet. Column names may be written in any case. Dates are YYYY-MM-DD (a
        time may follow) or YYYYMMDD. ``Adj Close`` takes precedence over ``Close``; the two are
        never mixed. Where a firm has ``Close``, ``Adj Close`` and ``Dividends``, the audit compares
        them.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "prices.csv"
    ...     _ = path.write_text("date,A,B\n2024-01-02,1.5,2\n2024-01-03,,3\n")
    ...     raw = FilePrices(path).read(None, None, None)
    >>> [(one.name, one.tolist()) for one in raw.series]
    [('A', [1.5, nan]), ('B', [2.0, 3.0])]
    """

    def __init__(self, path: Path) -> None:
        self.path = Path(path)

    def read(
        self, tickers: Sequence[str] | None, start: date | None, end: date | None
    ) -> RawPrices:
        """Prices of these firms on these days.

        Parameters
        ----------
        tickers : sequence of str or None
            Firms, in the order of the result; None: all, in the order of the file.
        start, end : date or None
            First and last day, both included; None: no limit.

        Returns
        -------
        RawPrices
            As the file has them; empty cells are missing.

        Raises
        ------
        PriceError
            A file is missing or unreadable, has no date column, contains a malformed date, price or
            ticker, or lacks a ticker or all of the days.
        """
        quotes: dict[str, pd.DataFrame] = {}
        series = between(self._series(tickers, quotes), start, end, self.path)
        return RawPrices(series=series, outcomes=outcomes_of(series), quotes=quotes)

    def files(self, tickers: Sequence[str] | None) -> list[Path]:
        """Files that contain the prices of these firms.

        Parameters
        ----------
        tickers : sequence of str or None
            Firms; None: all.

        Returns
        -------
        list of Path
            Of a folder, the file of each firm; else the one file.

        Raises
        ------
        PriceError
            The folder lacks a ticker or contains no prices.
        """
        if not self._is_folder():
            return [self.path]
        files = price_files(self.path, CSV)
        return [files[ticker] for ticker in self._choose(list(files), tickers)]

    def fingerprint(
        self, tickers: Sequence[str] | None, start: date | None = None, end: date | None = None
    ) -> str:
        """SHA-256 of the days and prices of these firms alone.

        It changes when a price of these firms does. Other firms and later days, the order of the
        columns and the kind of file do not change it.

        Parameters
        ----------
        tickers : sequence of str or None
            Firms, in any order; None: all.
        start, end : date or None
            First and last day, both included; None: no limit.

        Returns
        -------
        str
            Hexadecimal.

        Raises
        ------
        PriceError
            As `read`.
        """
        digest = hashlib.sha256()
        series = between(self._series(tickers), start, end, self.path)
        for one in sorted(series, key=lambda one: str(one.name)):
            observed = one.dropna()
            digest.update(f"{one.name} {len(observed)}\n".encode())
            digest.update(observed.index.to_numpy("datetime64[D]").astype("<i8").tobytes())
            digest.update(observed.to_numpy("<f8").tobytes())
        return digest.hexdigest()

    def _is_folder(self) -> bool:
        try:
            return self.path.is_dir()
        except OSError:  # a name that is too long; reading it as a file says so
            return False

    def _series(
        self, tickers: Sequence[str] | None, quotes: dict[str, pd.DataFrame] | None = None
    ) -> list[pd.Series]:
        """Closing prices; closes and dividends for the audit are added to `quotes`."""
        quotes = {} if quotes is None else quotes
        if self._is_folder():
            return self._folder(tickers, quotes)
        table = read_table(self.path)
        columns = layout(table)
        if isinstance(columns, Long):
            return self._long(table, columns, tickers, quotes)
        return self._wide(table, columns, tickers)

    def _wide(self, table: Table, columns: Wide, tickers: Sequence[str] | None) -> list[pd.Series]:
        places: dict[str, list[int]] = {}
        for position, ticker in columns.firms:
            places.setdefault(ticker, []).append(position)
        chosen = self._choose(list(places), tickers)
        days = table.days(columns.date)
        return [
            pd.Series(table.numbers(position), index=days, name=ticker)
            for ticker in chosen
            for position in places[ticker]
        ]

    def _long(
        self,
        table: Table,
        columns: Long,
        tickers: Sequence[str] | None,
        quotes: dict[str, pd.DataFrame],
    ) -> list[pd.Series]:
        codes, names = pd.factorize(table.text(columns.ticker).to_numpy(zero_copy_only=False))
        available = [str(name) for name in names]
        chosen = self._choose(available, tickers)
        days = table.days(columns.date)
        order = np.argsort(codes, kind="stable")
        ends = np.cumsum(np.bincount(codes, minlength=len(available)))
        place = {name: code for code, name in enumerate(available)}
        series = []
        for ticker in chosen:
            code = place[ticker]
            rows = order[ends[code - 1] if code else 0 : ends[code]]
            values = table.numbers(columns.close, rows)
            series.append(pd.Series(values, index=days[rows], name=ticker))
            if columns_of_quotes := quote_columns(table):
                quotes[ticker] = _quotes(table, columns_of_quotes, days[rows], rows)
        return series

    def _folder(
        self, tickers: Sequence[str] | None, quotes: dict[str, pd.DataFrame]
    ) -> list[pd.Series]:
        files = price_files(self.path, CSV)
        series = []
        for ticker in self._choose(list(files), tickers):
            table = read_table(files[ticker])
            values, days = table.numbers(close_column(table)), table.days(date_column(table))
            series.append(pd.Series(values, index=days, name=ticker))
            if columns := quote_columns(table):
                quotes[ticker] = _quotes(table, columns, days)
        return series

    def _choose(self, available: list[str], tickers: Sequence[str] | None) -> list[str]:
        """Tickers to read, among the distinct ones of the file."""
        if tickers is not None:
            refuse_unknown(tickers, available, self.path)
            return list(tickers)
        if not available:
            message = f"{self.path} has dates but no firm; add a column of prices for each"
            raise PriceError(message)
        if len(available) > MAX_FIRMS:
            message = f"{self.path} holds {len(available):,} firms; {MAX_FIRMS:,} are the most"
            raise PriceError(message)
        for ticker in available:
            try:
                check_ticker(ticker)
            except ValueError as error:
                message = f"{self.path}: {error}"
                raise PriceError(message) from None
        return available


def _quotes(
    table: Table,
    columns: dict[str, int],
    days: pd.DatetimeIndex,
    rows: Indices | None = None,
) -> pd.DataFrame:
    """Close, adjusted close and dividends of one firm."""
    cells = {kind: table.numbers(position, rows) for kind, position in columns.items()}
    return pd.DataFrame(cells, index=days)
