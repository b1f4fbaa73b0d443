"""A file that is not what was written is never read in silence, and never ends in a traceback."""

import shlex

import pandas as pd
import pytest

from firmsim.files import (
    DamagedFileError,
    read_csv,
    read_json,
    read_parquet,
    verify,
    write_csv,
    write_json,
    write_parquet,
    write_text,
)
from firmsim.files.integrity import checksum_file

DAYS = pd.date_range("2020-01-01", periods=400, name="date")
TABLE = pd.DataFrame({f"F{k}": [1.0 + k + day / 7 for day in range(400)] for k in range(9)})
FORMATS = {
    "csv": (lambda path: write_csv(TABLE, path), read_csv),
    "numbers": (lambda path: write_csv(TABLE, path), lambda path: read_csv(path, dtype={})),
    "json": (lambda path: write_json({"rows": TABLE.to_dict("list")}, path), read_json),
    "parquet": (lambda path: write_parquet(TABLE.set_index(DAYS), path), read_parquet),
    "page": (lambda path: write_text("<p>" * 5000, path), verify),
}


def flipped(content, at):
    changed = bytearray(content)
    changed[at] ^= 1
    return bytes(changed)


DAMAGES = {
    "cut in half": lambda content: content[: len(content) // 2],
    "cut at a line": lambda content: (
        content[: content.rindex(b"\n", 0, len(content) // 2) + 1]
        if b"\n" in content[: len(content) // 2]
        else content[:-1]
    ),
    "without its last byte": lambda content: content[:-1],
    "empty": lambda content: b"",
    "zeros in the middle": lambda content: (
        content[: len(content) // 2 - 100] + bytes(200) + content[len(content) // 2 + 100 :]
    ),
    "all zeros": lambda content: bytes(len(content)),
    "a bit near the start": lambda content: flipped(content, 9),
    "a bit in the middle": lambda content: flipped(content, len(content) // 2),
    "a bit near the end": lambda content: flipped(content, len(content) - 3),
    "more after its end": lambda content: content + b"\n1,2,3\n",
    "another format": lambda content: b"\x89PNG\r\n\x1a\n" * 50,
}


@pytest.fixture(params=FORMATS)
def written(request, tmp_path):
    write, read = FORMATS[request.param]
    path = tmp_path / "a folder" / f"file.{request.param}"
    write(path)
    return path, read


def refused(path, read):
    with pytest.raises(DamagedFileError) as error:
        read(path)
    text = str(error.value)
    assert text.startswith(f"{path}: ")
    assert len(text.splitlines()) == 1
    assert text.endswith(f"rm {shlex.quote(str(path))}")


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_refused(written, damage):
    path, read = written
    read(path)
    path.write_bytes(DAMAGES[damage](path.read_bytes()))
    refused(path, read)


@pytest.mark.parametrize("damage", ["cut in half", "empty", "zeros in the middle", "all zeros"])
def test_gross_damage_is_refused_without_a_checksum(written, damage):
    """A file that was copied without its checksum has the checks of its format."""
    path, read = written
    if read is verify:
        pytest.skip("a page is only read by people")
    checksum_file(path).unlink()
    read(path)
    path.write_bytes(DAMAGES[damage](path.read_bytes()))
    refused(path, read)


@pytest.mark.parametrize("at", range(4, 2000, 37))
def test_page_checksums_tell_a_flipped_bit_of_the_data(tmp_path, at):
    path = tmp_path / "file.parquet"
    write_parquet(TABLE.set_index(DAYS), path)
    checksum_file(path).unlink()
    path.write_bytes(flipped(path.read_bytes(), at))
    try:
        back = read_parquet(path)
    except DamagedFileError:
        return
    pd.testing.assert_frame_equal(back, TABLE.set_index(DAYS), check_freq=False)


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe", b"0" * 64, b"0" * 64 + b"  other\n", b"g" * 64 + b"  file\n"]
)
def test_a_damaged_checksum_is_no_checksum(written, content):
    path, read = written
    checksum_file(path).write_bytes(content)
    refused(path, read)


def test_the_checksum_is_that_of_sha256sum(tmp_path):
    write_text("abc", tmp_path / "file.txt")
    hashed = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert (tmp_path / ".file.txt.sha256").read_text() == f"{hashed}  file.txt\n"


def test_a_file_that_is_not_there_is_not_called_damaged(written):
    path, read = written
    path.unlink()
    with pytest.raises(FileNotFoundError):
        read(path)


def test_the_checksum_is_there_before_the_file(tmp_path, monkeypatch):
    """A kill between the two leaves no file that fails its check."""
    path = tmp_path / "file.txt"
    write_text("old", path)
    path.unlink()  # as Snakemake does before it makes a file again
    replaced = []
    rename = type(path).replace

    def replace(self, target):
        replaced.append(target.name)
        return rename(self, target)

    monkeypatch.setattr(type(path), "replace", replace)
    write_text("new", path)
    assert replaced == [".file.txt.sha256", "file.txt"]
