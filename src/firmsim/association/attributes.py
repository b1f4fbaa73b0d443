"""What is known about the firms: sector and size, out of the firms table."""

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from firmsim.errors import FirmsError

COLUMNS = ("ticker", "sector", "size", "size_kind")
"""Columns of the firms table that association needs."""


class FirmAttributes(NamedTuple):
    """Sector and size of each firm, in the order asked for."""

    sector: NDArray[Any]
    """Empty where unknown."""
    size: NDArray[np.float64]
    """NaN where unknown."""
    kinds: list[str]
    """What size means, for example ``traded value (USD/day)``; more than one is no common scale."""


def attributes(firms: pd.DataFrame, tickers: list[str]) -> FirmAttributes:
    """Look the firms up.

    Parameters
    ----------
    firms : DataFrame
        Columns ticker, sector, size (numbers, or as text) and size_kind; sector and size may be
        missing or empty.
    tickers : list of str
        Firms to look up.

    Returns
    -------
    FirmAttributes
        One entry a ticker.

    Raises
    ------
    FirmsError
        The table lacks a column or a ticker, or a size is not a number above zero.
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


def _sizes(column: pd.Series) -> NDArray[np.float64]:
    given = (column.notna() & (column.astype(str) != "")).to_numpy()
    size = pd.to_numeric(column.where(given), errors="coerce").to_numpy(dtype=np.float64)
    if (bad := np.flatnonzero(given & ~((size > 0) & np.isfinite(size)))).size:
        message = (
            f"firms table: size of {column.index[bad[0]]!r} is '{column.iloc[bad[0]]}'; give a "
            "number above zero, or leave it empty"
        )
        raise FirmsError(message)
    return size
