"""Errors of jobs, told at the end of a run."""

import signal

import pytest

from firmsim.errors import EncoderError, PriceError
from firmsim.run.failures import RESERVED, EndedJob, failure_lines, note_failure, reserve
from firmsim.surroundings import MachineError

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
    assert line.startswith("error: train ended with SIGSEGV; a.log and what is")


def test_a_job_that_left_its_error_is_told_once(tmp_path):
    note_failure(tmp_path / "failed", PriceError("why"), [], log="a.log")
    assert failure_lines(tmp_path / "failed", {}, [], [KILLED]) == ["error: why"]


def test_jobs_without_a_word_where_nothing_can_be_written(tmp_path):
    (line,) = failure_lines(tmp_path / "no folder" / "failed", {}, [], [KILLED])
    assert "failed cannot be used (No such file or directory)" in line


def test_errors_have_their_room_before_the_disk_is_full(tmp_path):
    noted = tmp_path / "logs" / "failed"
    reserve(noted)
    for number in range(9):
        note_failure(noted, PriceError(f"error {number}"), [])
        assert noted.stat().st_size == RESERVED
    assert failure_lines(noted, {}, []) == [f"error: error {number}" for number in range(9)]
    note_failure(noted, PriceError("x" * RESERVED), [])
    assert len(failure_lines(noted, {}, [])) == 10
    reserve(noted)
    assert failure_lines(noted, {}, []) == []


def test_a_list_that_cannot_begin(tmp_path):
    (tmp_path / "logs").touch()
    with pytest.raises(MachineError, match=r"failed cannot be used .*; rename or remove the file"):
        reserve(tmp_path / "logs" / "failed")
