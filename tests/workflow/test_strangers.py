"""Configurations of strangers: one line before Snakemake reads them, and no code is run."""

import subprocess
import sys

import pytest
from project import HOME

RUNS = "__use_yte__: true\nrun: ?open('ran', 'w').close() or 'x'\n"


def call(folder, *options):
    command = [sys.executable, "-m", "snakemake", "--snakefile", HOME / "Snakefile"]
    command += ["--cores", "1", "--dry-run", *options]
    ran = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, timeout=120
    )
    return ran.returncode, ran.stdout + ran.stderr


def last_line(printed):
    assert "Traceback" not in printed
    return printed.strip().splitlines()[-1]


@pytest.fixture
def stranger(tmp_path):
    (tmp_path / "my.yaml").write_text(RUNS)
    return tmp_path


def test_a_template_does_not_run(stranger):
    status, printed = call(stranger, "--configfile", "my.yaml")
    assert status != 0
    assert last_line(printed).startswith("error: my.yaml has the key __use_yte__")
    assert not (stranger / "ran").exists()


def test_a_template_as_the_default_does_not_run(stranger):
    (stranger / "config").mkdir()
    (stranger / "my.yaml").rename(stranger / "config/config.yaml")
    status, printed = call(stranger)
    assert status != 0
    assert last_line(printed).startswith("error: config/config.yaml has the key __use_yte__")
    assert not (stranger / "ran").exists()


def test_without_the_profile_the_refusal_comes_after_the_fact(stranger):
    """What config/README.md says of it."""
    status, printed = call(stranger, "--configfile", "my.yaml", "--workflow-profile", "none")
    assert status != 0
    assert "my.yaml has the key __use_yte__" in last_line(printed)
    assert (stranger / "ran").exists()


def test_a_template_that_is_allowed_runs(stranger):
    (stranger / "my.yaml").write_text(RUNS + "firms: [A, B]\n")
    allowed = ("--config", "__use_yte__=true")
    _, printed = call(stranger, "--configfile", "my.yaml", *allowed)
    assert last_line(printed).startswith("error: firms: 2 firms are too few")
    assert (stranger / "ran").exists()
