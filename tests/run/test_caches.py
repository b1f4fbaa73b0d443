"""Caches go elsewhere when the user's folder cannot be written."""

import pytest

from firmsim.run.caches import CACHES, use_writable_caches


def test_a_folder_that_can_be_written_stays(tmp_path):
    environment = {CACHES: str(tmp_path / "new")}
    assert use_writable_caches(environment) == tmp_path / "new"
    assert environment == {CACHES: str(tmp_path / "new")}
    assert not list((tmp_path / "new").iterdir())


@pytest.mark.parametrize("place", ["file", "file/below", "/proc/none", "a" * 300])
def test_another_folder_is_used(tmp_path, monkeypatch, place):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").touch()
    environment = {CACHES: place}
    folder = use_writable_caches(environment)
    assert environment[CACHES] == str(folder)
    assert folder.is_dir()
    assert not list(folder.iterdir())


def test_the_home_folder_counts_where_nothing_is_set(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert use_writable_caches({}) == tmp_path / ".cache"
