"""Text of a CSV that a spreadsheet would take for a formula, made harmless and given back."""

from __future__ import annotations

import re
from collections.abc import Callable

import pandas as pd

FORMULA = re.compile(
    r"[\t\r\n]|[\s\ufeff\u200b-\u200f\u2060\x00-\x1f]*"
    r"[=+\-@\uff1d\uff0b\uff0d\uff20\u2212\ufe62\ufe63\ufe66\ufe6b]"
)
"""Start of a formula: a sign, also full-width, after blanks or a byte order mark; or a control
character that a spreadsheet drops before it looks."""
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
QUOTE = "'"
"""What makes a spreadsheet take the rest of a cell for text."""


def neutralised(frame: pd.DataFrame) -> pd.DataFrame:
    """Put an apostrophe before each text that a spreadsheet would run as a formula.

    Parameters
    ----------
    frame : DataFrame
        Numbers, days and the index stay as they are.

    Returns
    -------
    DataFrame
        For a CSV; :func:`original` gives the texts back.

    Examples
    --------
    >>> frame = pd.DataFrame({"name": ["=1+1", "Apple", "-"], "value": [-1.5, 2.0, 3.0]})
    >>> neutralised(frame)["name"].tolist()
    ["'=1+1", 'Apple', "'-"]
    """
    return _mapped(frame, neutralised_text)


def original(frame: pd.DataFrame) -> pd.DataFrame:
    """Take away the apostrophes of `neutralised`, and no others.

    Parameters
    ----------
    frame : DataFrame
        Read from a CSV.

    Returns
    -------
    DataFrame
        Texts as they were.

    Examples
    --------
    >>> original(pd.DataFrame({"name": ["'=1+1", "O'Neill", "'70s"]}))["name"].tolist()
    ['=1+1', "O'Neill", "'70s"]
    """
    return _mapped(frame, _unquoted)


def _mapped(frame: pd.DataFrame, change: Callable[[str], str]) -> pd.DataFrame:
    """The frame with every text, and every name of a column, changed."""

    def changed(value: object) -> object:
        return change(value) if isinstance(value, str) else value

    table = frame.copy(deep=False)
    for position, (_, column) in enumerate(frame.items()):
        if pd.api.types.is_string_dtype(column) or column.dtype == object:
            texts = pd.Series([changed(value) for value in column], column.index, column.dtype)
            table.isetitem(position, texts.array)
    table.columns = pd.Index([changed(name) for name in frame.columns], name=frame.columns.name)
    return table


def _is_formula(text: str) -> bool:
    core = text.lstrip(QUOTE)
    return FORMULA.match(core) is not None and NUMBER.fullmatch(core) is None


def neutralised_text(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet would run as a formula.

    Examples
    --------
    >>> neutralised_text("@SUM(A1)"), neutralised_text("-2.5")
    ("'@SUM(A1)", '-2.5')
    """
    return QUOTE + text if _is_formula(text) else text


def _unquoted(text: str) -> str:
    return text[1:] if text.startswith(QUOTE) and _is_formula(text) else text
