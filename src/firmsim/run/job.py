"""The frame of every script of the workflow: a log file, and one line for a user's mistake."""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from firmsim.errors import FirmsimError
from firmsim.run.failures import note_failure
from firmsim.run.paths import failed_jobs


@contextmanager
def job(snakemake: Any, *sections: str) -> Iterator[logging.Logger]:
    """Log to the rule's log file; end with one line, not a traceback, on a user's mistake.

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
    path = Path(snakemake.log[0])
    logging.basicConfig(
        filename=path, filemode="w", level=logging.INFO, format="%(asctime)s %(message)s"
    )
    logger = logging.getLogger(snakemake.rule)
    try:
        yield logger
    except FirmsimError as error:
        logger.error("error: %s", error)
        note_failure(failed_jobs(snakemake.config["run"]), error, sections)
        sys.exit(1)
    except Exception:
        logger.error(traceback.format_exc())
        raise
    logger.info("done")
