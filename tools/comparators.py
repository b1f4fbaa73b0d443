"""The table of comparators in docs/method.md and their list in config/evaluation.yaml.

    python tools/comparators.py [--check]

writes both from the registry, `firmsim.similarity.comparators`. With ``--check`` it writes nothing,
prints one line per stale file, and exits with 1 when there is one.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from firmsim.similarity.comparators import COMPARATORS

HOME = Path(__file__).resolve().parent.parent
PAGE = Path("docs/method.md")
EVALUATION = Path("config/evaluation.yaml")
PAGE_MARKS = "<!-- comparators: begin -->\n", "<!-- comparators: end -->"
LIST_MARKS = "    # comparators: begin (make schema)\n", "    # comparators: end"


def table() -> str:
    """Every comparator, one row each, in Markdown; * marks those of the default list."""
    rows = ["| name | score | formula | source | seconds |", "|---" * 5 + "|"]
    for name, comparator in COMPARATORS.items():
        star = " *" if comparator.default else ""
        cells = [f"`{name}`{star}", comparator.title, f"`{comparator.formula}`"]
        cells += [comparator.reference, f"{comparator.seconds:g}"]
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows) + "\n"


def evaluation_list() -> str:
    """Comparators whose packages are all in the lock, as a YAML list."""
    names = [name for name, comparator in COMPARATORS.items() if not comparator.package]
    return "".join(f"    - {name}\n" for name in names)


def between(text: str, marks: tuple[str, str], made: str) -> str:
    """Put text between two marks."""
    before, rest = text.split(marks[0])
    after = rest.split(marks[1], 1)[1]
    return f"{before}{marks[0]}{made}{marks[1]}{after}"


def made(home: Path = HOME) -> dict[Path, str]:
    """Files of a project's folder and what they should hold."""
    page = (home / PAGE).read_text(encoding="utf-8")
    evaluation = (home / EVALUATION).read_text(encoding="utf-8")
    return {
        home / PAGE: between(page, PAGE_MARKS, table()),
        home / EVALUATION: between(evaluation, LIST_MARKS, evaluation_list()),
    }


def main(arguments: Sequence[str] | None = None, home: Path = HOME) -> int:
    """Write the files, or check that they are up to date.

    Parameters
    ----------
    arguments : sequence of str, optional
        Options; those of the command line by default.
    home : Path
        The project's folder.

    Returns
    -------
    int
        Exit status.
    """
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
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


if __name__ == "__main__":
    sys.exit(main())
