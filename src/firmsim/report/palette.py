"""One colour and one marker for each sector.

Nobody distinguishes eleven hues with certainty, so each sector also has a marker shape. A search
found the colours: the set maximises the smallest CIELAB difference between two of them. The
difference is the smallest under normal vision and simulated deuteranopia and protanopia (Machado,
Oliveira and Fernandes 2009, doi:10.1109/TVCG.2009.113). Lightness lies between 38 and 80, which
shows on light and on dark pages.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from firmsim.firms.sectors import gics_sector

UNKNOWN = "sector unknown"
"""Label of firms without a sector."""


@dataclass(frozen=True)
class Mark:
    """How a sector is drawn: CSS colour and plotly marker symbol."""

    colour: str
    symbol: str


MARKS = {
    "Energy": Mark("#865531", "square"),
    "Materials": Mark("#92aa79", "triangle-up"),
    "Industrials": Mark("#3192aa", "diamond"),
    "Consumer Discretionary": Mark("#ce550c", "circle"),
    "Consumer Staples": Mark("#86db6d", "square"),
    "Health Care": Mark("#aa2461", "cross"),
    "Financials": Mark("#dbc224", "circle"),
    "Information Technology": Mark("#5586ff", "circle"),
    "Communication Services": Mark("#8631aa", "triangle-up"),
    "Utilities": Mark("#00dbc2", "diamond"),
    "Real Estate": Mark("#ff9eff", "square"),
}
"""The eleven GICS sectors."""

NO_SECTOR = Mark("#8a8f98", "circle")


def sector_marks(sectors: Iterable[str]) -> dict[str, Mark]:
    """Mark of every sector that occurs.

    Parameters
    ----------
    sectors : iterable of str
        Sector of each firm; empty where unknown.

    Returns
    -------
    dict of Mark
        Sectors in alphabetical order, `UNKNOWN` last. Known names keep their colour whichever
        others occur; other names take the free marks in turn, over again beyond eleven.
    """
    names = sorted(set(sectors))
    taken = {gics_sector(name) for name in names}
    free = [mark for name, mark in MARKS.items() if name not in taken] or list(MARKS.values())
    marks, spare = {}, 0
    for name in filter(None, names):
        if (known := gics_sector(name)) in MARKS:
            marks[name] = MARKS[known]
        else:
            marks[name] = free[spare % len(free)]
            spare += 1
    if "" in names:
        marks[UNKNOWN] = NO_SECTOR
    return marks
