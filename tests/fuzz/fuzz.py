"""Fuzz what firmsim reads, guided by coverage (atheris): `make fuzz`, or one target.

    python tests/fuzz/fuzz.py [--seconds 600] [TARGET ...]

runs every target of `fuzz_targets.py` in a process of its own. A crash, a call of more than ten
seconds or of more than 1 GB ends the target. Its input is written to `fuzz/` and printed, and the
exit status is 1.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from pathlib import Path

from fuzz_seeds import SEEDS, WORDS

HERE = Path(__file__).resolve().parent
FOUND = Path("fuzz")
"""Folder of the corpus and of what was found; git ignores it."""
SECONDS_A_CALL = 10
MEGABYTES = 1024
LINE = re.compile(r"#(\d+)\s+DONE\s+cov: (\d+) ft: (\d+)")
CHILD = "--child"


def child(target: str, options: list[str]) -> None:
    """Run one target until libFuzzer ends the process."""
    import atheris  # Linux on x86-64 only: requirements-fuzz.lock

    with atheris.instrument_imports(include=["firmsim", "trainers", "yaml"]):
        from fuzz_targets import TARGETS

    atheris.Setup([target, *options], TARGETS[target])
    atheris.Fuzz()


def fuzz(target: str, seconds: int) -> bool:
    """Fuzz one target; print what came of it, and return whether nothing was found."""
    corpus, crashes = FOUND / target / "corpus", FOUND / target / "crashes"
    for folder in (corpus, crashes):
        folder.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(SEEDS[target]()):
        (corpus / f"seed{number:02}").write_bytes(seed)
    words = FOUND / target / "words"
    words.write_text("".join(f'"{word}"\n' for word in WORDS[target]), encoding="ascii")
    before = set(crashes.iterdir())
    options = [
        f"-max_total_time={seconds}",
        f"-timeout={SECONDS_A_CALL}",
        f"-rss_limit_mb={MEGABYTES}",
        f"-artifact_prefix={crashes}/",
        f"-dict={words}",
        "-max_len=20000",
        "-seed=15",
        "-verbosity=1",
        "-print_final_stats=1",
        str(corpus),
    ]
    ran = subprocess.run(
        [sys.executable, HERE / "fuzz.py", CHILD, target, *options],
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    output = ran.stdout + ran.stderr
    done = LINE.search(output)
    runs, edges, features = done.groups() if done else ("?", "?", "?")
    found = sorted(set(crashes.iterdir()) - before)
    said = [
        f"{target}: {runs} executions in {seconds} s, {edges} edges, {features} features, "
        f"{len(found)} found"
    ]
    said += [f"  {path}: {path.read_bytes()[:2000]!r}" for path in found]
    if found or ran.returncode:
        said += [f"    {line}" for line in output.splitlines()[-40:]]
    sys.stdout.write("\n".join(said) + "\n")
    sys.stdout.flush()
    return not found and not ran.returncode


def main() -> int:
    """Fuzz the targets named, or all."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("targets", nargs="*", default=list(SEEDS), metavar="TARGET")
    parser.add_argument("--seconds", type=int, default=600, help="for all targets together")
    given = parser.parse_args()
    share = max(1, given.seconds // len(given.targets))
    clean = [fuzz(target, share) for target in given.targets]
    return int(not all(clean))


if __name__ == "__main__":
    if sys.argv[1:2] == [CHILD]:
        child(sys.argv[2], sys.argv[3:])
    else:
        sys.exit(main())
