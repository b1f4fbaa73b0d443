"""The interface every source of prices has, and the choice of one by the configuration."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Protocol

from firmsim.config import Prices
from firmsim.errors import ConfigError
from firmsim.prices.raw import RawPrices
from firmsim.prices.sources.bundled import BundledPrices
from firmsim.prices.sources.file import FilePrices
from firmsim.prices.sources.yahoo.client import RequestPolicy
from firmsim.prices.sources.yahoo.source import YahooPrices

YAHOO = "yahoo"
"""Where what Yahoo gave is kept below the resources folder."""

BUNDLED = Path("bundled") / "cvxportfolio-1.5.1.tar.gz"
"""Where the bundled archive stands below the resources folder."""

POLICY = [field.name for field in fields(RequestPolicy)]
"""Keys of the section that say how Yahoo is asked."""


class PriceSource(Protocol):
    """Somewhere daily prices can be read from."""

    def read(
        self, tickers: Sequence[str] | None, start: date | None, end: date | None
    ) -> RawPrices:
        """Prices of these firms on these days.

        Parameters
        ----------
        tickers : sequence of str or None
            Firms, in the order wanted; None: all there are.
        start, end : date or None
            First and last day, both included; None: no limit.

        Returns
        -------
        RawPrices
            As the source has them, unchecked.

        Raises
        ------
        PriceError
            A ticker is not there, nothing is there, or it cannot be read.
        """
        ...


def open_source(settings: Prices, resources: Path, *, later_listings: bool = False) -> PriceSource:
    """Source of prices that the configuration names.

    Parameters
    ----------
    settings : Prices
        Section ``prices`` of the configuration.
    resources : Path
        Folder of what was fetched once and is kept.
    later_listings : bool
        Whether firms that are listed after the days asked for are no lack of coverage.

    Returns
    -------
    PriceSource
        Nothing is read yet.

    Raises
    ------
    ConfigError
        ``prices.path`` is missing for the source ``file``.
    """
    if settings.source == "bundled":
        return BundledPrices(resources / BUNDLED)
    if settings.source == "yahoo":
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
        message = "prices.path: is empty, but prices.source is 'file'; name your file or folder"
        raise ConfigError(message)
    return FilePrices(settings.path)
