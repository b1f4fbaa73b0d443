"""Members of an index, now or as of a date, with their GICS classes.

The members come from the package pitindex, which ships with dated changes of three indices. Its
own functions give the members of a day under the tickers of that day; prices are found under the
tickers of today, so the renamings it records are followed.
"""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.metadata import version

import numpy as np
import pandas as pd
import pitindex
from pitindex import _loader

from firmsim.errors import FirmsError
from firmsim.firms.symbols import yahoo_symbol

NAMES = {"sp500": "S&P 500", "sp400": "S&P MidCap 400", "sp600": "S&P SmallCap 600"}
"""Indices whose members are known."""

SOURCE = "pitindex"
RENAMED = re.compile(r"rename → ([A-Z.]+)\b")
"""How the source says that a ticker left because the firm took another."""


@dataclass(frozen=True)
class Universe:
    """Members of an index.

    Attributes
    ----------
    index : str
        A key of `NAMES`.
    as_of : date or None
        Day whose members these are; None: the present ones.
    known_until : date
        Last day that the source knows; present members are those of this day.
    table : DataFrame
        A firms table: index ticker; columns name, sector, industry (str, "" when unknown: GICS
        sector and sub-industry of today) and market_cap (missing).
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
        """What the record of a run says of its universe, JSON-ready."""
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
        None: the last day that the source knows.
    hyphens : bool
        Spell share classes as Yahoo does, ``BRK-B`` for ``BRK.B``.

    Returns
    -------
    Universe
        Tickers are those of today where the source knows that the firm took another one.

    Raises
    ------
    FirmsError
        The source does not know the index on that day: names the days that it knows.
    """
    known = _known()
    source = pitindex.PitIndex(index)
    first, last = source.coverage_start, source.coverage_end
    if as_of is not None and not first <= as_of <= last:
        message = (
            f"members of {index} on {as_of} are not known; {SOURCE} {version(SOURCE)} knows them "
            f"from {first} to {last}: set firms_as_of to a day between, or list tickers yourself"
        )
        raise FirmsError(message)
    day = as_of or last
    found = source.as_of(day)
    later = _renamed_after(index, day)
    names = dict(zip(found["ticker"], found["name"].fillna(""), strict=True))
    rows = {}
    for ticker in found["ticker"]:
        today = _today(ticker, later)
        name, sector, industry = known.get(today, (names[ticker], "", ""))
        spelt = yahoo_symbol(today) if hyphens else today
        rows[spelt] = {"name": name, "sector": sector, "industry": industry, "market_cap": np.nan}
    table = pd.DataFrame.from_dict(rows, orient="index").sort_index()
    return Universe(index, as_of, last, table.rename_axis("ticker"))


@cache
def _known() -> dict[str, tuple[str, str, str]]:
    """Name, sector and sub-industry of every present member of any index, by ticker."""
    known: dict[str, tuple[str, str, str]] = {}
    for index in reversed(NAMES):  # a firm in two indices for a day keeps the larger one's
        with warnings.catch_warnings():
            # its age is no news: the record of a run says what day the members are of
            warnings.simplefilter("ignore", pitindex.StaleDataWarning)
            source = pitindex.PitIndex(index)
            present = source.as_of(source.coverage_end)
        columns = present[["ticker", "name", "gics_sector", "gics_sub_industry"]].fillna("")
        for ticker, name, sector, industry in columns.itertuples(index=False):
            known[ticker] = (name, sector, industry)
    return known


def _renamed_after(index: str, day: date) -> list[tuple[str, str]]:
    """Old and new ticker of every renaming after a day, in order."""
    renamed = []
    for event in _loader.load_events(index):  # its public functions leave the reasons out
        into = RENAMED.match(event.reason or "")
        if event.date > day and event.action == "removed" and into:
            renamed.append((event.ticker, into[1]))
    return renamed


def _today(ticker: str, renamed: list[tuple[str, str]]) -> str:
    """Ticker that a firm has come to by a list of renamings."""
    for old, new in renamed:
        if ticker == old:
            ticker = new
    return ticker
