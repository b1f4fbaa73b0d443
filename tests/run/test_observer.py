"""What Snakemake says of failures is shortened, and kept for the end of the run."""

import atexit
import logging
import subprocess

import pytest

from firmsim.run.failures import EndedJob
from firmsim.run.observer import observe


@pytest.fixture
def engine(tmp_path):
    """Logger of an engine, its observer, and the file it logs to."""
    logger, raising = logging.getLogger("engine"), logging.raiseExceptions
    handler = logging.FileHandler(tmp_path / "engine.log")
    logger.addHandler(handler)
    logger.setLevel("INFO")
    earlier, observer = observe("engine"), observe("engine")
    assert earlier not in logger.filters
    yield logger, observer, tmp_path / "engine.log"
    logging.raiseExceptions = raising
    logger.removeHandler(handler)
    atexit.unregister(observer.tell)


def test_the_observer_shortens_what_the_machine_refused(engine, capsys):
    logger, observer, log = engine
    for _ in range(2):
        try:
            raise OSError(28, "No space left on device", "scripts/a.py")
        except OSError:
            logger.error("Traceback (most recent call last): ...")
    text = log.read_text()
    assert "Traceback" not in text
    assert text.startswith("error: scripts/a.py cannot be written")
    observer.tell()
    assert capsys.readouterr().err.count("scripts/a.py cannot be written") == 1


def test_the_observer_leaves_other_errors_alone(engine):
    logger, observer, log = engine
    logger.error("no exception")
    try:
        raise ValueError("a fault")
    except ValueError:
        logger.error("Traceback %s", "kept")
        logger.info("Traceback as well")
    assert log.read_text() == "no exception\nTraceback kept\nTraceback as well\n"
    assert observer.lines == observer.ended == []


def test_the_observer_sees_which_job_ended_and_how(engine):
    logger, observer, _ = engine

    def __rule_7(log, rule):  # what Snakemake calls the function of a rule
        subprocess.run(["false"], check=True)

    try:
        try:
            __rule_7(["a.log"], "train")
        except subprocess.CalledProcessError:
            raise RuntimeError("RuleException") from None
    except RuntimeError:
        logger.error("RuleException")
        logger.error("RuleException, again")
    assert observer.ended == [EndedJob("train", "a.log", 1)]
