"""The table of comparators in docs/method.md and their list in config/evaluation.yaml.

    python tools/comparators.py [--check]

writes both from the registry, `firmsim.similarity.comparators`. With ``--check`` it writes nothing,
prints one line per stale file, and exits with 1 when there is one.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from firmsim.similarity.comparators import COMPARATORS
from generated import HOME, between, write_or_check

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


def made(home: Path = HOME) -> dict[Path, str]:
    """Files of a project's folder and what they should hold."""
    page = (home / PAGE).read_text(encoding="utf-8")
    evaluation = (home / EVALUATION).read_text(encoding="utf-8")
    return {
        home / PAGE: between(page, *PAGE_MARKS, table()),
        home / EVALUATION: between(evaluation, *LIST_MARKS, evaluation_list()),
    }


def main(arguments: Sequence[str] | None = None, home: Path = HOME) -> int:
    """Write the files, or check them; see :func:`generated.write_or_check`."""
    return write_or_check(__doc__.splitlines()[0], made, arguments, home)


if __name__ == "__main__":
    sys.exit(main())
