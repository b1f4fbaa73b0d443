"""The download of one source distribution: one file, with pip's own settings, nothing run."""

import hashlib
import io
import os
import resource
import tarfile

import pytest

from firmsim.errors import PriceError
from firmsim.prices.sources.distribution import download_distribution
from package_index import PackageIndex, serving

NAME = "prices-1.0.tar.gz"
PROJECT = '[build-system]\nrequires = ["trap"]\nbuild-backend = "setuptools.build_meta"\n'


@pytest.fixture
def archive(tmp_path) -> bytes:
    """A source distribution that asks for another package, and leaves a mark where it runs."""
    content = io.BytesIO()
    members = {
        "PKG-INFO": "Metadata-Version: 2.1\nName: prices\nVersion: 1.0\n",
        "pyproject.toml": PROJECT,
        "setup.py": f"open({str(tmp_path / 'ran')!r}, 'w')",
        "data": "".join(chr(65 + n * n % 61) for n in range(50_000)),
    }
    with tarfile.open(fileobj=content, mode="w:gz") as packed:
        for name, text in members.items():
            member = tarfile.TarInfo(f"prices-1.0/{name}")
            member.size = len(text)
            packed.addfile(member, io.BytesIO(text.encode()))
    return content.getvalue()


@pytest.fixture
def digest(archive) -> str:
    return hashlib.sha256(archive).hexdigest()


@pytest.fixture(autouse=True)
def _pip_of_the_test(monkeypatch):
    """pip without the settings of this machine."""
    for name in [*os.environ]:
        if name.startswith("PIP_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_CACHE_DIR", "1")
    monkeypatch.setenv("PIP_RETRIES", "0")


def refused(tmp_path, digest) -> str:
    """What the user reads when the download fails: one line."""
    folder = tmp_path / "folder"
    folder.mkdir()
    with pytest.raises(PriceError) as caught:
        download_distribution("prices", "1.0", digest, folder)
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith(f"{NAME} could not be downloaded: ")
    return message


@pytest.mark.parametrize("html", [False, True], ids=["json", "html"])
def test_only_the_file_is_downloaded_and_nothing_of_it_runs(
    tmp_path, monkeypatch, archive, digest, html
):
    trap = {"trap-1.0-py3-none-any.whl": (b"", "0" * 64)}
    with serving(PackageIndex({"prices": {NAME: (archive, digest)}, "trap": trap}, html)) as index:
        monkeypatch.setenv("PIP_INDEX_URL", index.url)
        fetched = download_distribution("prices", "1.0", digest, tmp_path)
    assert fetched == tmp_path / NAME
    assert fetched.read_bytes() == archive
    assert index.paths == ["/simple/prices/", f"/files/prices/{NAME}"]
    assert not (tmp_path / "ran").exists()


def test_proxy_and_password_of_pip_are_used(tmp_path, monkeypatch, archive, digest):
    files = {"prices": {NAME: (archive, digest)}}
    with serving(PackageIndex(files, login="me:secret")) as index:
        monkeypatch.setenv("PIP_INDEX_URL", "http://me:secret@index.test/simple")
        monkeypatch.setenv("PIP_TRUSTED_HOST", "index.test")
        monkeypatch.setenv("PIP_PROXY", f"http://127.0.0.1:{index.port}")
        download_distribution("prices", "1.0", digest, tmp_path)
    assert index.paths[-1] == f"http://index.test/files/prices/{NAME}"


def test_a_wrong_password_is_the_reason_and_is_not_shown(tmp_path, monkeypatch, archive, digest):
    files = {"prices": {NAME: (archive, digest)}}
    with serving(PackageIndex(files, login="me:secret")) as index:
        monkeypatch.setenv("PIP_INDEX_URL", index.url.replace("//", "//me:guess@"))
        message = refused(tmp_path, digest)
    assert "401 Client Error: Unauthorized for url" in message
    assert "guess" not in message


def test_a_file_that_is_gone_is_named(tmp_path, monkeypatch, digest):
    with serving(PackageIndex({"prices": {NAME: (None, digest)}})) as index:
        monkeypatch.setenv("PIP_INDEX_URL", index.url)
        assert "404" in refused(tmp_path, digest)


def test_another_file_is_refused_with_its_digest(tmp_path, monkeypatch, archive, digest):
    with serving(PackageIndex({"prices": {NAME: (archive + b"1", digest)}})) as index:
        monkeypatch.setenv("PIP_INDEX_URL", index.url)
        message = refused(tmp_path, digest)
    found = hashlib.sha256(archive + b"1").hexdigest()
    wanted = f"its sha256 is {found}, expected {digest}; do not use that package index"
    assert message.endswith(wanted)


def test_a_proxy_that_does_not_answer_is_the_reason(tmp_path, monkeypatch, digest):
    monkeypatch.setenv("PIP_INDEX_URL", "http://index.test/simple")
    monkeypatch.setenv("PIP_TRUSTED_HOST", "index.test")
    monkeypatch.setenv("PIP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("PIP_RETRIES", "1")
    message = refused(tmp_path, digest)
    assert "'No matching distribution found for prices==1.0', after 'Could not fetch URL" in message
    assert "Cannot connect to proxy" in message
    assert message.endswith("is this machine online, and is pip's index right (pip config list)?")


def test_a_full_disk_is_not_blamed_on_the_network(tmp_path, monkeypatch, archive, digest):
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    with serving(PackageIndex({"prices": {NAME: (archive, digest)}})) as index:
        monkeypatch.setenv("PIP_INDEX_URL", index.url)
        resource.setrlimit(resource.RLIMIT_FSIZE, (len(archive) - 1, limits[1]))
        try:
            message = refused(tmp_path, digest)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert "File too large'; make room in " in message
    assert "online" not in message
