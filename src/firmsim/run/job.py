"""The frame of every script of the workflow: a log file, and one line for what fails."""

from __future__ import annotations

import logging
import signal
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NoReturn

from firmsim.errors import FirmsimError
from firmsim.run.failures import note_failure
from firmsim.run.member import in_its_run, leave
from firmsim.run.memory import less_memory
from firmsim.run.paths import failed_jobs
from firmsim.surroundings import LowMemoryError, MachineError, chained


class LogFile(logging.FileHandler):
    """Log file of a job, which may be on a full disk."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's own name
        """Print what must not be lost, the traceback of a fault; `logging` would print its own."""
        if record.levelno >= logging.CRITICAL:
            with suppress(OSError):
                sys.stderr.write(self.format(record) + "\n")


@contextmanager
def job(snakemake: Any, *sections: str) -> Iterator[logging.Logger]:
    """Log to the rule's log file; end with one line, not a traceback, whatever fails.

    A mistake of the user and what the machine refuses are one line in the log as well. Any other
    error is a fault of firmsim: its traceback is in the log, and the line asks to report it.

    Parameters
    ----------
    snakemake : Snakemake
        The object that Snakemake gives a script.
    *sections : str
        Sections of the configuration in which a parameter that an error names is looked up first.

    Yields
    ------
    Logger
        Writes to the rule's log file.
    """
    log, failed = Path(snakemake.log[0]), failed_jobs(snakemake.config["run"])
    logger = logging.getLogger(snakemake.rule)

    def end(error: FirmsimError) -> NoReturn:
        logger.error("error: %s", error)
        note_failure(failed, error, sections, log)
        sys.exit(1)

    try:
        _log_to(log)
        with in_its_run(logger):
            yield logger
    except FirmsimError as error:
        end(error)
    except KeyboardInterrupt as told:
        leave(logger, str(told) or signal.SIGINT.name)
    except Exception as error:
        if found := chained(error, less_memory(snakemake.rule)):
            memory = isinstance(found, LowMemoryError)
            end(MachineError(f"{snakemake.rule}: {found}") if memory else found)
        logger.critical(traceback.format_exc())
        what = traceback.format_exception_only(error)[-1].strip().splitlines()[0]
        fault = f"{snakemake.rule}: {what}; this is a fault of firmsim: please report it with {log}"
        end(FirmsimError(fault))
    logger.info("done")


def _log_to(log: Path) -> None:
    """Send what every package logs to a file, from its start."""
    if log.is_file():
        log.unlink()  # a job that a killed run left goes on writing to it
    file = LogFile(log, mode="w", encoding="utf-8", errors="backslashreplace")
    logging.basicConfig(
        handlers=[file], level=logging.INFO, format="%(asctime)s %(message)s", force=True
    )
