"""List the licence of each installed package, and refuse what firmsim must not depend on.

    python tools/licences.py           a table
    python tools/licences.py --check   only what is refused

A package that runs need may be under no AGPL and not under the GPL alone. Any package must have a
licence that this file knows. pip-licenses reads the metadata and the licence files.
"""

import argparse
import json
import re
import subprocess
import sys
from pathlib import Path

from packaging.utils import canonicalize_name

HOME = Path(__file__).resolve().parent.parent
DEVELOP = ("requirements-dev.lock", "requirements-fuzz.lock")
"""Locks of packages that no run needs; those of every other lock are needed by runs."""

KNOWN = re.compile(
    r"\b(MIT|BSD|0BSD|Apache|PSF|Python Software Foundation|MPL|Mozilla Public|LGPL|Lesser General"
    r"|ISC|Zlib|CC0|BSL-1\.0|Public Domain|Unlicense|HPND|NVIDIA)\b",
    re.IGNORECASE,
)
"""Licences that firmsim may depend on. NVIDIA's is that of the CUDA libraries of PyTorch."""

AFFERO = re.compile(r"AGPL|Affero", re.IGNORECASE)
GPL = re.compile(r"\bGPL|(?<!Lesser )General Public Licen[sc]e", re.IGNORECASE)

TEXTS = {
    "GNU AFFERO GENERAL PUBLIC LICENSE": "AGPL",
    "GNU LESSER GENERAL PUBLIC LICENSE": "LGPL",
    "GNU GENERAL PUBLIC LICENSE": "GPL",
    "Mozilla Public License": "MPL",
    "Apache License": "Apache",
    "Redistribution and use in source and binary forms": "BSD",
    "Permission is hereby granted, free of charge": "MIT",
}
"""Words of the text of a licence -> the licence, the strictest first."""

READ = {"docutils": "BSD-2-Clause AND Public Domain"}
"""Licences read by hand. In docutils the GPL is that of a file for Emacs, which is not installed.
"""

EXCEPTIONS = {"pycatch22": "GPL: tests alone import it, and nothing of firmsim is derived from it"}
"""Package that no run needs -> why its licence does no harm."""


def licence(row: dict[str, str]) -> str:
    """Name the licence of a package, "" where it is unknown.

    Parameters
    ----------
    row : dict of str to str
        Package as pip-licenses describes it, with sources ``all`` and the licence file.

    Returns
    -------
    str
        An SPDX expression. Several classifiers are taken to hold together.
    """
    if read := READ.get(canonicalize_name(row["Name"])):
        return read
    fields = {key: "" if value == "UNKNOWN" else value for key, value in row.items()}
    classifiers = " AND ".join(fields["License-Classifier"].split("; "))
    metadata = fields["License-Metadata"]
    if len(metadata.splitlines()) > 1:
        metadata = _of_text(metadata)
    named = fields["License-Expression"] or classifiers or metadata
    return named or _of_text(fields["LicenseText"])


def _of_text(text: str) -> str:
    """Name the licence whose text this is."""
    words = " ".join(text.split()).lower()
    return next((name for phrase, name in TEXTS.items() if phrase.lower() in words), "")


def refusal(package: str, named: str, *, run: bool) -> str | None:
    """Say why firmsim may not depend on a package.

    Parameters
    ----------
    package : str
        Normalised name.
    named : str
        Its licence, from `licence`.
    run : bool
        Runs need the package; otherwise only development does.

    Returns
    -------
    str or None
        The reason in a few words; None when the licence is fine.
    """
    if package in EXCEPTIONS and not run:
        return None
    if AFFERO.search(named):
        return f"its licence is the AGPL ({named})"
    alternatives = [choice.split(" AND ") for choice in named.split(" OR ")]
    if all(any(GPL.search(part) for part in choice) for choice in alternatives):
        return f"its licence is the GPL alone ({named})"
    if not any(all(KNOWN.search(part) for part in choice) for choice in alternatives):
        return f"its licence is unknown ({named or 'nothing is said'})"
    return None


def locked(names: list[str]) -> set[str]:
    """Packages of these locks, by normalised name."""
    texts = [(HOME / name).read_text(encoding="utf-8") for name in names]
    return {package for text in texts for package in re.findall(r"^([^#\s=]+)==", text, re.M)}


def main() -> None:
    """Print the table or what is refused; end with 1 when anything is."""
    parser = argparse.ArgumentParser(description="List the licences of what is installed.")
    parser.add_argument("--check", action="store_true", help="print only what is refused")
    check = parser.parse_args().check
    command = [sys.executable, "-m", "piplicenses", "--from=all", "--format=json", "--with-system"]
    command += ["--with-license-file", "--no-license-path"]
    rows = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
    found = {canonicalize_name(row["Name"]): (row["Version"], licence(row)) for row in rows}
    found.pop("firmsim", None)
    names = [path.name for path in sorted(HOME.glob("requirements*.lock"))]
    needed = locked([name for name in names if name not in DEVELOP])
    missing = sorted(locked(["requirements.lock", DEVELOP[0]]) - found.keys())
    refused = [f"{package}: it is in a lock, and not installed" for package in missing]
    for package, (version, named) in sorted(found.items()):
        use = "run" if package in needed else "development"
        if not check:
            sys.stdout.write(f"{package:40}{version:20}{use:15}{named}\n")
        if reason := refusal(package, named, run=use == "run"):
            refused.append(f"{package}: {reason}")
    sys.stdout.writelines(f"error: {line}\n" for line in refused)
    sys.exit(1 if refused else 0)


if __name__ == "__main__":
    main()
