"""Store of Yahoo's prices and profiles on disk, so that nothing is requested twice.

``history/<SYMBOL>.parquet`` contains unchanged prices, dividends and splits, and the requested
days. ``profiles/<SYMBOL>.json`` contains a profile and its date. Each file has a checksum of its
content, which is verified whenever the file is read. Files are written whole or not at all; a lock
permits one process at a time to write.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from firmsim.errors import PriceError, extra
from firmsim.files import atomic

if TYPE_CHECKING:
    from filelock import FileLock

KEY = b"firmsim"
"""Key of the metadata in a history's file."""


class CorruptFile(Exception):  # noqa: N818 - found and handled, see `Store.set_aside`
    """A file of the store that differs from what was written."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


@dataclass(frozen=True)
class StoredHistory:
    """Prices of one symbol in the store.

    Attributes
    ----------
    table : DataFrame
        As `firmsim.prices.sources.yahoo.responses.History`.
    start, end : date
        First and last requested day, both included.
    fetched : datetime
        Time of the last response (UTC).
    zone : str
        Time zone of the exchange.
    remark : str
        What is missing, "" when nothing is.
    """

    table: pd.DataFrame
    start: date
    end: date
    fetched: datetime
    zone: str
    remark: str


class Store:
    """Histories and profiles below one folder.

    Parameters
    ----------
    folder : Path
        Created when something is saved.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     store = Store(Path(folder))
    ...     store.save_profile("AAPL", {"sector": "Technology", "fetched": "2024-01-02"})
    ...     store.profile("AAPL")
    {'sector': 'Technology', 'fetched': '2024-01-02'}
    """

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)

    def lock(self, timeout: float = -1) -> FileLock:
        """Lock for writing; the system releases it when a process dies.

        Parameters
        ----------
        timeout : float
            Seconds to wait for another process; negative: as long as it takes.

        Raises
        ------
        PriceError
            The folder cannot be created or written.
        MissingPackageError
            filelock is not installed.
        """
        with extra("yahoo", "the store of Yahoo's prices"):
            from filelock import FileLock

        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            (self.folder / ".lock").touch()
        except OSError as error:
            raise self._unwritable(error) from None
        return FileLock(self.folder / ".lock", timeout=timeout)

    def symbols(self) -> list[str]:
        """Symbols with a history, in order."""
        return sorted(path.stem for path in (self.folder / "history").glob("*.parquet"))

    def profiled(self) -> list[str]:
        """Symbols with a profile, in order."""
        return sorted(path.stem for path in (self.folder / "profiles").glob("*.json"))

    def history(self, symbol: str) -> StoredHistory | None:
        """Stored history, or None.

        Raises
        ------
        CorruptFile
            The file differs from what was written.
        PriceError
            The file cannot be read.
        """
        path = self._history(symbol)
        content = self._bytes(path)
        if content is None:
            return None
        try:
            # Arrow's threads may outlive the read. One that then frees the bytes needs the
            # interpreter's lock, and aborts a process that is ending (arrow issue 34314).
            whole = pq.ParquetFile(pa.BufferReader(content), pre_buffer=False)
            arrow = whole.read(use_threads=False)
            about = json.loads(arrow.schema.metadata[KEY])
            table = arrow.to_pandas(use_threads=False)
            digest = about.pop("sha256")
            same = digest == _digest(table, about)
            stored = StoredHistory(
                table=table,
                start=date.fromisoformat(about["start"]),
                end=date.fromisoformat(about["end"]),
                fetched=datetime.fromisoformat(about["fetched"]),
                zone=about["zone"],
                remark=about["remark"],
            )
        except (OSError, ValueError, TypeError, KeyError, AttributeError, pa.ArrowException):
            raise CorruptFile(path, "cannot be read as a history") from None
        if not same:
            raise CorruptFile(path, "its content does not fit its checksum")
        if not (table.index.is_unique and table.index.is_monotonic_increasing):
            raise CorruptFile(path, "its days are out of order")
        return stored

    def save_history(self, symbol: str, history: StoredHistory) -> None:
        """Write a history.

        Raises
        ------
        PriceError
            The disk is full or cannot be written; an earlier file stays as it is.
        """
        days = pd.DatetimeIndex(history.table.index).astype("datetime64[ms]")
        table = history.table.astype("float64").set_axis(days)
        about = {
            "start": str(history.start),
            "end": str(history.end),
            "fetched": history.fetched.isoformat(timespec="seconds"),
            "zone": history.zone,
            "remark": history.remark,
        }
        arrow = pa.Table.from_pandas(table)
        about["sha256"] = _digest(table, about)
        metadata = {**(arrow.schema.metadata or {}), KEY: json.dumps(about).encode()}
        buffer = pa.BufferOutputStream()
        pq.write_table(arrow.replace_schema_metadata(metadata), buffer)
        self._write(self._history(symbol), buffer.getvalue().to_pybytes())

    def profile(self, symbol: str) -> dict[str, Any] | None:
        """Stored profile with its date (``fetched``, ISO), or None.

        Raises
        ------
        CorruptFile, PriceError
            As `history`.
        """
        path = self._profile(symbol)
        content = self._bytes(path)
        if content is None:
            return None
        try:
            profile: dict[str, Any] = json.loads(content)
            digest = profile.pop("sha256")
            date.fromisoformat(profile["fetched"])
        except (ValueError, TypeError, KeyError, AttributeError):
            raise CorruptFile(path, "cannot be read as a profile") from None
        if digest != _sha256(profile):
            raise CorruptFile(path, "its content does not fit its checksum")
        return profile

    def save_profile(self, symbol: str, profile: dict[str, Any]) -> None:
        """Write a profile, which must have its date, ``fetched``. Errors as `save_history`."""
        content = json.dumps({**profile, "sha256": _sha256(profile)}, indent=1) + "\n"
        self._write(self._profile(symbol), content.encode())

    def set_aside(self, corrupt: CorruptFile) -> Path:
        """Rename a corrupt file, so that its symbol is requested again.

        Returns
        -------
        Path
            New name.
        """
        aside = corrupt.path.with_name(corrupt.path.name + ".corrupt")
        try:
            corrupt.path.replace(aside)
        except OSError as error:
            raise self._unwritable(error) from None
        return aside

    def verify(self) -> list[CorruptFile]:
        """Read every file.

        Returns
        -------
        list of CorruptFile
            Files that differ from what was written; nothing is changed.
        """
        found = []
        for read, symbols in ((self.history, self.symbols()), (self.profile, self.profiled())):
            for symbol in symbols:
                try:
                    read(symbol)
                except CorruptFile as corrupt:
                    found.append(corrupt)
        return found

    def forget(self, symbols: Sequence[str], histories: bool = True) -> int:
        """Remove profiles and, by default, histories.

        Returns
        -------
        int
            Number of removed files.
        """
        paths = [self._profile(symbol) for symbol in symbols]
        if histories:
            paths += [self._history(symbol) for symbol in symbols]
        count = 0
        for path in paths:
            with suppress(FileNotFoundError):
                path.unlink()
                count += 1
        return count

    def _history(self, symbol: str) -> Path:
        return self.folder / "history" / f"{symbol}.parquet"

    def _profile(self, symbol: str) -> Path:
        return self.folder / "profiles" / f"{symbol}.json"

    def _bytes(self, path: Path) -> bytes | None:
        try:
            return path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            message = (
                f"{path} cannot be read ({error.strerror}); correct its permissions, or delete it"
            )
            raise PriceError(message) from None

    def _write(self, path: Path, content: bytes) -> None:
        try:
            with atomic(path) as temporary:
                temporary.write_bytes(content)
        except OSError as error:
            raise self._unwritable(error) from None

    def _unwritable(self, error: OSError) -> PriceError:
        return PriceError(
            f"{self.folder} cannot be written ({error.strerror}); its files are unchanged: free "
            "disk space or correct its permissions, and run again"
        )


def _digest(table: pd.DataFrame, about: dict[str, str]) -> str:
    """Checksum of the days, the prices and the metadata."""
    total = hashlib.sha256(json.dumps(about, sort_keys=True).encode())
    total.update(table.index.to_numpy(dtype="datetime64[ms]").astype("int64").tobytes())
    for name in table.columns:
        total.update(str(name).encode())
        values = table[name].to_numpy(dtype="float64")
        total.update(np.where(np.isnan(values), np.nan, values).tobytes())
    return total.hexdigest()


def _sha256(profile: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(profile, sort_keys=True).encode()).hexdigest()
