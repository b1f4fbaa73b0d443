"""Members of an index, today or on a past day, with their GICS classes.

The package pitindex holds the dated changes of three indices. Its functions return the members of
a day under the tickers of that day. Prices are listed under the tickers of today, so the renamings
that pitindex records are followed here.
"""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.metadata import version
from typing import Any

import numpy as np
import pandas as pd

from firmsim.errors import FirmsError, extra
from firmsim.firms.symbols import yahoo_symbol

NAMES = {"sp500": "S&P 500", "sp400": "S&P MidCap 400", "sp600": "S&P SmallCap 600"}
"""Indices whose members are known."""

SOURCE = "pitindex"
RENAMED = re.compile(r"rename → ([A-Z.]+)\b")
"""Reason that pitindex gives when a ticker left because the firm took another one."""


@dataclass(frozen=True)
class Universe:
    """Members of an index.

    Attributes
    ----------
    index : str
        A key of `NAMES`.
    as_of : date or None
        Day of these members; None for the members of `known_until`.
    known_until : date
        Last day that pitindex covers.
    table : DataFrame
        A firms table: index ticker; columns name, sector and industry (str, "" when unknown) and
        market_cap (missing). Sector and sub-industry are those of GICS today.
    """

    index: str
    as_of: date | None
    known_until: date
    table: pd.DataFrame

    @property
    def tickers(self) -> list[str]:
        """Members, sorted."""
        return list(self.table.index)

    def facts(self) -> dict[str, str | int | None]:
        """Entry of the universe in the record of a run, ready for JSON."""
        return {
            "index": self.index,
            "name": NAMES[self.index],
            "as_of": None if self.as_of is None else self.as_of.isoformat(),
            "known_until": self.known_until.isoformat(),
            "source": f"{SOURCE} {version(SOURCE)}",
            "members": len(self.table),
        }


def members(index: str, as_of: date | None = None, hyphens: bool = False) -> Universe:
    """Members of an index on a day.

    Parameters
    ----------
    index : str
        ``sp500``, ``sp400`` or ``sp600``.
    as_of : date or None
        None for the last day that pitindex covers.
    hyphens : bool
        Spell share classes as Yahoo does, ``BRK-B`` for ``BRK.B``.

    Returns
    -------
    Universe
        Tickers are those of today where pitindex records that the firm took another one.

    Raises
    ------
    FirmsError
        pitindex does not cover the index on that day: names the days that it covers.
    MissingPackageError
        pitindex is not installed.

    Examples
    --------
    >>> universe = members("sp500", date(2015, 1, 2))
    >>> "META" in universe.tickers  # listed as FB on that day
    True
    """
    known = _known()
    source = _pitindex().PitIndex(index)
    first, last = source.coverage_start, source.coverage_end
    if as_of is not None and not first <= as_of <= last:
        message = (
            f"members of {index} on {as_of} are not known; {SOURCE} {version(SOURCE)} covers "
            f"{first} to {last}: choose a day between, or list the tickers yourself"
        )
        raise FirmsError(message, parameter="as_of")
    day = as_of or last
    found = source.as_of(day)
    renamed = _renamed_after(index, day)
    names = dict(zip(found["ticker"], found["name"].fillna(""), strict=True))
    rows = {}
    for ticker in found["ticker"]:
        today = _today(ticker, renamed)
        name, sector, industry = known.get(today, (names[ticker], "", ""))
        spelt = yahoo_symbol(today) if hyphens else today
        rows[spelt] = {"name": name, "sector": sector, "industry": industry, "market_cap": np.nan}
    table = pd.DataFrame.from_dict(rows, orient="index").sort_index()
    return Universe(index, as_of, last, table.rename_axis("ticker"))


def _pitindex() -> Any:
    with extra("yahoo", "an index in firms"):
        import pitindex
    return pitindex


@cache
def _known() -> dict[str, tuple[str, str, str]]:
    """Name, sector and sub-industry of every member of today in any index, by ticker."""
    known: dict[str, tuple[str, str, str]] = {}
    pitindex = _pitindex()
    for index in reversed(NAMES):  # a firm in two indices on a day keeps the entry of the larger
        with warnings.catch_warnings():
            # the record of a run names the day of the members, so their age needs no warning
            warnings.simplefilter("ignore", pitindex.StaleDataWarning)
            source = pitindex.PitIndex(index)
            members_today = source.as_of(source.coverage_end)
        columns = members_today[["ticker", "name", "gics_sector", "gics_sub_industry"]].fillna("")
        for ticker, name, sector, industry in columns.itertuples(index=False):
            known[ticker] = (name, sector, industry)
    return known


def _renamed_after(index: str, day: date) -> list[tuple[str, str]]:
    """Old and new ticker of every renaming after a day, in order."""
    from pitindex import _loader  # its public functions leave the reasons out

    renamed = []
    for event in _loader.load_events(index):
        into = RENAMED.match(event.reason or "")
        if event.date > day and event.action == "removed" and into:
            renamed.append((event.ticker, into[1]))
    return renamed


def _today(ticker: str, renamed: list[tuple[str, str]]) -> str:
    """Ticker of a firm after a list of renamings."""
    for old, new in renamed:
        if ticker == old:
            ticker = new
    return ticker
