"""Write the two locks: exact versions of everything that pyproject.toml asks for.

    python tools/lock.py          newest versions
    python tools/lock.py --keep   versions of the present locks; only what is new is resolved

pip resolves the versions in a new virtual environment, without installing.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
import tomllib
import venv
from pathlib import Path

HOME = Path(__file__).resolve().parent.parent
RUN, DEV = "requirements.lock", "requirements-dev.lock"
TORCH = "torch==2.13.0"
"""Pinned on purpose: newer builds download gigabytes."""


def resolve(requirements: list[str], pinned: list[str]) -> dict[str, str]:
    """Version of each package that the requirements install, by normalised name.

    Parameters
    ----------
    requirements : list of str
        As pip takes them.
    pinned : list of str
        Exact versions of packages, used where one of them is needed.
    """
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        report, constraints = Path(folder, "report.json"), Path(folder, "constraints.txt")
        constraints.write_text("\n".join(pinned) + "\n", encoding="utf-8")
        pip = [Path(folder, "bin", "python"), "-m", "pip", "install", "--dry-run", "--quiet"]
        options = ["--report", report, "--constraint", constraints]
        subprocess.run([*pip, *options, *requirements], check=True)
        installed = json.loads(report.read_text(encoding="utf-8"))["install"]
    return {
        re.sub(r"[-_.]+", "-", item["metadata"]["name"]).lower(): (
            item["metadata"]["version"].split("+")[0]  # a local build tag is only valid here
        )
        for item in installed
    }


def pins(versions: dict[str, str]) -> list[str]:
    """Lines of a lock."""
    return [f"{package}=={version}" for package, version in sorted(versions.items())]


def locked() -> list[str]:
    """Lines of the present locks."""
    lines = [line for name in (RUN, DEV) for line in (HOME / name).read_text().splitlines()]
    return [line for line in lines if line and not line.startswith("#")]


def main() -> None:
    """Write both locks."""
    parser = argparse.ArgumentParser(description="Write requirements.lock and its dev companion.")
    parser.add_argument("--keep", action="store_true", help="upgrade nothing")
    kept = locked() if parser.parse_args().keep else []
    project = tomllib.loads((HOME / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    optional = [line for name in extras if name not in ("all", "dev") for line in extras[name]]
    run = resolve([*project["dependencies"], *optional, TORCH], kept)
    both = resolve([*pins(run), *extras["dev"]], kept)
    more = {package: version for package, version in both.items() if package not in run}
    for name, comment, versions in (
        (RUN, "# Exact versions of everything `make run` needs; made by `make lock`.", run),
        (
            DEV,
            f"# What `make test` and `make lint` need on top of {RUN}; made by `make lock`.",
            more,
        ),
    ):
        (HOME / name).write_text("\n".join([comment, *pins(versions)]) + "\n", encoding="utf-8")
    sys.stdout.write(f"{len(run)} packages to run, {len(more)} more to develop\n")


if __name__ == "__main__":
    main()
