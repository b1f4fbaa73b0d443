"""What the writers of generated text share: text between two marks, and a check for stale files."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

HOME = Path(__file__).resolve().parent.parent
"""The project's folder."""


def between(text: str, begin: str, end: str, made: str) -> str:
    """Put made text between two marks of a text; the marks stay."""
    before, rest = text.split(begin)
    after = rest.split(end, 1)[1]
    return f"{before}{begin}{made}{end}{after}"


def write_or_check(
    about: str,
    made: Callable[[Path], Mapping[Path, str]],
    arguments: Sequence[str] | None = None,
    home: Path = HOME,
) -> int:
    """Write generated files, or check that they are up to date.

    Parameters
    ----------
    about : str
        Description of the command.
    made : callable
        Maps the project's folder to its generated files and what they should hold.
    arguments : sequence of str, optional
        Options; those of the command line by default. With ``--check`` nothing is written, and a
        line names each stale file.
    home : Path
        The project's folder.

    Returns
    -------
    int
        Exit status: 1 when a check finds a stale file.
    """
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--check", action="store_true", help="write nothing, name what differs")
    check = parser.parse_args(arguments).check
    stale = 0
    for path, text in made(home).items():
        if path.read_text(encoding="utf-8") == text:
            continue
        if check:
            stale = 1
            sys.stdout.write(f"{path.relative_to(home)}: is out of date; run `make schema`\n")
        else:
            path.write_text(text, encoding="utf-8")
    return stale
