"""The locks: a hash for every version, no version that pyproject.toml forbids, one way in."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

import lock

HOME = Path(__file__).resolve().parents[2]
LOCKS = sorted(path.name for path in HOME.glob("requirements*"))
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")
PROJECT = tomllib.loads((HOME / "pyproject.toml").read_text(encoding="utf-8"))


def pinned(name: str) -> dict[str, tuple[Version, list[str]]]:
    """Version and hashes of each package of a lock."""
    text = (HOME / name).read_text(encoding="utf-8").replace("\\\n", "")
    lines = [line.split() for line in text.splitlines() if not line.startswith("#")]
    pairs = [(line[0].partition("=="), line[1:]) for line in lines]
    assert len({package for (package, *_), _ in pairs}) == len(pairs)
    return {package: (Version(version), hashes) for (package, _, version), hashes in pairs}


@pytest.mark.parametrize("name", LOCKS)
def test_every_version_has_hashes(name):
    for package, (_, hashes) in pinned(name).items():
        assert package == canonicalize_name(package)
        assert hashes
        assert all(HASH.fullmatch(one) for one in hashes), package
        assert len(set(hashes)) == len(hashes), package


@pytest.mark.parametrize("extra", [None, *PROJECT["project"]["optional-dependencies"]])
def test_versions_are_those_that_the_project_allows(extra):
    project = PROJECT["project"]
    asked = project["optional-dependencies"][extra] if extra else project["dependencies"]
    own = {"dev": lock.DEV, "fuzz": lock.FUZZ}
    versions = pinned(lock.RUN) | (pinned(own[extra]) if extra in own else {})
    for line in asked:
        requirement = Requirement(line)
        name = canonicalize_name(requirement.name)
        if name != "firmsim":
            assert requirement.specifier.contains(versions[name][0]), line


@pytest.mark.parametrize("name", [lock.CUDA, lock.DEV, lock.FUZZ])
def test_a_package_is_in_one_lock_alone(name):
    assert not pinned(name).keys() & pinned(lock.RUN).keys()


def test_build_tools_are_those_of_the_run_where_both_need_one():
    run, build = pinned(lock.RUN), pinned(lock.BUILD)
    assert {"setuptools", "numpy"} <= build.keys() & run.keys()
    assert all(build[name] == run[name] for name in build.keys() & run.keys())
    assert set(lock.BUILD_TOOLS) <= build.keys()


def test_pytorch_has_the_hashes_of_both_builds():
    version, hashes = pinned(lock.RUN)["torch"]
    cpu, of_cpu = pinned(lock.CPU)["torch"]
    assert (str(version), str(cpu)) == (lock.TORCH, f"{lock.TORCH}+cpu")
    assert set(of_cpu) < set(hashes)


def test_make_installs_nothing_without_a_hash():
    makefile = (HOME / "Makefile").read_text(encoding="utf-8")
    [install] = re.findall(r"^INSTALL := (.*)", makefile, re.MULTILINE)
    assert {"--require-hashes", "--no-deps", "--no-build-isolation"} <= set(install.split())
    commands = re.findall(r"\$\((PIP|INSTALL)\) ([^$\n]*)", makefile.replace(install, ""))
    installs = [line for name, line in commands if name == "INSTALL" or "install" in line]
    files = [re.findall(r"-r (\S+)", line) for line in installs]
    assert sorted(name for names in files for name in names) == LOCKS
    [own] = [line.strip() for line, names in zip(installs, files, strict=True) if not names]
    assert own == "install --no-deps --no-build-isolation -e ."
