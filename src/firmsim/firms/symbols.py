"""Spelling of tickers at Yahoo."""

from __future__ import annotations

import re

CLASS_SHARE = re.compile(r"([A-Z]{1,5})\.([A-D])")
"""A US share class. Single letters that name an exchange (F, L, T, V) are not among them."""


def yahoo_symbol(ticker: str) -> str:
    """Symbol under which Yahoo lists a ticker.

    Parameters
    ----------
    ticker : str
        As the user wrote it.

    Returns
    -------
    str
        In capitals, without blanks at its ends, with a US share class after a hyphen. Exchange
        suffixes stay as they are.

    Examples
    --------
    >>> yahoo_symbol("brk.b")
    'BRK-B'
    >>> yahoo_symbol("7203.t")
    '7203.T'
    """
    symbol = ticker.strip().upper()
    share = CLASS_SHARE.fullmatch(symbol)
    return f"{share[1]}-{share[2]}" if share else symbol


def is_american(symbol: str) -> bool:
    """Whether a symbol names no exchange, as those of shares listed in New York do.

    Examples
    --------
    >>> is_american("BRK-B"), is_american("VOD.L")
    (True, False)
    """
    return re.fullmatch(r"[A-Z]{1,5}(-[A-D])?", symbol) is not None
