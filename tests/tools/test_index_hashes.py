"""Hashes from pip's own index: every wheel, the source only where a platform has no wheel."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from package_index import PackageIndex, serving

TOOL = Path(__file__).resolve().parents[2] / "tools" / "index_hashes.py"
FIRST, SECOND = "1" * 64, "2" * 64
WHEEL = "a-1.0-py3-none-any.whl"


def listed(index: PackageIndex, packages: list[str], folder: Path) -> subprocess.CompletedProcess:
    """Answer of the tool about version 1.0 of some packages, with files also in a folder."""
    with serving(index):
        ours = {"PIP_CONFIG_FILE": os.devnull, "PIP_INDEX_URL": index.url}
        ours |= {"PIP_FIND_LINKS": str(folder), "PIP_RETRIES": "0"}
        kept = {name: value for name, value in os.environ.items() if "PIP_" not in name}
        return subprocess.run(
            [sys.executable, TOOL],
            input=json.dumps(dict.fromkeys(packages, "1.0")),
            capture_output=True,
            text=True,
            env={**kept, **ours},
            check=False,
        )


@pytest.mark.parametrize("html", [False, True], ids=["json", "html"])
def test_wheels_are_listed_and_a_source_where_a_platform_has_no_wheel(tmp_path, html):
    pure = {"a_b-1.0-py3-none-any.whl": FIRST}
    linux = {"linux-1.0-cp311-cp311-manylinux_2_17_x86_64.whl": FIRST}
    both = {"both-1.0-cp311-abi3-win_amd64.whl": FIRST, "both-1.0-py3-none-any.whl": SECOND}
    held = {
        "a-b": {**pure, "a_b-1.0.tar.gz": SECOND, "a_b-1.1-py3-none-any.whl": SECOND},
        "linux": {**linux, "linux-1.0.tar.gz": SECOND},
        "both": {**both, "both-1.0.zip": SECOND},
        "source": {"source-1.0.tar.gz": FIRST, "source-1.0.exe": SECOND},
    }
    files = {
        package: {name: (b"", digest) for name, digest in of_one.items()}
        for package, of_one in held.items()
    }
    ended = listed(PackageIndex(files, html), [*held], tmp_path)
    assert json.loads(ended.stdout) == {
        "a-b": pure,
        "linux": held["linux"],
        "both": both,
        "source": {"source-1.0.tar.gz": FIRST},
    }


def test_files_of_a_folder_are_hashed(tmp_path):
    (tmp_path / WHEEL).write_bytes(b"abc")
    digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    ended = listed(PackageIndex({}), ["a"], tmp_path)
    assert json.loads(ended.stdout) == {"a": {WHEEL: digest}}


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({WHEEL: (b"", FIRST)}, f"{WHEEL} has two hashes: check each index that pip uses"),
        ({"a-1.0.tar.gz": (b"", "")}, "the index that holds a-1.0.tar.gz gives no SHA-256"),
        ({}, "no index that pip uses holds a==1.0"),
    ],
)
def test_doubt_stops_the_lock(tmp_path, files, message):
    if WHEEL in files:
        (tmp_path / WHEEL).write_bytes(b"abc")
    ended = listed(PackageIndex({"a": files}), ["a"], tmp_path)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.strip().splitlines()[-1] == f"error: {message}"
