"""Download one pinned source distribution with pip, and nothing else."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from firmsim.errors import PriceError

BACKEND = """
import sys
from pathlib import Path

__legacy__ = sys.modules[__name__]  # where an archive names no backend


def prepare_metadata_for_build_wheel(folder, settings=None):
    made = Path(folder, "{package}-{version}.dist-info")
    made.mkdir()
    metadata = "Metadata-Version: 2.1\\nName: {package}\\nVersion: {version}\\n"
    Path(made, "METADATA").write_text(metadata, encoding="utf-8")
    return made.name
"""
"""Build backend that knows name and version without looking at the archive."""

CAUSE = re.compile(
    r"(?:Could not fetch URL|connection broken by|WARNING: The repository located at) .*"
)
"""What pip says, at length, about an index that gives nothing."""

COMPLAINT = re.compile(r"(?:ERROR: (?!Exception:)|(?=[\w.]+Error: ))(.*)")
"""Last words of pip, or last line of its traceback."""

LOCAL = ("No space left", "Disk quota", "Permission denied", "Read-only", "File too large")
"""Words of the complaints of pip that are about this machine's disk."""


def download_distribution(package: str, version: str, digest: str, folder: Path) -> Path:
    """Let pip download a source distribution whose SHA-256 is known.

    pip serves the file with its own index, proxy, certificates and credentials. To learn the
    version of a source distribution, pip asks its build backend, and installs what the backend
    needs. Here a stand-in answers instead of setuptools: nothing else is downloaded, and no code of
    the archive runs.

    Parameters
    ----------
    package, version : str
        Name and version on the package index; the build backend is setuptools.
    digest : str
        SHA-256 of the file, in hexadecimal.
    folder : Path
        Empty folder for the file.

    Returns
    -------
    Path
        The file, which has the digest.

    Raises
    ------
    PriceError
        pip failed; its own reason is quoted.
    """
    name = f"{package}-{version}.tar.gz"
    stand_in = folder / "stand_in" / "setuptools"
    stand_in.mkdir(parents=True)
    (stand_in / "__init__.py").touch()
    backend = BACKEND.format(package=package, version=version)
    (stand_in / "build_meta.py").write_text(backend, encoding="utf-8")
    wanted = folder / "requirements.txt"
    wanted.write_text(f"{package}=={version} --hash=sha256:{digest}\n", encoding="utf-8")
    paths = [str(stand_in.parent), os.environ.get("PYTHONPATH", "")]
    command = [sys.executable, "-m", "pip", "download", "-vv", "--no-input", "--no-deps"]
    command += ["--no-build-isolation", "--use-pep517", "--no-binary", package]
    command += ["--require-hashes", "-r", str(wanted), "-d", str(folder)]
    command += ["--disable-pip-version-check", "--progress-bar", "off"]
    ended = subprocess.run(  # noqa: S603 - every argument is ours
        command,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if ended.returncode:
        message = f"{name} could not be downloaded: {_why(ended.stdout, digest)}"
        raise PriceError(message)
    if not (folder / name).is_file():
        message = f"pip ended well but left no {name}; update pip and run again"
        raise PriceError(message)
    return folder / name


def _why(said: str, digest: str) -> str:
    """Last complaint of pip and what to do, in one line."""
    if "DO NOT MATCH THE HASHES" in said:
        got = re.search(r"Got\s+([0-9a-f]{64})", said)
        found = got[1] if got else "another one"
        return f"its sha256 is {found}, expected {digest}; do not use that package index"
    lines = [line.strip() for line in said.splitlines() if line.strip()] or ["no reason given"]
    errors = [found[1] for line in lines if (found := COMPLAINT.match(line))]
    reason = errors[-1] if errors else lines[-1]
    if any(words in reason for words in LOCAL):
        folder = tempfile.gettempdir()
        return f"pip says '{reason}'; make room in {folder}, or name another folder in TMPDIR"
    causes = [found[0] for line in lines if (found := CAUSE.search(line))]
    first = f", after '{re.sub(r'<[^>]*>: ', '', causes[-1])}'" if causes else ""
    advice = "is this machine online, and is pip's index right (pip config list)?"
    return f"pip says '{reason}'{first}; {advice}"
