"""What jobs report when they fail, kept until the run ends."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from firmsim.config.locate import located
from firmsim.errors import FirmsimError


def note_failure(file: Path, error: FirmsimError, sections: Sequence[str]) -> None:
    """Append the error of a job to a file.

    Parameters
    ----------
    file : Path
        One line of JSON per error.
    error : FirmsimError
        The error.
    sections : sequence of str
        Sections of the configuration that the job reads, for
        :func:`firmsim.config.locate.located`.
    """
    entry = {"message": str(error), "parameter": error.parameter, "sections": list(sections)}
    with file.open("a", encoding="utf-8") as lines:
        lines.write(json.dumps(entry) + "\n")


def failure_lines(file: Path, values: Mapping[str, Any], files: Sequence[str | Path]) -> list[str]:
    """Read the errors that jobs left, each with the key, the file and the line at fault.

    Parameters
    ----------
    file : Path
        File of :func:`note_failure`; it need not exist.
    values, files : mapping, sequence of path
        As for :func:`firmsim.config.load.load_config`.

    Returns
    -------
    list of str
        One line per error, each error once.
    """
    if not file.exists():
        return []
    lines = []
    for line in file.read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        error = FirmsimError(entry["message"], entry["parameter"])
        lines.append(f"error: {located(error, values, files, entry['sections'])}")
    return list(dict.fromkeys(lines))
