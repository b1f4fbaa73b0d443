"""Tables of a run, in Parquet and CSV, and CSVs of the user as text."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from firmsim.files.integrity import DamagedFileError, sealed, verify
from firmsim.files.spreadsheet import neutralised, original


def write_parquet(frame: pd.DataFrame, path: Path) -> None:
    """Write a table, index included, atomically; every page and the file have a checksum."""
    with sealed(path) as temporary:
        frame.to_parquet(temporary, write_page_checksum=True)


def read_parquet(path: Path) -> pd.DataFrame:
    """Read a table that a run wrote.

    Parameters
    ----------
    path : Path
        Written by :func:`write_parquet`.

    Returns
    -------
    DataFrame
        The table, index included.

    Raises
    ------
    DamagedFileError
        The file is not what was written, or no Parquet file.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "prices.parquet"
    ...     write_parquet(pd.DataFrame({"NA": [1.5]}, index=["2024-01-02"]), path)
    ...     read_parquet(path)
                 NA
    2024-01-02  1.5
    """
    verify(path)
    try:
        return pd.read_parquet(path, page_checksum_verification=True)
    except Exception as error:  # a file that is damaged can fail anywhere in Arrow and pandas
        raise _unless_refused(error, path) from None


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    """Write a table without its index, atomically, with its checksum.

    A text that a spreadsheet would run as a formula gets an apostrophe in front, which `read_csv`
    takes away.
    """
    with sealed(path) as temporary:
        neutralised(frame).to_csv(temporary, index=False)


def read_csv(path: Path, dtype: type[str] | Mapping[str, type[str]] = str) -> pd.DataFrame:
    r"""Read a CSV that a run wrote.

    Parameters
    ----------
    path : Path
        Written by :func:`write_csv`.
    dtype : type or mapping of str to type
        str: every cell as text, so that tickers such as ``NA``, ``TRUE`` or ``0050`` are kept. A
        mapping: the columns that are text; numbers are read from the others, NaN from empty cells.

    Returns
    -------
    DataFrame
        As text, empty cells are empty strings.

    Raises
    ------
    DamagedFileError
        The file is not what was written, or no CSV.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "history.csv"
    ...     write_csv(pd.DataFrame({"step": [1, 2], "loss": [0.5, None]}), path)
    ...     read_csv(path, dtype={})["loss"].tolist()
    [0.5, nan]
    """
    verify(path)
    content = Path(path).read_bytes()
    if not content.endswith(b"\n"):
        raise DamagedFileError(path, "its last line is cut" if content else "it is empty")
    if b"\0" in content:
        raise DamagedFileError(path, "it has NUL bytes")
    try:
        if isinstance(dtype, Mapping):
            return original(pd.read_csv(path, dtype=dict(dtype)))
        return read_text_csv(path)
    except Exception as error:  # as for Parquet
        raise _unless_refused(error, path) from None


def read_text_csv(path: Path) -> pd.DataFrame:
    r"""Read a CSV of the user as text, so that tickers such as ``NA`` or ``0050`` are kept.

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
    ...     read_text_csv(path).to_dict("list")
    {'ticker': ['0050'], 'sector': ['']}
    """
    table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    if not isinstance(table.index, pd.RangeIndex):  # pandas turns surplus fields into an index
        message = "rows have more fields than the header; put values that hold a comma in quotes"
        raise ValueError(message)
    return original(table)


def _unless_refused(error: Exception, path: Path) -> Exception:
    """Damage, unless the machine has refused to read: no permission, no memory."""
    refused = isinstance(error, MemoryError) or getattr(error, "errno", None) is not None
    return error if refused else DamagedFileError(path, str(error) or type(error).__name__)
