"""What fails in a run, in one line each, kept until the run ends."""

from __future__ import annotations

import json
import math
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from firmsim.config.locate import located
from firmsim.errors import FirmsimError
from firmsim.files.locks import take
from firmsim.run.memory import less_memory
from firmsim.surroundings import MachineError, machine_error

STOPPED = {signal.SIGINT, signal.SIGTERM}
"""Signals by which a user or a supervisor ends a job; nothing is to be explained then."""
ROOM = 8192
"""Bytes that a disk must take to count as not full: more than the rest of a block in use."""
RESERVED = 64 * 1024
"""Bytes that the errors of a run have on the disk before a job needs them."""
LONGEST = 1024**2
"""Bytes of a list of errors that are looked at."""


def reserve(file: Path) -> None:
    """Begin a list of errors that jobs can fill in even when the disk has become full.

    Parameters
    ----------
    file : Path
        File of :func:`note_failure`; an earlier list is replaced.

    Raises
    ------
    MachineError
        The disk is full already, or the file may not be written.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder) / "logs" / "failed.txt"
    ...     reserve(file)
    ...     note_failure(file, FirmsimError("horizon: 0 is not a number of days"), [])
    ...     failure_lines(file, {}, [])
    ['error: horizon: 0 is not a number of days']
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.unlink(missing_ok=True)
        file.write_bytes(b"\n" * RESERVED)
    except OSError as error:
        raise machine_error(error, file) or error from None


def note_failure(
    file: Path, error: FirmsimError, sections: Sequence[str], log: Path | None = None
) -> None:
    """Add the error of a job to a list, or print it where that is impossible.

    Parameters
    ----------
    file : Path
        List of errors: one line of JSON per error, then empty lines.
    error : FirmsimError
        The error.
    sections : sequence of str
        Sections of the configuration that the job reads, for
        :func:`firmsim.config.locate.located`.
    log : Path, optional
        Log file of the job.
    """
    entry = {
        "message": str(error),
        "parameter": error.parameter,
        "sections": list(sections),
        "log": None if log is None else str(log),
    }
    try:
        with file.open("r+b" if file.exists() else "x+b") as lines:
            take(lines, exclusive=True, seconds=math.inf)
            earlier = lines.read(LONGEST).rstrip()
            lines.seek(len(earlier))
            lines.write(b"\n" * bool(earlier) + f"{json.dumps(entry)}\n".encode())
    except OSError:
        # a full disk; the end of the run says so as well, and this line says which job met it
        with suppress(OSError):
            sys.stderr.write(f"error: {error}\n")


@dataclass(frozen=True)
class EndedJob:
    """A job that ended with an error, as the workflow engine saw it.

    Parameters
    ----------
    rule : str
        Rule of the job.
    log : str
        Its log file.
    status : int
        Exit status; negative, or 128 more, for a signal.
    """

    rule: str
    log: str
    status: int

    def line(self) -> str | None:
        """One line; None where the user or a supervisor ended the job."""
        number = -self.status if self.status < 0 else self.status - 128
        if number in STOPPED:
            return None
        if number == signal.SIGKILL:
            return (
                f"error: {self.rule} was killed, as the system does when memory runs out; "
                f"{less_memory(self.rule)}; its log is {self.log}"
            )
        how = f"status {self.status}"
        with suppress(ValueError):
            how = signal.Signals(number).name
        return f"error: {self.rule} ended with {how}; {self.log} and what is printed above say why"


def failure_lines(
    file: Path,
    values: Mapping[str, Any],
    files: Sequence[str | Path],
    ended: Sequence[EndedJob] = (),
) -> list[str]:
    """Read the errors that jobs left, each with the key, the file and the line at fault.

    Parameters
    ----------
    file : Path
        File of :func:`note_failure`; it need not exist, and a line that was cut is left out.
    values, files : mapping, sequence of path
        As for :func:`firmsim.config.load.load_config`.
    ended : sequence of EndedJob
        Jobs that failed; those that left no error get a line of their own.

    Returns
    -------
    list of str
        One line per error, each error once.
    """
    noted = []
    with suppress(OSError):
        noted = file.read_text(encoding="utf-8", errors="replace").splitlines()
    lines, logs = [], set()
    for line in noted:
        with suppress(ValueError, KeyError, TypeError):
            entry = json.loads(line)
            error = FirmsimError(entry["message"], entry["parameter"])
            lines.append(f"error: {located(error, values, files, entry['sections'])}")
            logs.add(entry["log"])
    silent = [job for job in ended if job.log not in logs]
    if silent and (refused := _refused(file)):
        lines.append(f"error: {refused}")
    else:
        lines += filter(None, (job.line() for job in silent))
    return list(dict.fromkeys(lines))


def _refused(file: Path) -> MachineError | None:
    """Why jobs could not leave their errors, if that is still so."""
    try:
        with file.open("a", encoding="utf-8") as lines:
            lines.write("\n" * ROOM)
    except OSError as error:
        return machine_error(error, file)
    return None
