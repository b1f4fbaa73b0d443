"""Atomic writes: a file is there whole or not at all, and the same content gives the same bytes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@contextmanager
def atomic(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`; rename it on success, remove it on failure.

    Parameters
    ----------
    path : Path
        Where the file is to stand; its folder is made.

    Yields
    ------
    Path
        Where to write.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.part")
    try:
        yield temporary
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
    """Write a PNG atomically; the same figure gives the same bytes."""
    with atomic(path) as temporary:
        figure.savefig(temporary, format="png", dpi=100, metadata={"Software": None})


def read_csv(path: Path) -> pd.DataFrame:
    """Read a CSV as text, so that tickers such as ``NA``, ``TRUE`` or ``0050`` stay what they are.

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
        It is no CSV, or its rows have more fields than its header.
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
