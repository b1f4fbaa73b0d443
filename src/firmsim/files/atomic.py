"""Atomic writes: a file is complete or does not exist, however many processes write it."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path

from firmsim.surroundings import machine_error

LONGEST = 200
"""Characters of a file's name that its temporary name repeats; file systems allow 255 bytes."""


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
    ...     with atomic(Path(folder) / "a.txt") as temporary:
    ...         _ = temporary.write_text("done")
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

    Every writer has a temporary name of its own, so that two writers of one file never mix.

    Parameters
    ----------
    path : Path
        The file to write; its folder is created.

    Yields
    ------
    Path
        Temporary file to write instead. Its name is ``.NAME.<process>-<random>.part``.

    Raises
    ------
    OSError
        The disk is full or the folder may not be written; it names `path`.

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
    own = f"{os.getpid()}-{secrets.token_hex(4)}"
    temporary = path.with_name(f".{path.name[:LONGEST]}.{own}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        _flush(temporary)
        with _guard():
            temporary.replace(path)
    except Exception as error:
        nameless = {None, str(temporary), temporary}
        if isinstance(error, OSError) and error.errno and error.filename in nameless:
            error.filename = str(path)  # writing knows no name, or one that nobody knows
        elif type(error).__name__ == "SafetensorError" and (refused := machine_error(error, path)):
            raise refused from None
        raise
    finally:
        with suppress(OSError):  # the error on its way says what is wrong with the folder
            temporary.unlink(missing_ok=True)


def remove_half_made(*folders: Path) -> None:
    """Remove the temporary files that killed processes left.

    Parameters
    ----------
    *folders : Path
        They need not exist. No process may be writing below them.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     half, whole = Path(folder, ".a.csv.7-f3.part"), Path(folder, "a.csv")
    ...     half.touch()
    ...     whole.touch()
    ...     remove_half_made(Path(folder))
    ...     [path.name for path in Path(folder).iterdir()]
    ['a.csv']
    """
    for folder in folders:
        for file in folder.rglob(".*.part"):
            with suppress(OSError):
                file.unlink()


def _flush(path: Path) -> None:
    """Wait until the disk has a file, so that no power cut leaves it empty under its name."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
