"""Print the SHA-256 of every file that pip's indexes and folders hold of given versions.

    echo '{"tqdm": "4.70.1"}' | python tools/index_hashes.py

The answer is a JSON object: package, then file name, then SHA-256. Wheels of every platform are
listed. A source distribution is listed only where one of `PYTHONS` and `PLATFORMS` has no wheel.

pip's settings name the index, the proxy, the certificates and the credentials, and pip has no
command that lists hashes. So this script runs in the Python of a pip and calls its internal
classes; it fails loudly if a newer pip moves them.
"""

import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

from pip._internal.commands import create_command
from pip._internal.index.collector import LinkCollector, parse_links
from pip._internal.models.link import Link
from pip._vendor.packaging.tags import Tag, compatible_tags, cpython_tags, mac_platforms
from pip._vendor.packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    parse_sdist_filename,
    parse_wheel_filename,
)
from pip._vendor.packaging.version import InvalidVersion, Version

PYTHONS = [(3, 11), (3, 12), (3, 13), (3, 14)]
PLATFORMS = {
    "linux x86_64": ["manylinux2014_x86_64", *(f"manylinux_2_{n}_x86_64" for n in range(40))],
    "linux aarch64": ["manylinux2014_aarch64", *(f"manylinux_2_{n}_aarch64" for n in range(40))],
    "macos arm64": list(mac_platforms((15, 0), "arm64")),
}
"""Where `make` works: names of platforms in wheels."""


def main() -> None:
    """Read packages and versions from standard input, print the files of each."""
    versions = json.load(sys.stdin)
    command = create_command("download")
    options, _ = command.parse_args(["--quiet"])
    with command.main_context():
        session = command.get_default_session(options)
        collector = command._build_package_finder(options, session)._link_collector
        found = {name: _files(collector, name, versions[name]) for name in versions}
    json.dump(found, sys.stdout)


def _files(collector: LinkCollector, package: str, version: str) -> dict[str, str]:
    """SHA-256 of each file of this version that is to be listed, by file name.

    Raises
    ------
    SystemExit
        The version has no file, a file has no SHA-256, or two places disagree about it.
    """
    files: dict[str, str] = {}
    tags: set[Tag] = set()
    for link in _links(collector, package):
        name, found, supported = _identity(link.filename)
        if name != package or found != Version(version):
            continue
        digest = link.hash if link.hash_name == "sha256" else _digest(link)
        if files.setdefault(link.filename, digest) != digest:
            sys.exit(f"error: {link.filename} has two hashes: check each index that pip uses")
        tags |= supported
    if not files:
        sys.exit(f"error: no index that pip uses holds {package}=={version}")
    if all(
        not tags.isdisjoint([*cpython_tags(python, platforms=names)])
        or not tags.isdisjoint([*compatible_tags(python, platforms=names)])
        for python in PYTHONS
        for names in PLATFORMS.values()
    ):
        return {file: digest for file, digest in files.items() if file.endswith(".whl")}
    return files


def _links(collector: LinkCollector, package: str) -> Iterator[Link]:
    """Files of a package: on the indexes, then on pages and in folders of --find-links."""
    pages = collector.search_scope.get_index_urls_locations(package)
    for place in collector.find_links:
        path = Path(unquote(urlsplit(place).path))
        if urlsplit(place).scheme in ("", "file") and path.is_dir():
            yield from (Link(file.resolve().as_uri()) for file in sorted(path.iterdir()))
        else:
            pages.append(place)
    for page in pages:
        content = collector.fetch_response(Link(page))
        yield from parse_links(content) if content else ()


def _identity(file: str) -> tuple[str | None, Version | None, frozenset[Tag]]:
    """Package, version and supported platforms that a file name says."""
    try:
        if file.endswith(".whl"):
            name, version, _, tags = parse_wheel_filename(file)
            return name, version, tags
        return (*parse_sdist_filename(file), frozenset())
    except (InvalidWheelFilename, InvalidSdistFilename, InvalidVersion):
        return None, None, frozenset()


def _digest(link: Link) -> str:
    """SHA-256 of a file on this machine."""
    if not link.is_file:
        sys.exit(f"error: the index that holds {link.filename} gives no SHA-256")
    with Path(link.file_path).open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


if __name__ == "__main__":
    main()
