"""The list of a run's files in docs/reference/files.md.

    python tools/result_files.py [--check]

writes it from what the targets ask for, `firmsim.run.targets` and `trainers.paths`. With
``--check`` it writes nothing, prints one line per stale file, and exits with 1 when there is one.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from firmsim.run.targets import FILES
from generated import HOME, between, write_or_check

sys.path.append(str(HOME / "studies"))

from trainers.paths import FILES as STUDY_FILES

PAGE = Path("docs/reference/files.md")
MARKS = "<!-- files: begin -->\n", "<!-- files: end -->"


def table() -> str:
    """Every kind of file, one row each, in Markdown."""
    rows = ["| file | what it holds | made by |", "|---" * 3 + "|"]
    rows += (_row(file.pattern, file.holds, file.targets) for file in FILES)
    rows += (_row(pattern, holds, ["trainers"]) for pattern, holds in STUDY_FILES.items())
    return "\n".join(rows) + "\n"


def made(home: Path = HOME) -> dict[Path, str]:
    """The page of a project's folder and what it should hold."""
    return {home / PAGE: between((home / PAGE).read_text(encoding="utf-8"), *MARKS, table())}


def main(arguments: Sequence[str] | None = None, home: Path = HOME) -> int:
    """Write the page, or check it; see :func:`generated.write_or_check`."""
    return write_or_check(__doc__.splitlines()[0], made, arguments, home)


def _row(pattern: str, holds: str, targets: Iterable[str]) -> str:
    """One row of the table."""
    return f"| `{pattern}` | {holds} | {', '.join(f'`{target}`' for target in targets)} |"


if __name__ == "__main__":
    sys.exit(main())
