"""Atomic writes: whole or not at all, whoever else writes the same file."""

import subprocess
import sys

import pytest

from firmsim.files import atomic


def listing(folder):
    return sorted(path.name for path in folder.iterdir())


def test_success_replaces_the_file_and_leaves_nothing_else(tmp_path):
    path = tmp_path / "new" / "folder" / "file.txt"
    for content in ("first", "second"):
        with atomic(path) as temporary:
            assert temporary.parent == path.parent  # a rename across file systems is not atomic
            temporary.write_text(content)
            assert not path.exists() or path.read_text() == "first"
        assert path.read_text() == content
    assert listing(path.parent) == ["file.txt"]


@pytest.mark.parametrize("failure", [ValueError, KeyboardInterrupt])
def test_failure_leaves_the_old_file_and_no_part(tmp_path, failure):
    path = tmp_path / "file.txt"
    path.write_text("old")
    with pytest.raises(failure), atomic(path) as temporary:  # noqa: PT012
        temporary.write_text("half")
        raise failure
    assert path.read_text() == "old"
    assert listing(tmp_path) == ["file.txt"]


def test_failure_before_the_first_byte_leaves_nothing(tmp_path):
    with pytest.raises(ValueError, match="early"), atomic(tmp_path / "file.txt"):
        raise ValueError("early")
    assert listing(tmp_path) == []


def test_two_writers_have_temporary_files_of_their_own(tmp_path):
    path = tmp_path / "file.txt"
    with atomic(path) as first, atomic(path) as second:
        assert first != second
        first.write_text("first")
        second.write_text("second")
        assert path.exists() is False
    assert path.read_text() == "first"  # renamed last
    assert listing(tmp_path) == ["file.txt"]


def test_a_long_name_is_no_longer_for_being_temporary(tmp_path):
    path = tmp_path / ("a" * 250 + ".txt")
    with atomic(path) as temporary:
        temporary.write_text("done")
    assert path.read_text() == "done"


def test_permissions_are_those_of_any_new_file(tmp_path):
    with atomic(tmp_path / "file.txt") as temporary:
        temporary.write_text("done")
    (tmp_path / "plain.txt").write_text("plain")
    modes = {(tmp_path / name).stat().st_mode for name in ("file.txt", "plain.txt")}
    assert len(modes) == 1


WRITER = """
import sys
from pathlib import Path
from firmsim.files import atomic
path, letter = Path(sys.argv[1]), sys.argv[2]
for _ in range(60):
    with atomic(path) as temporary:
        with temporary.open("w") as file:
            for _ in range(50):
                file.write(letter * 1000)
                file.flush()
"""


def test_readers_never_see_a_mixture_of_two_writers(tmp_path):
    path = tmp_path / "file.txt"
    command = [sys.executable, "-c", WRITER, path]
    writers = [subprocess.Popen([*command, letter]) for letter in "ab"]
    seen = set()
    while any(writer.poll() is None for writer in writers):
        if path.exists():
            seen.add(path.read_text())
    assert [writer.returncode for writer in writers] == [0, 0]
    assert seen <= {"a" * 50_000, "b" * 50_000}
    assert seen
    assert listing(tmp_path) == ["file.txt"]
