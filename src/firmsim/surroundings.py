"""What the machine refuses, in one line: full disks, permissions, limits, memory."""

from __future__ import annotations

import errno
import os
import re
from pathlib import Path

from firmsim.errors import FirmsimError

AGAIN = "and give the same command again"

WRITTEN = {
    errno.ENOSPC: f"free disk space (df -h, df -i), {AGAIN}",
    errno.EDQUOT: f"remove files or ask for a larger quota, {AGAIN}",
    errno.EFBIG: f"raise the limit on the size of a file (ulimit -f), {AGAIN}",
    errno.EROFS: "work in a folder that can be written, or mount it for writing",
}
"""Number of an error that only writing raises -> remedy."""

OPENED = {
    errno.EACCES: f"correct the permissions of the file and its folder (chmod, chown), {AGAIN}",
    errno.EPERM: f"correct the permissions of the file and its folder (chmod, chown), {AGAIN}",
    errno.EMFILE: "raise the limit on open files (ulimit -n), or run fewer jobs at once (--cores)",
    errno.ENFILE: "close other programs: the whole machine has too many files open",
    errno.EIO: "check the disk: the device itself fails; copy what you still need",
    errno.ENAMETOOLONG: "choose a shorter name, or a folder with a shorter path",
    errno.ENOTDIR: "rename or remove the file that is there in the place of a folder",
    errno.EEXIST: "rename or remove the file that is there in the place of a folder",
    errno.EISDIR: "rename or remove the folder that is there in the place of a file",
    errno.ENOTEMPTY: "rename or remove the folder that is there in the place of a file",
    errno.ENOENT: f"see whether another program removed it, {AGAIN}",
    errno.ELOOP: "correct the symbolic links, which lead in a circle",
    errno.EBUSY: f"close the program that uses it, {AGAIN}",
    errno.ESTALE: f"see whether the network folder is still mounted, {AGAIN}",
    errno.ENOTCONN: f"see whether the network folder is still mounted, {AGAIN}",
    errno.ENODEV: "see whether the disk is still there",
    errno.ENXIO: "see whether the disk is still there",
    errno.ENOLCK: "work in a folder whose file system supports locks",
}
"""Number of an error that reading and writing raise -> remedy."""

PROCESSES = f"raise the limit on processes (ulimit -u), or close other programs, {AGAIN}"
LESS = "close other programs, or ask for less"

IN_MESSAGE = re.compile(r"(?:Failed to open local file|directory:|source) '([^']+)'")
"""Name of the file in a message of Arrow or pandas, whose errors have no other."""
OS_ERROR = re.compile(r"\(os error (\d+)\)")
"""Number of the error in a message of safetensors."""
NO_MEMORY = re.compile(r"can't allocate memory|out of memory|bad_alloc|failed to allocate", re.I)
"""Message of torch, whose errors are a plain RuntimeError."""


LOST_WORKER = {"TerminatedWorkerError", "BrokenProcessPool"}
"""Errors of joblib and concurrent.futures when the system has killed a process of theirs."""


class MachineError(FirmsimError):
    """The machine refuses: a disk is full, a file may not be written, memory is used up."""


class LowMemoryError(MachineError):
    """An array does not fit into memory."""


def machine_error(
    error: BaseException, path: Path | None = None, less: str = LESS
) -> MachineError | None:
    """Say in one line what the machine refused.

    Parameters
    ----------
    error : BaseException
        Any error.
    path : Path, optional
        File that was read or written, for errors that do not name it.
    less : str
        What to do when memory is short.

    Returns
    -------
    MachineError or None
        Names the file and the remedy. None when the machine is not to blame.

    Examples
    --------
    >>> error = OSError(28, "No space left on device", "results/a.csv")
    >>> print(machine_error(error))
    results/a.csv cannot be written (No space left on device); free disk space (df -h, df -i), \
and give the same command again
    >>> print(machine_error(MemoryError("Unable to allocate 7.28 TiB")))
    not enough memory (Unable to allocate 7.28 TiB); close other programs, or ask for less
    >>> machine_error(ValueError("another mistake")) is None
    True
    """
    if isinstance(error, MachineError):
        return error
    number = _number(error)
    if number == errno.ENOMEM or isinstance(error, MemoryError) or _says_no_memory(error):
        said = "" if number else " ".join(str(error).split())
        return LowMemoryError(f"not enough memory{f' ({said})' if said else ''}; {less}")
    if number == errno.EAGAIN or "can't start new thread" in str(error):
        return MachineError(f"no further process or thread can be started; {PROCESSES}")
    if number is None:
        return None
    remedy = WRITTEN.get(number) or OPENED.get(number)
    if remedy is None:
        return None
    verb = "written" if number in WRITTEN else "used"
    return MachineError(f"{_file(error, path)} cannot be {verb} ({os.strerror(number)}); {remedy}")


def chained(error: BaseException | None, less: str = LESS) -> MachineError | None:
    """Say what the machine refused when it is the cause of an error.

    Parameters
    ----------
    error : BaseException or None
        Any error; the errors that it was raised from, or while handling, count as well.
    less : str
        As for `machine_error`.

    Returns
    -------
    MachineError or None
        As `machine_error`.

    Examples
    --------
    >>> try:
    ...     try:
    ...         raise OSError(28, "No space left on device", "a.csv")
    ...     except OSError as cause:
    ...         raise RuntimeError("job failed") from cause
    ... except RuntimeError as error:
    ...     print(chained(error))
    a.csv cannot be written (No space left on device); free disk space (df -h, df -i), \
and give the same command again
    """
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        if found := machine_error(error, less=less):
            return found
        seen.add(id(error))
        error = error.__cause__ or error.__context__
    return None


def _number(error: BaseException) -> int | None:
    """Number of an error of the system (errno)."""
    if isinstance(error, OSError) and error.errno is not None:
        return error.errno
    if isinstance(error, FileNotFoundError):
        return errno.ENOENT
    if isinstance(error, PermissionError):
        return errno.EACCES
    named = OS_ERROR.search(str(error))
    return int(named[1]) if named else None


def _says_no_memory(error: BaseException) -> bool:
    """Whether torch found no memory, or joblib lost a worker, which is nearly always the same."""
    if type(error).__name__ in LOST_WORKER:
        return True
    return isinstance(error, RuntimeError) and NO_MEMORY.search(str(error)) is not None


def _file(error: BaseException, path: Path | None) -> str:
    """Name of the file that an error is about."""
    if path is not None:
        return str(path)
    named = getattr(error, "filename2", None) or getattr(error, "filename", None)
    if named is not None:
        return os.fsdecode(named) if isinstance(named, str | bytes) else str(named)
    in_message = IN_MESSAGE.search(str(error))
    return in_message[1] if in_message else f"a file of {Path.cwd()}"
