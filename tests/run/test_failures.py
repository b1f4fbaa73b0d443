"""Errors of jobs, told at the end of a run."""

import atexit
import logging
import signal
import subprocess

import pytest

from firmsim.errors import EncoderError, PriceError
from firmsim.run.failures import EndedJob, failure_lines, note_failure, observe

VALUES = {"audit": {"min_history": 9999}}


def test_each_error_is_told_once_with_its_place(tmp_path):
    config, noted = tmp_path / "my.yaml", tmp_path / "failed.jsonl"
    config.write_text("audit:\n  min_history: 9999\n")
    assert failure_lines(noted, VALUES, [config]) == []
    for _ in range(2):
        error = PriceError("min_history: no firm has 9999 prices", parameter="min_history")
        note_failure(noted, error, ["audit"])
    note_failure(noted, EncoderError("prices.csv: ünreadable"), [])
    assert failure_lines(noted, VALUES, [config]) == [
        f"error: audit.min_history: no firm has 9999 prices, in {config}, line 2",
        "error: prices.csv: ünreadable",
    ]


def test_a_line_that_was_cut_is_left_out(tmp_path):
    noted = tmp_path / "failed.jsonl"
    note_failure(noted, PriceError("whole"), [])
    with noted.open("a") as file:
        file.write('{"message": "half')
    assert failure_lines(noted, {}, []) == ["error: whole"]


def test_a_full_disk_prints_the_error_instead(tmp_path, capsys):
    (tmp_path / "failed.jsonl").mkdir()
    note_failure(tmp_path / "failed.jsonl", PriceError("prices.csv: unreadable"), [])
    assert capsys.readouterr().err == "error: prices.csv: unreadable\n"


KILLED = EndedJob("associate_encoders", "a.log", -signal.SIGKILL)


@pytest.mark.parametrize("status", [-9, 137])
def test_a_killed_job_says_what_to_lower(tmp_path, status):
    killed = EndedJob("associate_encoders", "a.log", status)
    (line,) = failure_lines(tmp_path / "none", {}, [], [killed])
    assert line.startswith("error: associate_encoders was killed, as the system does when memory")
    assert "lower association.permutations" in line
    assert line.endswith("its log is a.log")


@pytest.mark.parametrize("status", [-2, -15, 130, 143])
def test_a_job_that_the_user_ended_needs_no_word(tmp_path, status):
    assert failure_lines(tmp_path / "none", {}, [], [EndedJob("train", "a.log", status)]) == []


def test_a_crash_asks_for_a_report(tmp_path):
    (line,) = failure_lines(tmp_path / "none", {}, [], [EndedJob("train", "a.log", -11)])
    assert line.startswith("error: train ended with SIGSEGV before it could say why")


def test_a_job_that_left_its_error_is_told_once(tmp_path):
    note_failure(tmp_path / "failed", PriceError("why"), [], log="a.log")
    assert failure_lines(tmp_path / "failed", {}, [], [KILLED]) == ["error: why"]


def test_jobs_without_a_word_where_nothing_can_be_written(tmp_path):
    (line,) = failure_lines(tmp_path / "no folder" / "failed", {}, [], [KILLED])
    assert "failed cannot be used (No such file or directory)" in line


@pytest.fixture
def engine(tmp_path):
    """Logger of an engine, its observer, and the file it logs to."""
    logger = logging.Logger("engine")
    logger.addHandler(logging.FileHandler(tmp_path / "engine.log"))
    raising, observer = logging.raiseExceptions, observe(logger)
    assert observe(logger) is not observer
    yield logger, logger.filters[0], tmp_path / "engine.log"
    logging.raiseExceptions = raising
    atexit.unregister(logger.filters[0].tell)


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
