"""Which strings are tickers.

Tickers become file names and table keys, so they are checked once, here, before anything else.
"""

import re

from firmsim.errors import FirmsError, quoted

TICKER = re.compile(r"\^?[A-Za-z0-9][A-Za-z0-9.\-=&]*")
"""Letters and digits, then also ``. - = &``; an index may start with ``^``. No path separators."""

LONGEST = 50
"""Characters of the longest ticker: exchanges need fewer, and file names have no room for many."""


def check_ticker(ticker: str) -> str:
    """Return the ticker unchanged if it is one.

    Parameters
    ----------
    ticker : str
        For example ``AAPL``, ``BRK-B``, ``1299.HK``, ``^GSPC``, ``NA`` or ``TRUE``.

    Returns
    -------
    str
        The same ticker.

    Raises
    ------
    ValueError
        The ticker is empty, or has a character that no exchange uses, such as ``/`` or a blank.

    Examples
    --------
    >>> check_ticker("1299.HK")
    '1299.HK'
    >>> check_ticker("A/B")
    Traceback (most recent call last):
    ValueError: 'A/B' is not a ticker; use letters, digits and . - = & only
    """
    if not ticker:
        message = "a ticker is empty; remove it or fill it in"
        raise ValueError(message)
    if len(ticker) > LONGEST:
        message = f"{quoted(ticker)} is not a ticker; the longest has {LONGEST} characters"
        raise ValueError(message)
    if not TICKER.fullmatch(ticker) or ".." in ticker:
        message = f"{quoted(ticker)} is not a ticker; use letters, digits and . - = & only"
        raise ValueError(message)
    return ticker


def check_tickers(tickers: list[str], where: str) -> list[str]:
    """Return the tickers unchanged if each is one and none is repeated.

    Parameters
    ----------
    tickers : list of str
        As read, in order.
    where : str
        File or parameter that the tickers come from, for the error.

    Returns
    -------
    list of str
        The same tickers.

    Raises
    ------
    FirmsError
        Names `where` and the first ticker that is malformed, with its position, or repeated.

    Examples
    --------
    >>> check_tickers(["AAPL", "MSFT", "AAPL"], "firms.csv")
    Traceback (most recent call last):
    firmsim.errors.FirmsError: firms.csv: ticker 'AAPL' is listed more than once; keep one
    """
    before = set()
    for position, ticker in enumerate(tickers, start=1):
        try:
            check_ticker(ticker)
        except ValueError as error:
            message = f"{where}: entry {position}: {error}"
            raise FirmsError(message) from None
        if ticker in before:
            message = f"{where}: ticker {ticker!r} is listed more than once; keep one"
            raise FirmsError(message)
        before.add(ticker)
    return tickers
