"""The frame of every script: whatever fails is one line, also when the log cannot be written."""

import json
import logging
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from firmsim.errors import PriceError
from firmsim.run.job import job

FULL = "/dev/full"


@pytest.fixture
def snakemake(tmp_path, monkeypatch):
    """What Snakemake gives a script, in a working folder with a folder of logs."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "logs/test").mkdir(parents=True)
    root = logging.getLogger()
    level, handlers = root.level, root.handlers[:]
    yield SimpleNamespace(log=["logs/test/growth.log"], rule="growth", config={"run": "test"})
    for handler in root.handlers:
        if handler not in handlers:
            handler.close()
    root.handlers[:], root.level = handlers, level


def fail(snakemake, error):
    """End a job with an error; return the noted message and the log."""
    with pytest.raises(SystemExit) as end, job(snakemake, "growth"):
        raise error
    assert end.value.code == 1
    noted = Path("logs/test/failed.txt").read_text(encoding="utf-8").splitlines()
    assert len(noted) == 1
    return json.loads(noted[0])["message"], Path(snakemake.log[0]).read_text(encoding="utf-8")


def test_a_job_that_ends_well_says_so(snakemake):
    with job(snakemake) as logger:
        logger.info("on the way")
    log = Path(snakemake.log[0]).read_text(encoding="utf-8")
    assert log.endswith("done\n")
    assert "on the way" in log


def test_a_mistake_of_the_user(snakemake):
    line, log = fail(snakemake, PriceError("clip: 0 is too small"))
    assert line == "clip: 0 is too small"
    assert "Traceback" not in log


def test_a_full_disk_and_no_traceback(snakemake):
    line, log = fail(snakemake, OSError(28, "No space left on device", "results/a.csv"))
    assert line.startswith("results/a.csv cannot be written (No space left on device); free disk")
    assert "Traceback" not in log


def test_memory_names_the_job_and_what_to_lower(snakemake):
    snakemake.rule = "associate_encoders"
    with pytest.raises(MemoryError) as raised:
        np.ones((10**7, 10**7))
    line, log = fail(snakemake, raised.value)
    assert line.startswith("associate_encoders: not enough memory (Unable to allocate 728. TiB")
    assert "lower association.permutations" in line
    assert "Traceback" not in log


def test_a_fault_of_firmsim_is_in_the_log_and_asks_for_a_report(snakemake, capfd):
    line, log = fail(snakemake, KeyError("colour"))
    assert line == (
        "growth: KeyError: 'colour'; this is a fault of firmsim: please report it with "
        "logs/test/growth.log"
    )
    assert "KeyError: 'colour'" in log
    assert "Traceback" in log
    assert "Traceback" not in capfd.readouterr().err


def on_a_full_disk(tmp_path, code):
    """What a job prints whose log and list of errors cannot be written."""
    (tmp_path / "logs/test").mkdir(parents=True)
    for name in ("growth.log", "failed.txt"):
        (tmp_path / "logs/test" / name).symlink_to(FULL)
    script = f"""
from types import SimpleNamespace
from firmsim.run.job import job
snakemake = SimpleNamespace(log=["logs/test/growth.log"], rule="growth", config={{"run": "test"}})
with job(snakemake) as logger:
    logger.info("x" * 100_000)
    {code}
"""
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


def test_log_and_errors_on_a_full_disk(tmp_path):
    status, printed = on_a_full_disk(tmp_path, "open('/dev/full', 'w').write('x' * 100_000)")
    assert status == 1
    assert printed.startswith("error: ")
    assert "cannot be written (No space left on device)" in printed
    assert printed.count("\n") == 1


def test_a_fault_is_not_lost_on_a_full_disk(tmp_path):
    status, printed = on_a_full_disk(tmp_path, "{}['colour']")
    assert status == 1
    assert "Traceback" in printed
    assert printed.splitlines()[-1].startswith("error: growth: KeyError: 'colour'; this is a fault")


def test_a_log_that_cannot_be_opened(snakemake, tmp_path, capfd):
    (tmp_path / "logs/test/growth.log").mkdir()
    with pytest.raises(SystemExit), job(snakemake):
        pytest.fail("the job ran without a log")
    noted = json.loads((tmp_path / "logs/test/failed.txt").read_text())
    assert "growth.log cannot be used (Is a directory); rename or remove" in noted["message"]
