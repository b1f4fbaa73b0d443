"""Checksums of results: a hidden file beside each says what its bytes were when it was written.

``.NAME.sha256`` stands beside ``NAME`` in the format of `sha256sum`. A file without one was copied
from elsewhere; then only the checks of its own format remain.
"""

from __future__ import annotations

import hashlib
import re
import shlex
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from firmsim.errors import FirmsimError
from firmsim.files.atomic import atomic
from firmsim.files.locks import folder_locked

LINE = re.compile(r"([0-9a-f]{64})  (.+)\n", re.DOTALL)
"""What a checksum file holds: the hash of the bytes, two blanks, the name."""


class DamagedFileError(FirmsimError):
    """A file that firmsim wrote is no longer what it wrote."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: is damaged ({' '.join(reason.split())}); {repair(path)}")


def repair(path: Path) -> str:
    """Say how a file that a run made is made again.

    Snakemake takes a damaged file for an up-to-date one, and makes again what is missing.

    Examples
    --------
    >>> repair(Path("results/a b/firms.csv"))
    "remove it and give the same command again: rm 'results/a b/firms.csv'"
    """
    remove = "rm -r" if path.is_dir() and not path.is_symlink() else "rm"
    return f"remove it and give the same command again: {remove} {shlex.quote(str(path))}"


def checksum_file(path: Path) -> Path:
    """Return the file that holds the checksum of another.

    Examples
    --------
    >>> checksum_file(Path("results/mine/firms.csv")).as_posix()
    'results/mine/.firms.csv.sha256'
    """
    return path.with_name(f".{path.name}.sha256")


@contextmanager
def sealed(path: Path) -> Iterator[Path]:
    """Write a file atomically, with its checksum beside it.

    The checksum is put in place first: a kill in between leaves no file that fails its check.

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
    ...     path = Path(folder) / "a.txt"
    ...     with sealed(path) as temporary:
    ...         _ = temporary.write_text("done")
    ...     verify(path)
    ...     _ = path.write_text("dome")
    ...     try:
    ...         verify(path)
    ...     except DamagedFileError as error:
    ...         print(str(error).replace(folder, "results"))
    results/a.txt: is damaged (its checksum is not the one that was written); remove it and give \
the same command again: rm results/a.txt
    """
    path = Path(path)
    with ExitStack() as both, atomic(path) as temporary:
        yield temporary
        # no other writer's checksum between this one and its file
        both.enter_context(folder_locked(path.parent, exclusive=True))
        with atomic(checksum_file(path)) as beside:
            beside.write_text(f"{sha256(temporary)}  {path.name}\n", encoding="utf-8")


def verify(path: Path) -> None:
    """Compare a file with the checksum beside it, if there is one.

    Parameters
    ----------
    path : Path
        A file that a run wrote.

    Raises
    ------
    DamagedFileError
        The file, or its checksum, has changed since. Names the file and the command that repairs
        it.
    """
    path = Path(path)
    if path.is_dir():
        raise DamagedFileError(path, "a folder is in its place")
    with folder_locked(path.parent, exclusive=False):
        try:
            line = checksum_file(path).read_bytes()
        except FileNotFoundError:
            return
        found = sha256(path)
    known = LINE.fullmatch(line.decode("utf-8", errors="replace"))
    if known is None or known[2] != path.name:
        raise DamagedFileError(path, f"{checksum_file(path).name} beside it is no checksum of it")
    if found != known[1]:
        raise DamagedFileError(path, "its checksum is not the one that was written")


def sha256(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
