"""What the checks of the code share: one record per fault, one line each, and the exit status."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Fault:
    """One breach of a rule."""

    path: str
    line: int
    rule: str
    excerpt: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.rule}: {self.excerpt}"


def print_faults(faults: Iterable[Fault]) -> int:
    """Print one line per fault; the exit status is 1 when there is one."""
    lines = [f"{fault}\n" for fault in faults]
    sys.stdout.writelines(lines)
    return int(bool(lines))
