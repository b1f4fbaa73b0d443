"""Sector and size of the firms, from the firms table."""

from collections.abc import Collection
from typing import NamedTuple

import numpy as np
import pandas as pd

from firmsim.errors import FirmsError
from firmsim.typing import Flags, Floats, Labels

COLUMNS = ("ticker", "sector", "size", "size_kind")
"""Columns of the firms table that association needs."""


class FirmAttributes(NamedTuple):
    """Sector and size of each firm.

    Attributes
    ----------
    sector : array of shape (n_firms,)
        Empty where unknown.
    size : array of shape (n_firms,)
        NaN where unknown.
    kinds : list of str
        What size means, for example ``traded value (USD/day)``. Sizes of several kinds cannot be
        compared.
    """

    sector: Labels
    size: Floats
    kinds: list[str]

    def observed(self, needed: Collection[str]) -> Flags:
        """Mask of the firms whose needed attributes (sector, size) are all observed."""
        masks = {"sector": self.sector != "", "size": ~np.isnan(self.size)}
        return np.asarray(np.all([masks[name] for name in needed], axis=0))


def attributes(firms: pd.DataFrame, tickers: list[str]) -> FirmAttributes:
    """Sector and size of some firms.

    Parameters
    ----------
    firms : DataFrame
        Columns ticker, sector, size (numbers, or as text) and size_kind; sector and size may be
        missing or empty.
    tickers : list of str
        The firms.

    Returns
    -------
    FirmAttributes
        One entry per ticker, in their order.

    Raises
    ------
    FirmsError
        The table lacks a column or a ticker, or a size is not a number above zero.

    Examples
    --------
    >>> table = pd.DataFrame(
    ...     {"ticker": ["A", "B"], "sector": ["Oil", ""], "size": ["2e9", ""], "size_kind": "USD"}
    ... )
    >>> attributes(table, ["B", "A"]).size.tolist()
    [nan, 2000000000.0]
    """
    for column in COLUMNS:
        if column not in firms:
            message = f"firms table: has no column {column!r} (its columns: {list(firms)}); add one"
            raise FirmsError(message)
    table = firms.set_index("ticker")
    if missing := sorted(set(tickers) - set(table.index)):
        message = f"firms table: has no row for {missing[0]!r} ({len(missing)} missing); add it"
        raise FirmsError(message)
    table = table.loc[tickers]
    size = _sizes(table["size"])
    kinds = table["size_kind"][~np.isnan(size)].astype(str)
    return FirmAttributes(
        table["sector"].fillna("").to_numpy(dtype=object), size, sorted(kinds.unique())
    )


def _sizes(column: pd.Series) -> Floats:
    given = (column.notna() & (column.astype(str) != "")).to_numpy()
    size = pd.to_numeric(column.where(given), errors="coerce").to_numpy(dtype=np.float64)
    if (bad := np.flatnonzero(given & ~((size > 0) & np.isfinite(size)))).size:
        message = (
            f"firms table: size of {column.index[bad[0]]!r} is '{column.iloc[bad[0]]}'; give a "
            "number above zero, or leave it empty"
        )
        raise FirmsError(message)
    return size
