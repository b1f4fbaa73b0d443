"""The profile of the project: Snakemake reads it wherever the workflow is called from."""

import json
import subprocess
import sys

import pytest
import yaml
from project import HOME, Project, configure_own, prices

SAYS = "Using workflow specific profile"


def call(project, cwd, *options):
    """Call snakemake for `project` from the folder `cwd`; return what it printed."""
    command = [sys.executable, "-m", "snakemake", *options, "--directory", project.folder]
    command += ["--configfile", project.config, "--cores", "1"]
    ran = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, timeout=120)
    return ran.stdout + ran.stderr


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    project = Project(tmp_path_factory.mktemp("own"))
    prices().to_csv(project.folder / "prices.csv")
    return configure_own(project, prices().columns, encoders=[])


@pytest.mark.parametrize(
    "snakefile", [None, HOME / "Snakefile", HOME / "workflow/Snakefile"], ids=["root", "s", "ws"]
)
def test_snakemake_finds_the_profile(own, snakefile):
    """From the root of a clone, and from any other folder by both Snakefiles."""
    elsewhere = ("--snakefile", snakefile) if snakefile else ()
    printed = call(own, own.folder if snakefile else HOME, "--list-target-rules", *elsewhere)
    assert SAYS in printed
    assert "evaluation" in printed


def test_the_profile_lets_the_same_command_go_on():
    profile = yaml.safe_load((HOME / "profiles/default/profile.yaml").read_text(encoding="utf-8"))
    assert profile["rerun-incomplete"] is True
    assert profile["nolock"] is True


MODULE = f"""
configfile: "my.yaml"


module firmsim:
    snakefile: {str(HOME / "Snakefile")!r}
    config: config


use rule * from firmsim


onstart:
    firmsim.onstart()


onsuccess:
    firmsim.onsuccess()


onerror:
    firmsim.onerror()
"""


def test_a_workflow_that_uses_this_one_as_a_module_sets_the_keys_itself(own):
    """Its own profile is read, never ours: config/README.md names the keys."""
    folder = own.folder / "outer"
    (folder / "profiles").mkdir(parents=True)
    (folder / "Snakefile").write_text(MODULE, encoding="utf-8")
    plain = call(own, folder, "--list-target-rules")
    assert SAYS not in plain
    (folder / "profiles/default").symlink_to(HOME / "profiles/default")
    target = "results/test/growth/growth.parquet"
    assert SAYS in call(own, folder, target)
    assert (own.folder / target).exists()
    holder = json.loads((own.folder / "results/.test.holder").read_text(encoding="utf-8"))
    assert holder["ended"]
