"""Atomic writes: a file is complete or does not exist, and equal content gives equal bytes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from matplotlib.figure import Figure


_guard: Callable[[], AbstractContextManager[None]] = nullcontext


@contextmanager
def write_only_within(guard: Callable[[], AbstractContextManager[None]]) -> Iterator[None]:
    """Put each file that is written in this block in place within another block.

    Parameters
    ----------
    guard : callable
        Makes the other block, one per file. What it raises keeps the file from being written.

    Yields
    ------
    None

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> @contextmanager
    ... def never():
    ...     raise PermissionError
    ...     yield
    >>> with TemporaryDirectory() as folder, write_only_within(never):
    ...     write_json([], Path(folder) / "a.json")
    Traceback (most recent call last):
    PermissionError
    """
    global _guard  # of the process, whichever thread writes
    before, _guard = _guard, guard
    try:
        yield
    finally:
        _guard = before


@contextmanager
def atomic(path: Path) -> Iterator[Path]:
    """Yield a temporary path next to `path`; rename it on success, remove it on failure.

    Parameters
    ----------
    path : Path
        The file to write; its folder is created.

    Yields
    ------
    Path
        Temporary file to write instead.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     with atomic(Path(folder) / "new" / "a.txt") as temporary:
    ...         _ = temporary.write_text("done")
    ...     (Path(folder) / "new" / "a.txt").read_text()
    'done'
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.part")
    try:
        yield temporary
        with _guard():
            temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_parquet(frame: pd.DataFrame, path: Path) -> None:
    """Write a table, index included, atomically."""
    with atomic(path) as temporary:
        frame.to_parquet(temporary)


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    """Write a table without its index, atomically."""
    with atomic(path) as temporary:
        frame.to_csv(temporary, index=False)


def write_json(value: Any, path: Path) -> None:
    """Write indented JSON, atomically."""
    with atomic(path) as temporary:
        temporary.write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")


def write_figure(figure: Figure, path: Path) -> None:
    """Write a PNG atomically; equal figures give equal bytes."""
    with atomic(path) as temporary:
        figure.savefig(temporary, format="png", dpi=100, metadata={"Software": None})


def read_csv(path: Path) -> pd.DataFrame:
    r"""Read a CSV as text, so that tickers such as ``NA``, ``TRUE`` or ``0050`` are kept.

    Parameters
    ----------
    path : Path
        UTF-8 CSV with a header.

    Returns
    -------
    DataFrame of str
        Empty cells are empty strings.

    Raises
    ------
    ValueError
        The file is not a CSV, or its rows have more fields than its header.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "firms.csv"
    ...     _ = path.write_text("ticker,sector\n0050,\n")
    ...     read_csv(path).to_dict("list")
    {'ticker': ['0050'], 'sector': ['']}
    """
    table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    if not isinstance(table.index, pd.RangeIndex):  # pandas turns surplus fields into an index
        message = "rows have more fields than the header; put values that hold a comma in quotes"
        raise ValueError(message)
    return table


def sha256(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
