"""Interface of the sources of prices, and the choice of one by the configuration."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Protocol

from firmsim.config import Prices
from firmsim.errors import ConfigError, extra
from firmsim.prices.raw import RawPrices
from firmsim.prices.sources.bundled import BundledPrices
from firmsim.prices.sources.file import FilePrices
from firmsim.prices.sources.yahoo.policy import RequestPolicy

YAHOO = "yahoo"
"""Store of Yahoo's prices, below the resources folder."""

BUNDLED = Path("bundled") / "cvxportfolio-1.5.1.tar.gz"
"""Archive of the bundled prices, below the resources folder."""

POLICY = [field.name for field in fields(RequestPolicy)]
"""Keys of section ``prices`` that make the request policy."""


class PriceSource(Protocol):
    """Source of daily prices.

    To add one: write it in a file below `firmsim.prices.sources`, and choose it in `open_source` by
    a new value of ``prices.source``.
    """

    def read(
        self, tickers: Sequence[str] | None, start: date | None, end: date | None
    ) -> RawPrices:
        """Prices of these firms on these days.

        Parameters
        ----------
        tickers : sequence of str or None
            Firms, in the order of the result; None: all of the source.
        start, end : date or None
            First and last day, both included; None: no limit.

        Returns
        -------
        RawPrices
            As the source has them, unchecked.

        Raises
        ------
        PriceError
            The source cannot be read, or lacks a ticker or all of the days.
        """
        ...


def open_source(settings: Prices, resources: Path, *, later_listings: bool = False) -> PriceSource:
    """Source of prices that the configuration names.

    Parameters
    ----------
    settings : Prices
        Section ``prices`` of the configuration.
    resources : Path
        Folder of downloaded prices.
    later_listings : bool
        Whether firms that are listed after the requested days are left out of the coverage.

    Returns
    -------
    PriceSource
        Nothing is read yet.

    Raises
    ------
    ConfigError
        ``path`` is missing for the source ``file``.
    MissingPackageError
        A package that the source ``yahoo`` needs is not installed.

    Examples
    --------
    >>> open_source(Prices(source="file", path=Path("prices.csv")), Path("resources")).path.name
    'prices.csv'
    """
    if settings.source == "bundled":
        return BundledPrices(resources / BUNDLED)
    if settings.source == "yahoo":
        with extra("yahoo", "prices from Yahoo Finance"):
            from firmsim.prices.sources.yahoo.source import YahooPrices

        policy = RequestPolicy(**{key: getattr(settings, key) for key in POLICY})
        days = settings.profile_days if settings.firm_profiles == "fetch" else None
        return YahooPrices(
            resources / YAHOO,
            policy,
            settings.min_coverage,
            days,
            later_listings=later_listings,
        )
    if settings.path is None:
        message = "path: is empty, but source is 'file'; name your file or folder"
        raise ConfigError(message, parameter="path")
    return FilePrices(settings.path)
