"""What fails in a run, in one line each, kept until the run ends."""

from __future__ import annotations

import atexit
import json
import logging
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from firmsim.config.locate import located
from firmsim.errors import FirmsimError
from firmsim.run.memory import less_memory
from firmsim.surroundings import MachineError, chained, machine_error

STOPPED = {signal.SIGINT, signal.SIGTERM}
"""Signals by which a user or a supervisor ends a job; nothing is to be explained then."""
ROOM = 8192
"""Bytes that a disk must take to count as not full: more than the rest of a block in use."""
RULE = "__rule_"
"""Start of the name of the function in which Snakemake runs the job of a rule."""


def note_failure(
    file: Path, error: FirmsimError, sections: Sequence[str], log: Path | None = None
) -> None:
    """Append the error of a job to a file, or print it where that is impossible.

    Parameters
    ----------
    file : Path
        One line of JSON per error.
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
        with file.open("a", encoding="utf-8") as lines:
            lines.write(json.dumps(entry) + "\n")
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
        return (
            f"error: {self.rule} ended with {how} before it could say why; please report it with "
            f"{self.log} and what is printed above"
        )


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


def observe(logger: logging.Logger) -> Observer:
    """Watch what a workflow engine logs, in the place of an earlier observer.

    Parameters
    ----------
    logger : Logger
        The engine's logger. None of this process's log files prints a traceback any more when it
        cannot be written.

    Returns
    -------
    Observer
        Its lines are printed when the process ends.
    """
    for earlier in [known for known in logger.filters if isinstance(known, Observer)]:
        logger.removeFilter(earlier)
        atexit.unregister(earlier.tell)
    observer = Observer()
    logger.addFilter(observer)
    logging.raiseExceptions = False
    atexit.register(observer.tell)
    return observer


class Observer(logging.Filter):
    """Sees what a workflow engine logs about exceptions; shortens and keeps what it understands.

    A disk that is full where the engine keeps its own files ends in a traceback otherwise. The
    filter never drops a record.

    Attributes
    ----------
    lines : list of str
        What to print when the process ends: errors of the machine outside jobs, and what the
        workflow adds.
    ended : list of EndedJob
        Jobs that ended with an error.
    """

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.ended: list[EndedJob] = []

    def filter(self, record: logging.LogRecord) -> bool:
        """Replace the text of a record that was made while handling an error of the machine."""
        error = sys.exc_info()[1]
        if record.levelno < logging.ERROR or error is None:
            return True
        if job := _ended_job(error):
            if job not in self.ended:
                self.ended.append(job)
        elif found := chained(error):
            line = f"error: {found}"
            record.msg, record.args = line, None
            if line not in self.lines:
                self.lines.append(line)
        return True

    def tell(self) -> None:
        """Print the lines, each once; called when the process ends."""
        text = "".join(f"{line}\n" for line in dict.fromkeys(self.lines))
        with suppress(OSError, ValueError):  # standard error may be full or closed
            sys.stderr.write(text)


def _ended_job(error: BaseException | None) -> EndedJob | None:
    """Job whose end is the cause of an error."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        if isinstance(error, subprocess.CalledProcessError):
            return _job_of(error.__traceback__, error.returncode)
        seen.add(id(error))
        error = error.__cause__ or error.__context__
    return None


def _job_of(place: TracebackType | None, status: int) -> EndedJob | None:
    """Job in whose function of Snakemake an error was raised."""
    while place is not None:
        function = place.tb_frame.f_code.co_name
        if function.startswith(RULE):
            known = place.tb_frame.f_locals
            return EndedJob(str(known["rule"]), str([*known["log"], "no log"][0]), status)
        place = place.tb_next
    return None
