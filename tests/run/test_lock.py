"""A run holds its folder: what a second run, a job and a killed process meet."""

import errno
import fcntl
import json
import logging
import os
import signal
import subprocess
import sys
import time

import pytest

from firmsim.errors import FirmsimError, RunError
from firmsim.files import write_json
from firmsim.run.holder import Holder, RunFolder
from firmsim.run.lock import MEMBER, RunLock
from firmsim.run.member import INTERRUPTED, Membership, in_its_run

HOLD = """
import sys, time
from pathlib import Path
from firmsim.run.lock import RunLock
lock = RunLock(Path(sys.argv[1]))
lock.take()
print("taken", flush=True)
time.sleep(60)
"""

LOGGER = logging.getLogger("job")


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "results" / "mine"


@pytest.fixture
def lock(folder):
    made = RunLock(folder)
    yield made
    made.release()


@pytest.fixture
def other(folder):
    """Another process that holds the folder."""
    with subprocess.Popen([sys.executable, "-c", HOLD, folder], stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"taken\n"
        yield process
        process.kill()


def test_a_second_run_is_told_who_holds_the_folder(folder, other):
    with pytest.raises(RunError, match=f"mine is in use by process {other.pid} on .*, since 20"):
        RunLock(folder).take()


def test_runs_of_two_names_do_not_meet(folder, other):
    lock = RunLock(folder.with_name("yours"))
    lock.take()
    lock.release()


def test_a_killed_run_holds_nothing(folder, other):
    other.kill()
    other.wait()
    lock = RunLock(folder)
    lock.take()
    lock.release()


@pytest.mark.parametrize("kill", [True, False])
def test_a_run_planned_while_another_went_on_is_refused(folder, other, kill):
    """Its plan rests on files that the other one has changed since."""
    lock = RunLock(folder)
    other.send_signal(signal.SIGKILL if kill else signal.SIGTERM)
    other.wait()
    with pytest.raises(RunError, match="another run changed it"):
        lock.take()


def test_a_run_planned_before_another_began_and_ended_is_refused(folder):
    first, second = RunLock(folder), RunLock(folder)
    second.take()
    second.release()
    with pytest.raises(RunError, match="another run changed it"):
        first.take()


def test_a_link_to_the_folder_is_the_same_folder(folder, other):
    folder.mkdir()
    link = folder.with_name("link")
    link.symlink_to(folder)
    with pytest.raises(RunError, match="link is in use by process"):
        RunLock(link).take()


def test_what_was_killed_half_way_is_removed(folder, lock):
    (folder / "growth").mkdir(parents=True)
    half, whole = folder / "growth/.growth.parquet.7-a.part", folder / "growth/growth.parquet"
    half.touch()
    whole.touch()
    lock.take()
    assert not half.exists()
    assert whole.exists()


def test_a_folder_that_cannot_be_written_is_one_line(folder):
    folder.parent.write_text("a file", encoding="utf-8")
    with pytest.raises(FirmsimError, match=r"results.* \(File exists\)|a run needs to write there"):
        RunLock(folder).take()


def test_a_job_writes_while_its_run_goes_on(folder, lock):
    lock.take()
    with in_its_run(LOGGER):
        write_json([1], folder / "a.json")
    assert json.loads((folder / "a.json").read_text()) == [1]


def test_no_run_no_watch(folder, monkeypatch):
    monkeypatch.delenv(MEMBER, raising=False)
    with in_its_run(LOGGER):
        write_json([1], folder / "a.json")
    assert (folder / "a.json").exists()


def test_a_job_of_a_run_that_is_replaced_writes_nothing(folder, lock, monkeypatch, caplog):
    lock.take()
    monkeypatch.setenv(MEMBER, f"{'0' * 32} {folder.resolve()}")
    job = Membership.of_this_process()
    assert "another run has begun: process" in job.over()
    with pytest.raises(SystemExit), job.unless_over(LOGGER):
        pytest.fail("the body of the block ran")
    assert "another run has begun" in caplog.text


def test_a_job_of_a_killed_run_ends(folder, other, monkeypatch):
    token = RunFolder(folder.resolve()).holder().token
    monkeypatch.setenv(MEMBER, f"{token} {folder.resolve()}")
    job = Membership.of_this_process()
    assert job.over() is None
    other.kill()
    other.wait()
    assert "its run is gone" in job.over()


def test_a_job_on_another_machine_does_not_trust_its_own_locks(folder, other, monkeypatch):
    token = RunFolder(folder.resolve()).holder().token
    monkeypatch.setenv(MEMBER, f"{token} {folder.resolve()}")
    monkeypatch.setattr("socket.gethostname", lambda: "elsewhere")
    other.kill()
    other.wait()
    assert Membership.of_this_process().over() is None


JOB = """
import sys, time
from types import SimpleNamespace
from pathlib import Path
from firmsim.files import atomic
from firmsim.run.job import job
snakemake = SimpleNamespace(log=[sys.argv[1]], rule="rule", config={"run": "mine"})
with job(snakemake):
    with atomic(Path(sys.argv[2])) as temporary:
        temporary.write_text("half")
        print("writing", flush=True)
        time.sleep(60)
"""


@pytest.mark.parametrize("how", ["end", "kill"])
def test_a_job_ends_within_seconds_and_leaves_no_half_made_file(folder, other, tmp_path, how):
    run = RunFolder(folder.resolve())
    token = run.holder().token
    log, file = tmp_path / "job.log", folder / "a.json"
    with subprocess.Popen(
        [sys.executable, "-c", JOB, log, file],
        env=os.environ | {MEMBER: f"{token} {folder.resolve()}"},
        stdout=subprocess.PIPE,
    ) as job:
        assert job.stdout.readline() == b"writing\n"
        other.send_signal(signal.SIGKILL if how == "kill" else signal.SIGTERM)
        began = time.monotonic()
        assert job.wait(timeout=10) == INTERRUPTED
        assert time.monotonic() - began < 5
    assert list(folder.iterdir()) == []
    assert len(log.read_text().splitlines()) == 1
    assert "ended: its run" in log.read_text()


def test_a_signal_ends_the_jobs_and_is_passed_on(folder, lock):
    lock.take()
    job = Membership.of_this_process()
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGTERM)
    assert job.over() == "its run was interrupted"
    assert lock.interrupted
    with pytest.raises(RunError, match="in use"):  # until its jobs have ended
        _take_elsewhere(folder)


