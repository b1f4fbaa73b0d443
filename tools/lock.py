"""Write the two locks: exact versions of everything that pyproject.toml asks for.

Versions are resolved by pip in a new virtual environment, without installing.
"""

import json
import re
import subprocess
import sys
import tempfile
import tomllib
import venv
from pathlib import Path

HOME = Path(__file__).resolve().parent.parent
TORCH = "torch==2.13.0"
"""Held back on purpose: newer builds download gigabytes."""


def resolve(requirements: list[str]) -> dict[str, str]:
    """Versions by normalised name."""
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        report = Path(folder, "report.json")
        pip = [Path(folder, "bin", "python"), "-m", "pip", "install", "--dry-run", "--quiet"]
        subprocess.run([*pip, "--report", report, *requirements], check=True)
        installed = json.loads(report.read_text(encoding="utf-8"))["install"]
    return {
        re.sub(r"[-_.]+", "-", item["metadata"]["name"]).lower(): (
            item["metadata"]["version"].split("+")[0]  # a local build tag is no one else's
        )
        for item in installed
    }


def write(name: str, comment: str, versions: dict[str, str]) -> None:
    """Write one lock."""
    lines = [comment, *(f"{package}=={version}" for package, version in sorted(versions.items()))]
    (HOME / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


project = tomllib.loads((HOME / "pyproject.toml").read_text(encoding="utf-8"))["project"]
dev = project["optional-dependencies"]["dev"]
run = resolve([*project["dependencies"], TORCH])
both = resolve([*(f"{package}=={version}" for package, version in run.items()), *dev])
more = {package: version for package, version in both.items() if package not in run}
write(
    "requirements.lock",
    "# Exact versions of everything `make run` needs; made by `make lock`.",
    run,
)
write(
    "requirements-dev.lock",
    "# What `make test` and `make lint` need on top of requirements.lock; made by `make lock`.",
    more,
)
sys.stdout.write(f"{len(run)} packages to run, {len(more)} more to develop\n")
