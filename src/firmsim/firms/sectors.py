"""Names of sectors: those of GICS, and the names that other sources give the same sectors."""

SECTORS = (
    "Energy",
    "Materials",
    "Industrials",
    "Consumer Discretionary",
    "Consumer Staples",
    "Health Care",
    "Financials",
    "Information Technology",
    "Communication Services",
    "Utilities",
    "Real Estate",
)
"""The eleven sectors of GICS, in the order of their codes."""

YAHOO_SECTORS = {
    "Basic Materials": "Materials",
    "Consumer Cyclical": "Consumer Discretionary",
    "Consumer Defensive": "Consumer Staples",
    "Financial Services": "Financials",
    "Healthcare": "Health Care",
    "Technology": "Information Technology",
}
"""Yahoo's name of a sector -> its name in GICS; the other five sectors have the same name."""

FORMER_SECTORS = {
    "Telecommunication Services": "Communication Services",
    "Telecommunications Services": "Communication Services",
}
"""Name of a sector before September 2018 -> its name today."""


def gics_sector(name: str) -> str:
    """Name of a sector in GICS today.

    Parameters
    ----------
    name : str
        A sector as Yahoo or an older table names it.

    Returns
    -------
    str
        Its name in GICS; any other text comes back unchanged.

    Examples
    --------
    >>> gics_sector("Healthcare")
    'Health Care'
    >>> gics_sector("Chip makers")
    'Chip makers'
    """
    return YAHOO_SECTORS.get(name) or FORMER_SECTORS.get(name, name)
