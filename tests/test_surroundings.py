"""What the machine refuses is one line with the file and the remedy."""

import errno
import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import torch
from safetensors.torch import save_file

from firmsim.files import atomic, write_csv
from firmsim.surroundings import LowMemoryError, MachineError, chained, machine_error

FULL = "/dev/full"
needs_full = pytest.mark.skipif(not os.path.exists(FULL), reason="no /dev/full here")  # noqa: PTH110


def said(action, path=None):
    """Line on what an action raises."""
    with pytest.raises(Exception) as raised:  # noqa: PT011
        action()
    found = machine_error(raised.value, path)
    assert found is not None, repr(raised.value)
    assert "\n" not in str(found)
    return found


WRITERS = {
    "text": lambda path: path.write_text("x"),
    "csv": lambda path: pd.DataFrame({"a": [1]}).to_csv(path),
    "parquet": lambda path: pd.DataFrame({"a": [1]}).to_parquet(path),
    "safetensors": lambda path: save_file({"a": torch.ones(1)}, path),
}


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize("number", [errno.EISDIR, errno.ENAMETOOLONG])
def test_every_writer_names_file_and_remedy(tmp_path, writer, number):
    (tmp_path / "folder").mkdir()
    path = {
        errno.EISDIR: tmp_path / "folder",
        errno.ENAMETOOLONG: tmp_path / ("a" * 300),
    }[number]
    found = said(lambda: WRITERS[writer](path), path)
    assert str(found).startswith(f"{path} cannot be used ({os.strerror(number)}); ")


@needs_full
@pytest.mark.parametrize("writer", ["text", "csv"])
def test_full_disk(writer, tmp_path):
    path = tmp_path / "a"
    path.symlink_to(FULL)
    line = str(said(lambda: WRITERS[writer](path), path))
    assert line.startswith(f"{path} cannot be written (No space left on device); free disk space")


@pytest.mark.parametrize(
    "name",
    [
        *("ENOSPC", "EDQUOT", "EFBIG", "EROFS", "EACCES", "EPERM", "EMFILE", "ENFILE", "EIO"),
        *("ENAMETOOLONG", "EISDIR", "ENOTDIR", "EEXIST", "ENOENT", "ELOOP", "ESTALE"),
    ],
)
def test_every_number_has_a_remedy(name):
    number = getattr(errno, name)
    line = str(machine_error(OSError(number, os.strerror(number), "results/a.csv")))
    assert line.startswith("results/a.csv cannot be ")
    assert f"({os.strerror(number)}); " in line


def test_numbers_in_words_only():
    text = "Error while serializing: I/O error: No space left on device (os error 28)"
    assert "a.csv cannot be written (No space" in str(machine_error(RuntimeError(text), "a.csv"))


ABSURD = {
    "numpy": lambda: np.ones((10**7, 10**7)),
    "python": lambda: bytearray(1 << 60),
    "arrow": lambda: pa.allocate_buffer(1 << 60),
    "torch": lambda: torch.ones(1 << 58),
    "torch layer": lambda: torch.nn.Linear(1 << 29, 1 << 29),
    "pandas": lambda: pd.DataFrame(np.ones((1, 1))).reindex(range(1 << 48)),
}


@pytest.mark.parametrize("library", ABSURD)
def test_memory_of_every_library(library):
    found = said(ABSURD[library])
    assert isinstance(found, LowMemoryError)
    assert str(found).startswith("not enough memory")


def test_memory_says_what_to_do():
    line = str(machine_error(MemoryError("Unable to allocate 7.28 TiB"), less="lower it"))
    assert line == "not enough memory (Unable to allocate 7.28 TiB); lower it"


def test_too_many_open_files():
    code = """
import resource
from firmsim.surroundings import machine_error
resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))
try:
    open("a.csv", "w")
except OSError as error:
    print(machine_error(error))
"""
    printed = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout
    assert printed.startswith("a.csv cannot be used (Too many open files); raise the limit on open")


@pytest.mark.parametrize("error", [ValueError("x"), OSError("x"), KeyError(1), TimeoutError()])
def test_other_errors_stay_what_they_are(error):
    assert machine_error(error) is None
    assert chained(error) is None


def test_the_cause_counts_and_a_circle_ends():
    outer, inner = RuntimeError("job"), OSError(errno.ENOSPC, "full", "a.csv")
    outer.__context__, inner.__context__ = inner, outer
    assert isinstance(chained(outer), MachineError)
    inner.errno = None
    assert chained(outer) is None


@needs_full
def test_an_atomic_write_names_the_file_that_was_wanted(tmp_path):
    path = tmp_path / "a.csv"
    with pytest.raises(OSError, match="No space") as raised, atomic(path) as temporary:  # noqa: PT012
        temporary.symlink_to(FULL)
        temporary.write_text("x")
    assert str(machine_error(raised.value)).startswith(f"{path} cannot be written (No space")


def test_an_atomic_write_names_a_file_in_the_place_of_its_folder(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="Not a directory") as raised:
        write_csv(pd.DataFrame(), tmp_path / "file" / "below" / "a.csv")
    assert "rename or remove the file" in str(machine_error(raised.value))
