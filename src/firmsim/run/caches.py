"""A folder for caches, where that of the user cannot be written."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import MutableMapping
from pathlib import Path

CACHES = "XDG_CACHE_HOME"
"""Variable that Snakemake, matplotlib and yfinance take their folder of caches from."""


def use_writable_caches(environment: MutableMapping[str, str] = os.environ) -> Path:
    """Name another folder of caches when the present one cannot be written.

    Snakemake ends in a traceback otherwise: where the home folder is read-only, as in containers
    and on clusters, or belongs to somebody else.

    Parameters
    ----------
    environment : mapping
        Variables of this process and of the jobs it starts.

    Returns
    -------
    Path
        Folder of caches; a temporary one is removed when the process ends.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     use_writable_caches({"XDG_CACHE_HOME": folder}) == Path(folder)
    True
    """
    given = environment.get(CACHES, "").strip()
    folder = Path(given) if given else Path("~/.cache").expanduser()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except (OSError, RuntimeError):  # RuntimeError: there is no home folder
        other = tempfile.mkdtemp(prefix="firmsim-caches-")
    atexit.register(shutil.rmtree, other, ignore_errors=True)
    environment[CACHES] = other
    return Path(other)
