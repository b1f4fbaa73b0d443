"""Table of `make mutants`: how many mutants of each room the tests kill.

Usage:
    python tools/mutants.py               table of what has been tested so far
    python tools/mutants.py --sample 100  names of 100 random mutants a room
"""

import argparse
import json
import random
from collections import Counter, defaultdict
from pathlib import Path

from scipy.stats import binomtest

MUTANTS = Path("mutants/src/firmsim")
SEED = 16
# exit statuses of mutmut's workers, and what they mean; any other is a kill
NOT_TESTED, SURVIVED, WITHOUT_TEST = None, 0, 33
TIMEOUTS = {24, -24, 36, 152, 255}


def statuses(folder: Path) -> dict[str, dict[str, int | None]]:
    """Exit status of each mutant, by room; None if not tested."""
    rooms: dict[str, dict[str, int | None]] = defaultdict(dict)
    for file in sorted(folder.rglob("*.meta")):
        room = str(file.parent.relative_to(folder))
        rooms[room] |= json.loads(file.read_text("utf-8"))["exit_code_by_key"]
    return rooms


def table(rooms: dict[str, dict[str, int | None]]) -> str:
    """Markdown table with one row per room; a share of a sample has its 95% interval."""
    lines = [
        "| room | mutants | tested | killed | timeout | survived | killed or timeout |",
        "|---|---|---|---|---|---|---|",
    ]
    for room, codes in rooms.items():
        counts = Counter(code for code in codes.values() if code is not NOT_TESTED)
        tested = counts.total()
        if not tested:
            lines.append(f"| `{room}/` | {len(codes)} | 0 | | | | |")
            continue
        survived = counts[SURVIVED] + counts[WITHOUT_TEST]
        timeout = sum(counts[code] for code in TIMEOUTS)
        share = f"{1 - survived / tested:.1%}"
        if tested < len(codes):
            low, high = binomtest(tested - survived, tested).proportion_ci(method="wilson")
            share += f" ({low:.0%} to {high:.0%})"
        killed = tested - survived - timeout
        lines.append(
            f"| `{room}/` | {len(codes)} | {tested} | {killed} | {timeout} | {survived} | {share} |"
        )
    return "\n".join(lines)


def sample(rooms: dict[str, dict[str, int | None]], count: int, seed: int) -> list[str]:
    """Names of `count` mutants a room, or of all where a room has fewer."""
    names: list[str] = []
    for codes in rooms.values():
        drawn = random.Random(seed)  # noqa: S311 - a sample, no secret
        names += drawn.sample(sorted(codes), min(count, len(codes)))
    return names


def main() -> None:
    """Print the table, or the names of a sample."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sample", type=int, metavar="N", help="print N mutants a room")
    parser.add_argument("--seed", type=int, default=SEED, help="seed of the sample")
    options = parser.parse_args()
    rooms = statuses(MUTANTS)
    if not rooms:
        parser.error("no mutants yet; `mutmut run` makes them")
    if options.sample:
        print(*sample(rooms, options.sample, options.seed))
    else:
        print(table(rooms))


if __name__ == "__main__":
    main()
