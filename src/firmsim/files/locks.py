"""Locks between processes, which the system releases when a process dies."""

from __future__ import annotations

import errno
import math
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL, errno.EBADF)
"""Errors of `flock` on a file system that has no locks, or none of this kind."""

RETRY = 0.02
"""Seconds between two attempts to lock a file."""

PATIENCE = 10.0
"""Seconds to wait for a lock that others hold for milliseconds."""


def take(file: IO[bytes] | int, exclusive: bool, seconds: float = PATIENCE) -> bool | None:
    """Lock an open file until it is closed, or this process ends.

    Parameters
    ----------
    file : file or int
        Opened by this process, or its descriptor.
    exclusive : bool
        No other process has a lock; else others may share it.
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
    if sys.platform == "win32":
        return None
    import fcntl

    deadline = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(file, (fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH) | fcntl.LOCK_NB)
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
        take(file, exclusive=True, seconds=math.inf)
        yield


@contextmanager
def folder_locked(folder: Path, exclusive: bool) -> Iterator[None]:
    """Keep processes that lock the same folder from changing it during the block.

    Parameters
    ----------
    folder : Path
        An existing folder. Where folders cannot be locked, the block runs nonetheless.
    exclusive : bool
        As for :func:`take`.

    Yields
    ------
    None
    """
    descriptor = None
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        take(descriptor, exclusive)
    try:
        yield
    finally:
        if descriptor is not None:
            os.close(descriptor)
