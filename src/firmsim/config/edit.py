"""Add firms to a file that a person wrote, and change nothing else in it."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any, cast

import yaml

from firmsim.errors import ConfigError, FirmsError

WIDTH = 100
"""A list in brackets goes on in a new line rather than beyond this column."""


def extend_list(text: str, key: str, items: Sequence[str], where: object) -> str:
    """Add items at the end of a top-level list of a YAML file.

    Parameters
    ----------
    text : str
        The file; its comments, quotes, layout and line ends stay.
    key : str
        Top-level key of the list, in brackets or with one item a line.
    items : sequence of str
        What to add; in quotes where YAML would read something else than a text.
    where : object
        The file, for the error.

    Returns
    -------
    str
        The file with the longer list.

    Raises
    ------
    ConfigError
        The list stands elsewhere (it is an alias), so that more than it would change.
    """
    before = yaml.safe_load(text)
    nodes = {name.value: value for name, value in cast("Any", yaml.compose(text)).value}
    node: yaml.SequenceNode = nodes[key]
    written = [_quoted(item) for item in items]
    extended = (
        _in_brackets(text, node, written) if node.flow_style else _by_line(text, node, written)
    )
    try:
        same = yaml.safe_load(extended) == before | {key: [*before[key], *items]}
    except yaml.YAMLError:
        same = False
    if not same:
        message = f"{where}: {key} is not written as a plain list; add the tickers by hand"
        raise ConfigError(message)
    return extended


def append_rows(text: str, rows: Sequence[Mapping[str, str]], where: object) -> str:
    """Add rows at the end of a CSV.

    Parameters
    ----------
    text : str
        The file; what is there, its line ends too, stays as it is.
    rows : sequence of mapping of str to str
        Column -> cell. Columns in any case; those of the file that are not given stay empty.
    where : object
        The file, for the error.

    Returns
    -------
    str
        The file with the rows.

    Raises
    ------
    FirmsError
        The file has no such column.
    """
    columns = [
        name.strip().lower() for name in next(csv.reader(io.StringIO(text.lstrip("\ufeff"))))
    ]
    for name in (name for row in rows for name in row):
        if name not in columns:
            message = (
                f"{where}: has no column {name!r}; add it to the first line, or leave --{name} out"
            )
            raise FirmsError(message)
    end = _line_end(text)
    added = io.StringIO()
    csv.writer(added, lineterminator=end).writerows(
        [row.get(name, "") for name in columns] for row in rows
    )
    return text + ("" if text.endswith(("\n", "\r")) else end) + added.getvalue()


def _quoted(item: str) -> str:
    """Spelling of an item that YAML reads as that text."""
    return item if yaml.safe_load(f"[{item}]") == [item] else f'"{item}"'


def _line_end(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _in_brackets(text: str, node: yaml.SequenceNode, items: Sequence[str]) -> str:
    """Longer list in brackets, ``[A, B]``, broken where a line grows too long."""
    if not node.value:
        at = node.start_mark.index + 1
        return text[:at] + ", ".join(items) + text[at:]
    last = node.value[-1]
    place = last.end_mark.index
    column = last.end_mark.column
    of_last_line = (
        item.start_mark.column
        for item in node.value
        if item.start_mark.line == last.start_mark.line
    )
    indent = min(of_last_line)
    added = ""
    for item in items:
        if column + len(item) + 3 > WIDTH:  # comma, space, and the bracket or the next comma
            added += f",{_line_end(text)}{' ' * indent}{item}"
            column = indent + len(item)
        else:
            added += f", {item}"
            column += len(item) + 2
    return text[:place] + added + text[place:]


def _by_line(text: str, node: yaml.SequenceNode, items: Sequence[str]) -> str:
    """Longer list with one item a line, ``- A``."""
    end = _line_end(text)
    lines = "".join(f"{' ' * node.start_mark.column}- {item}{end}" for item in items)
    newline = text.find("\n", node.value[-1].end_mark.index)
    if newline < 0:
        return text + end + lines
    return text[: newline + 1] + lines + text[newline + 1 :]
