"""What a workflow engine says of a run's failures, shortened where the machine is to blame."""

from __future__ import annotations

import atexit
import logging
import subprocess
import sys
from contextlib import suppress
from types import TracebackType

from firmsim.run.failures import EndedJob
from firmsim.surroundings import chained

ENGINE = "snakemake.logging"
"""Name of Snakemake's logger."""
RULE = "__rule_"
"""Start of the name of the function in which Snakemake runs the job of a rule."""


def observe(engine: str = ENGINE) -> Observer:
    """Watch what a workflow engine logs, in the place of an earlier observer.

    Parameters
    ----------
    engine : str
        Name of the engine's logger. None of this process's log files prints a traceback any more
        when it cannot be written.

    Returns
    -------
    Observer
        Its lines are printed when the process ends.
    """
    logger = logging.getLogger(engine)
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
