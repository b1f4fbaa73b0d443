"""Write the locks: exact versions and hashes of everything that pyproject.toml asks for.

    python tools/lock.py          newest versions
    python tools/lock.py --keep   versions of the present locks; only what is new is resolved

| lock | what it holds |
|---|---|
| `requirements.lock` | everything `make run` needs |
| `requirements-build.lock` | build tools of packages without a wheel for each platform |
| `requirements-cpu.lock` | PyTorch's CPU build for Linux, as pip's settings offer it |
| `requirements-cuda.lock` | CUDA libraries that PyTorch's own build for Linux needs |
| `requirements-dev.lock` | what tests and linters need on top |
| `requirements-fuzz.lock` | the fuzzer, which not every platform has |

pip resolves the versions on Linux, in a new virtual environment, without installing. The hashes
are those of every file of a version on pip's own indexes.
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
RUN, BUILD, CPU, CUDA, DEV, FUZZ = (
    f"requirements{part}.lock" for part in ("", "-build", "-cpu", "-cuda", "-dev", "-fuzz")
)
TORCH = "2.13.0"
"""Pinned on purpose: newer builds download gigabytes."""
BUILD_TOOLS = ["cython", "numpy", "pybind11", "setuptools", "setuptools-scm"]
"""Build requirements of the packages whose source distribution is in a lock."""
TITLES = {
    RUN: "Exact versions of everything `make run` needs",
    BUILD: "What packages without a wheel are built with; installed first",
    CPU: "PyTorch's CPU build, which is taken where pip is configured with a place that has it",
    CUDA: "What PyTorch's build with CUDA needs on top of requirements.lock",
    DEV: "What `make test` and `make lint` need on top of requirements.lock",
    FUZZ: "The fuzzer of `make fuzz`, with files for Linux on x86-64 only",
}


def resolve(pip: Path, requirements: list[str], pinned: list[str]) -> dict[str, str]:
    """Version of each package that the requirements install, by normalised name.

    Parameters
    ----------
    pip : Path
        Python of a virtual environment that holds nothing else.
    requirements : list of str
        As pip takes them.
    pinned : list of str
        Exact versions of packages, used where one of them is needed.
    """
    with tempfile.TemporaryDirectory() as folder:
        report, constraints = Path(folder, "report.json"), Path(folder, "constraints.txt")
        constraints.write_text("\n".join(pinned) + "\n", encoding="utf-8")
        command = [pip, "-m", "pip", "install", "--dry-run", "--quiet", "--use-feature=fast-deps"]
        options = ["--report", report, "--constraint", constraints]
        subprocess.run([*command, *options, *requirements], check=True)
        installed = json.loads(report.read_text(encoding="utf-8"))["install"]
    return {
        re.sub(r"[-_.]+", "-", item["metadata"]["name"]).lower(): (
            item["metadata"]["version"].split("+")[0]  # a local build tag is only valid here
        )
        for item in installed
    }


def hashes(pip: Path, versions: dict[str, str]) -> dict[str, list[str]]:
    """SHA-256 of each file of these versions on pip's indexes, by package."""
    ended = subprocess.run(
        [pip, HOME / "tools" / "index_hashes.py"],
        input=json.dumps(versions),
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if ended.returncode:
        sys.exit(ended.returncode)
    return {
        package: sorted(set(files.values())) for package, files in json.loads(ended.stdout).items()
    }


def pins(versions: dict[str, str]) -> list[str]:
    """Requirements of exactly these versions."""
    return [f"{package}=={version}" for package, version in sorted(versions.items())]


def locked() -> list[str]:
    """Exact versions of the present locks; a lock may not exist yet."""
    texts = [path.read_text(encoding="utf-8") for path in HOME.glob("requirements*.lock")]
    found = [re.findall(r"^[^#\s=]+==[^\s+]+(?=\s)", text, re.MULTILINE) for text in texts]
    return [pin for pins_of_one in found for pin in pins_of_one]


def write(name: str, versions: dict[str, str], known: dict[str, list[str]]) -> None:
    """Write a lock: each version with its hashes.

    Parameters
    ----------
    name : str
        File name of the lock.
    versions : dict of str to str
        Version by package.
    known : dict of str to list of str
        SHA-256 of the files by package.
    """
    lines = [f"# {TITLES[name]}; made by `make lock`."]
    for pin in pins(versions):
        listed = [f"--hash=sha256:{digest}" for digest in known[pin.split("==")[0]]]
        lines.append(" \\\n    ".join([pin, *listed]))
    (HOME / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


def _without(versions: dict[str, str], others: dict[str, str]) -> dict[str, str]:
    """Versions of packages that the others do not hold."""
    return {package: version for package, version in versions.items() if package not in others}


def _hashes_of_cpu() -> list[str]:
    """Hashes in the present lock of PyTorch's CPU build, found on other machines maybe."""
    path = HOME / CPU
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    return re.findall(r"sha256:(\w+)", text) if f"torch=={TORCH}+cpu" in text else []


def main() -> None:
    """Write the locks."""
    parser = argparse.ArgumentParser(description="Write the locks: versions and hashes.")
    parser.add_argument("--keep", action="store_true", help="upgrade nothing")
    kept = locked() if parser.parse_args().keep else []
    project = tomllib.loads((HOME / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    optional = [
        line for name in extras if name not in ("all", "dev", "fuzz") for line in extras[name]
    ]
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        pip = Path(folder, "bin", "python")
        run = resolve(pip, [*project["dependencies"], *optional, f"torch=={TORCH}"], kept)
        build = resolve(pip, BUILD_TOOLS, [*pins(run), *kept])
        cuda = resolve(pip, [f"torch==={TORCH}"], [*pins(run), *kept])  # === takes no local build
        dev = resolve(pip, [*pins(run), *extras["dev"]], kept)
        fuzz = resolve(pip, [*pins(run | dev), *extras["fuzz"]], kept)
        more = {
            CUDA: _without(cuda, run),
            DEV: _without(dev, run),
            FUZZ: _without(fuzz, run | dev),
        }
        cpu = {"torch": f"{TORCH}+cpu"}
        known = hashes(pip, {**run, **build, **more[CUDA], **more[DEV], **more[FUZZ]})
        known_cpu = {"torch": sorted({*hashes(pip, cpu)["torch"], *_hashes_of_cpu()})}
    write(CPU, cpu, known_cpu)
    known["torch"] += known_cpu["torch"]
    for name, versions in {RUN: run, BUILD: build, **more}.items():
        write(name, versions, known)
    added = ", ".join(f"{len(versions)} more in {name}" for name, versions in more.items())
    sys.stdout.write(f"{len(run)} packages to run, {added}\n")


if __name__ == "__main__":
    main()
