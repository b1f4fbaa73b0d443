"""Who holds the folder of a run: two small files beside it, and the locks on them.

``.<run>.lock``    The main process of a run locks it for as long as it lives. The kernel releases
                   the lock at any death, so that a killed run leaves nothing to clear away.
``.<run>.holder``  It names that process, with a token of its run. Whoever reads or replaces it
                   locks it for that moment.
"""

from __future__ import annotations

import errno
import fcntl
import json
import math
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import IO

NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL)
"""Errors of `flock` on a file system that has no locks."""

RETRY = 0.02
"""Seconds between two attempts to lock a file."""


@dataclass(frozen=True)
class Holder:
    """The main process of a run.

    Attributes
    ----------
    token : str
        Random; another run of the folder has another one.
    pid : int
        Process.
    host : str
        Machine of the process.
    since : str
        Time at which the run began.
    ended : bool
        The run is over, or ending.

    Examples
    --------
    >>> print(Holder("f3", 7, "here", "2024-01-02 09:30:00"))
    process 7 on here, since 2024-01-02 09:30:00
    """

    token: str
    pid: int
    host: str
    since: str
    ended: bool = False

    @classmethod
    def this_process(cls) -> Holder:
        """Return this process, with a new token."""
        now = datetime.now().astimezone()
        return cls(os.urandom(16).hex(), os.getpid(), socket.gethostname(), f"{now:%F %T}")

    def __str__(self) -> str:
        return f"process {self.pid} on {self.host}, since {self.since}"


@dataclass(frozen=True)
class RunFolder:
    """Folder of a run, with the two files that say who holds it.

    Parameters
    ----------
    path : Path
        ``results/<run>``, absolute.
    """

    path: Path

    @property
    def lock(self) -> Path:
        """File that the main process locks for life."""
        return self.path.with_name(f".{self.path.name}.lock")

    @property
    def holder_file(self) -> Path:
        """File that names the holder."""
        return self.path.with_name(f".{self.path.name}.holder")

    def holder(self) -> Holder | None:
        """Return the latest holder; None where there is none, or its file cannot be read."""
        try:
            with self.kept_holder() as holder:
                return holder
        except OSError:
            return None

    @contextmanager
    def kept_holder(self) -> Iterator[Holder | None]:
        """Yield the latest holder, and let no other take its place during the block.

        Raises
        ------
        OSError
            The file does not exist or cannot be read.
        """
        with self.holder_file.open("rb") as file:
            take(file, fcntl.LOCK_SH)
            yield _read(file)

    def set_holder(self, holder: Holder) -> None:
        """Write down a holder, once nobody keeps the one before.

        Raises
        ------
        OSError
            The file cannot be written.
        """
        with self.holder_file.open("ab") as file:
            take(file, fcntl.LOCK_EX)
            _write(file, holder)

    def end(self, holder: Holder) -> None:
        """Write down that the run of a holder is over, unless another has taken its place.

        Raises
        ------
        OSError
            The file cannot be written.
        """
        with self.holder_file.open("r+b") as file:
            take(file, fcntl.LOCK_EX)
            if _read(file) == holder:
                _write(file, replace(holder, ended=True))

    def held(self) -> bool | None:
        """Whether a living process holds the folder; None where this machine cannot tell."""
        try:
            with self.lock.open("rb") as file:
                taken = take(file, fcntl.LOCK_SH, seconds=0.0)
        except OSError:
            return None
        return None if taken is None else not taken


def _read(file: IO[bytes]) -> Holder | None:
    """Read the file of the holder; None where it is cut or empty."""
    try:
        return Holder(**json.load(file))
    except (ValueError, TypeError):
        return None


def _write(file: IO[bytes], holder: Holder) -> None:
    """Replace what the file of the holder holds."""
    file.seek(0)
    file.truncate()
    file.write(json.dumps(asdict(holder)).encode())


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Wait until no other process is in a block with the same file.

    Parameters
    ----------
    path : Path
        Created beside what the block makes; it stays there, empty.

    Yields
    ------
    None

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder, alone(Path(folder, ".lock")):
    ...     print("alone")
    alone
    """
    with path.open("ab") as file:
        take(file, fcntl.LOCK_EX, seconds=math.inf)
        yield


def take(file: IO[bytes], kind: int, seconds: float = 10.0) -> bool | None:
    """Lock an open file until it is closed, or this process ends.

    Parameters
    ----------
    file : file
        Opened by this process.
    kind : int
        `fcntl.LOCK_EX` or `fcntl.LOCK_SH`.
    seconds : float
        Time to try. A process that is stopped may keep the lock for ever.

    Returns
    -------
    bool or None
        False: another process has it. None: the file system has no locks.

    Raises
    ------
    OSError
        The lock fails in another way.
    """
    deadline = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(file, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                return False
            time.sleep(RETRY)
        except OSError as error:
            if error.errno not in NO_LOCKS:
                raise
            return None
        else:
            return True
