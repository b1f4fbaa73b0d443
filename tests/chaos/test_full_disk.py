"""The disk fills while a stage runs: one line says so, and with space the same command goes on.

The working folder is a small disk of its own. Only the superuser can mount one; elsewhere the test
skips. ``CHAOS=long`` fills it at every stage, by default at two.
"""

import os
import subprocess
import sys
import threading
import time
from contextlib import suppress

import pytest
from project import HOME, Project, configure_own, encoders, prices

LONG = os.environ.get("CHAOS") == "long"
SIZE = 64 * 1024**2
"""Bytes of the disk while it is not full."""

STAGES = {"growth": "growth.log", "neighbours": "neighbours.log"}
"""Rule -> its log; the disk fills when that is there."""
if LONG:
    STAGES = {
        "prices": "prices.log",
        "growth": "growth.log",
        "comparator_scores": "scores/comparators.log",
        "train": "train/elman-comovement-seed0.log",
        "firms": "firms.log",
        "embed": "embed/elman-comovement.log",
        "encoder_scores": "scores/elman-comovement.log",
        "associate_comparators": "association/comparators.log",
        "associate_encoders": "association/encoders.log",
        "neighbours": "neighbours.log",
        "summary": "association/summary.log",
        "record": "record.log",
        "report": "report.log",
        "evaluation_split": "evaluation/split.log",
        "evaluation_train": "evaluation/train/elman-comovement-seed0.log",
        "evaluate_encoder": "evaluation/elman-comovement.log",
        "evaluate_comparator": "evaluation/pearson.log",
        "evaluation_table": "evaluation/table.log",
        "evaluation_record": "evaluation/record.log",
    }
TARGETS = ("all", "evaluation") if LONG else ("results/test/neighbours/pearson.parquet",)
ROOMS = (0, 8192, 262_144) if LONG else (8192,)
"""Bytes that are left when the disk fills; with some, part of a file is written."""


class Disk:
    """A disk of its own in memory."""

    def __init__(self, folder):
        self.folder = folder
        self._mount(f"size={SIZE}")

    def _mount(self, options):
        command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", self.folder]
        return subprocess.run(command, capture_output=True, text=True, check=True)

    def fill(self, room):
        """Leave so many bytes; others write meanwhile, so the size is tried until it fits."""
        while True:
            found = os.statvfs(self.folder)
            used = (found.f_blocks - found.f_bfree) * found.f_frsize
            with suppress(subprocess.CalledProcessError):
                self._mount(f"remount,size={used + room}")
                return

    def free(self):
        """Make it large again."""
        self._mount(f"remount,size={SIZE}")

    def unmount(self):
        """Give it back, whatever still has it open."""
        subprocess.run(["umount", "--lazy", self.folder], check=True)


@pytest.fixture
def disk(tmp_path):
    (tmp_path / "disk").mkdir()
    try:
        disk = Disk(tmp_path / "disk")
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"no disk can be mounted here: {getattr(error, 'stderr', error)}")
    yield disk
    disk.unmount()


@pytest.fixture
def project(disk):
    prices(8, 900 if LONG else 300).to_csv(disk.folder / "prices.csv")
    return configure_own(
        Project(disk.folder),
        prices(8).columns,
        pinned=None,
        encoders=encoders(("elman", "comovement")) if LONG else [],
        evaluation={"unseen_share": 0.4, "windows": [20], "horizon": 60, "min_horizon": 20}
        | {"draws": 20},
    )


def run(project, *options, watch=None):
    """Run the workflow; fill the disk at the first byte of a log. Exit status, what it printed."""
    command = [sys.executable, "-m", "snakemake", "--snakefile", HOME / "Snakefile", *TARGETS]
    with subprocess.Popen(
        [*command, "--cores", "1", "--configfile", project.config, *options],
        cwd=project.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        if watch is not None:
            threading.Thread(target=watch, args=(process,), daemon=True).start()
        printed = process.communicate(timeout=600)[0]
    return process.returncode, printed


def fill_at(disk, log, room):
    """Watch for a log that is newer than now."""
    with suppress(FileNotFoundError):
        log.unlink()

    def watch(process):
        while not log.exists() and process.poll() is None:
            time.sleep(0.001)
        if log.exists():
            disk.fill(room)

    return watch


def contents(project):
    """Bytes of every result, and of every hidden file beside them."""
    files = [path for path in project.results.rglob("*") if path.is_file()]
    kept = [path for path in files if path.name not in {".lock", ".holder.json"}]
    return {path.relative_to(project.results): path.read_bytes() for path in kept}


def told(status, printed):
    """The run failed, and said why in its last line, without a traceback."""
    assert status == 1, printed
    assert "Traceback" not in printed, printed
    last = printed.rstrip().splitlines()[-1]
    assert last.startswith("error: "), printed
    assert "No space left on device" in last, printed
    assert "give the same command again" in last
    return last


def test_a_disk_that_fills_at_any_stage(project, disk):
    for rule, name in STAGES.items():
        for room in ROOMS:
            filling = fill_at(disk, project.folder / "logs/test" / name, room)
            # an earlier round may have got that far
            status, printed = run(project, "--forcerun", rule, watch=filling)
            if status or not room:  # with room, all that is left to write may fit in
                print(f"{rule}, {room} bytes left: {told(status, printed)}")  # noqa: T201
            disk.free()
    status, printed = run(project)
    assert status == 0, printed
    assert not list(project.folder.rglob("*.part"))
    after = contents(project)
    subprocess.run(["rm", "-r", project.results, project.folder / ".snakemake"], check=True)
    status, printed = run(project)
    assert status == 0, printed
    assert contents(project) == after


def test_a_disk_that_is_full_from_the_start(project, disk):
    disk.fill(0)
    told(*run(project))
    assert not [path for path in project.results.rglob("*") if path.stat().st_size]