def _take_elsewhere(folder):
    """Try to take the folder in another process."""
    code = "import sys; from pathlib import Path; from firmsim.run.lock import RunLock\n"
    code += "RunLock(Path(sys.argv[1])).take()"
    ran = subprocess.run(
        [sys.executable, "-c", code, folder], capture_output=True, text=True, check=False
    )
    if ran.returncode:
        raise RunError(ran.stderr.strip().splitlines()[-1])


def test_a_signal_that_is_ignored_stays_ignored(folder, lock, monkeypatch):
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        lock.take()
        signal.raise_signal(signal.SIGINT)
        assert not lock.interrupted
    finally:
        lock.release()
        signal.signal(signal.SIGINT, before)


def test_a_file_system_without_locks_is_told_and_works(folder, monkeypatch, capsys):
    def flock(file, kind):
        raise OSError(errno.EOPNOTSUPP, "Operation not supported")

    monkeypatch.setattr(fcntl, "flock", flock)
    first = RunLock(folder)
    first.take()
    job = Membership.of_this_process()
    assert "has no locks (flock)" in capsys.readouterr().err
    with in_its_run(LOGGER):
        write_json([1], folder / "a.json")
    RunFolder(folder.resolve()).set_holder(Holder.this_process())
    assert "another run has begun" in job.over()  # the token protects nonetheless
    first.release()
    assert not RunFolder(folder.resolve()).holder().ended  # the other run goes on


def test_the_lock_is_that_of_the_kernel(folder, other):
    """Not a file whose being there means something: a test of the tests above."""
    with RunFolder(folder.resolve()).lock.open("ab") as file, pytest.raises(BlockingIOError):
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
