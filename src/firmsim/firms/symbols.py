"""Tickers as Yahoo writes them."""

from __future__ import annotations

import re

CLASS_SHARE = re.compile(r"([A-Z]{1,5})\.([A-D])")
"""A US share class. Single letters that are an exchange (F, L, T, V) are not among them."""


def yahoo_symbol(ticker: str) -> str:
    """Symbol that Yahoo knows a ticker by.

    Parameters
    ----------
    ticker : str
        As the user wrote it.

    Returns
    -------
    str
        Without blanks at its ends, in capitals, and with a US share class after a hyphen: ``brk.b``
        is ``BRK-B``. Exchange suffixes (``VOD.L``, ``7203.T``, ``SAP.DE``) stay.
    """
    symbol = ticker.strip().upper()
    share = CLASS_SHARE.fullmatch(symbol)
    return f"{share[1]}-{share[2]}" if share else symbol


def is_american(symbol: str) -> bool:
    """Whether a symbol is that of a share listed in New York: it names no exchange."""
    return re.fullmatch(r"[A-Z]{1,5}(-[A-D])?", symbol) is not None
