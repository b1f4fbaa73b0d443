"""Targets by their names: what each of them runs, and from which Snakefile."""

import shutil
import subprocess
import sys

import pytest
from project import HOME, configure_own, prices

EVALUATION = {"windows": [20], "stride": 60, "horizon": 60, "min_horizon": 40}


@pytest.fixture
def own(project):
    prices().to_csv(project.folder / "prices.csv")
    return configure_own(project, prices().columns, pinned=None, evaluation=EVALUATION)


def test_the_default_target_is_all_whatever_sections_there_are(own):
    configure_own(
        own, prices().columns, pinned=None, evaluation=EVALUATION, trainers={"seconds": 1}
    )
    planned = own.plan()
    assert {"report", "record"} <= set(planned)
    assert not {rule for rule in planned if "evaluat" in rule or "tria" in rule}


def test_evaluation_needs_no_section(project):
    prices().to_csv(project.folder / "prices.csv")
    configure_own(project, prices().columns, pinned=None)
    planned = project.plan("evaluation")
    assert planned["evaluation_table"] == planned["evaluation_record"] == 1
    assert not {"report", "record", "embed"} & set(planned)


def test_an_evaluation_of_too_few_firms_is_refused_in_one_line(project):
    prices().to_csv(project.folder / "prices.csv")
    configure_own(project, prices().columns, pinned=None)
    status, printed = project.call("evaluation")
    last = printed.strip().splitlines()[-1]
    assert status != 0
    assert last.startswith("error: ")
    assert "unseen_share: 0.2 of 12 firms" in last
    assert "Traceback" not in printed


def test_a_wrong_key_of_the_study_is_named(own):
    configure_own(own, prices().columns, pinned=None, trainers={"sedes": [0, 1]})
    status, printed = own.call("trainers", "--dry-run")
    last = printed.strip().splitlines()[-1]
    assert status != 0
    assert last.startswith("error: trainers.sedes: unknown key; did you mean 'seeds'?")
    assert "my.yaml" in last


def dry_run(snakefile, project, *targets):
    """Names of the rules that would run, as the command prints them."""
    command = [sys.executable, "-m", "snakemake", *targets, "--snakefile", snakefile, "--dry-run"]
    ran = subprocess.run(
        [*command, "--cores", "1", "--configfile", project.config],
        cwd=project.folder,
        capture_output=True,
        text=True,
        check=False,
    )
    return ran.returncode, ran.stdout + ran.stderr


def test_the_catalogue_finds_the_same_workflow(own):
    status, printed = dry_run(HOME / "workflow/Snakefile", own)
    assert status == 0, printed
    assert "rule report:" in printed
    assert "rule evaluation_table:" not in printed


def test_nothing_breaks_without_the_studies(own, tmp_path_factory):
    clone = tmp_path_factory.mktemp("clone")
    shutil.copy(HOME / "Snakefile", clone)
    shutil.copytree(HOME / "workflow", clone / "workflow")
    shutil.copytree(HOME / "config", clone / "config")
    status, printed = dry_run(clone / "Snakefile", own)
    assert status == 0, printed
    status, printed = dry_run(clone / "Snakefile", own, "trainers")
    assert status != 0
    assert "No rule to produce trainers" in printed
    assert "Traceback" not in printed
