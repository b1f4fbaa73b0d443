"""Checks of a configuration before Snakemake reads it, since reading can run code or never end."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from firmsim.config.limits import NO_YAML, Limits, refuse
from firmsim.config.yaml_file import read_config
from firmsim.errors import ConfigError, quoted

TEMPLATES = "__use_yte__"
"""Key by which Snakemake takes a file for a template and runs the code in it."""


def check_file(path: Path, templates: bool = False) -> None:
    """Refuse a configuration file that Snakemake should not read.

    Parameters
    ----------
    path : Path
        A file of configuration.
    templates : bool
        Whether the command line allows ``__use_yte__``.

    Raises
    ------
    ConfigError
        As :func:`firmsim.config.yaml_file.read_config` and :func:`refuse_power`; or the file holds
        no keys, which Snakemake refuses in its own way.

    Examples
    --------
    >>> check_file(Path("/dev/zero"))
    Traceback (most recent call last):
    firmsim.errors.ConfigError: /dev/zero is a device or a pipe; name a file
    """
    values = read_config(path)
    if not values:
        refuse(path, "holds no keys; write lines such as `run: mine`")
    refuse_power(values, path, templates)


def check_command_line(arguments: Sequence[str]) -> None:
    """Check what a command line of Snakemake names; end the program in one line if it is refused.

    The profile of the workflow calls this, which Snakemake reads before any configuration.

    Parameters
    ----------
    arguments : sequence of str
        Without the name of the program.

    Raises
    ------
    SystemExit
        A file after ``--configfile`` or a value after ``--config`` is refused.

    Examples
    --------
    >>> check_command_line(["--cores", "2", "--config", "run=mine"])
    """
    parser = argparse.ArgumentParser(add_help=False, exit_on_error=False)
    parser.add_argument("--configfile", "--configfiles", nargs="+", action="extend", type=Path)
    parser.add_argument("--config", "-C", nargs="*", action="extend")
    try:
        given, _ = parser.parse_known_args(list(arguments))
    except argparse.ArgumentError:  # Snakemake says what is wrong with its options
        return
    entries = dict(entry.partition("=")[::2] for entry in given.config or ())
    try:
        for key, value in entries.items():
            with suppress(*NO_YAML):  # Snakemake takes it for a text
                Limits(f"--config {key}").read(value.strip("'\""))
        for path in given.configfile or ():
            check_file(path, templates=allows_templates(entries))
    except ConfigError as error:
        sys.exit(f"error: {error}")


def checked_path(path: str, values: Mapping[str, Any], skipped: bool = False) -> str:
    """Path of the default configuration; end the program if Snakemake should not read it.

    Parameters
    ----------
    path : str
        A missing file is left to Snakemake.
    values : mapping
        Keys that the command line gives.
    skipped : bool
        Whether Snakemake will skip the file, because another workflow brings its own configuration.

    Returns
    -------
    str
        The same path.

    Raises
    ------
    SystemExit
        The file is refused.

    Examples
    --------
    >>> checked_path("/dev/zero", {})
    Traceback (most recent call last):
    SystemExit: error: /dev/zero is a device or a pipe; name a file
    """
    if Path(path).exists() and not skipped:
        try:
            check_file(Path(path), allows_templates(values))
        except ConfigError as error:
            sys.exit(f"error: {error}")
    return path


def allows_templates(entries: Mapping[str, Any]) -> bool:
    """Whether the command line, or the merged configuration, allows templates.

    Snakemake takes the key out of every YAML file, so that what is left of it was on the command
    line.

    Examples
    --------
    >>> allows_templates({"__use_yte__": "true"}), allows_templates({"run": "mine"})
    (True, False)
    """
    return str(entries.get(TEMPLATES)).lower() == "true"


def refuse_power(values: Mapping[str, Any], where: object, templates: bool = False) -> None:
    """Refuse keys by which a file makes Snakemake run code or write elsewhere.

    Parameters
    ----------
    values : mapping
        Keys of the file.
    where : object
        The file, for the error.
    templates : bool
        Whether the command line allows ``__use_yte__``.

    Raises
    ------
    ConfigError
        The file has the key ``__use_yte__``, or a folder of ``pathvars`` is not within the working
        folder.

    Examples
    --------
    >>> refuse_power({"pathvars": {"results": "/etc"}}, "my.yaml")
    Traceback (most recent call last):
    firmsim.errors.ConfigError: my.yaml: pathvars.results: '/etc' is outside the working folder; ...
    """
    if TEMPLATES in values and not templates:
        message = (
            f"has the key {TEMPLATES}, by which Snakemake runs the code in the file; remove it, or "
            f"allow it with --config {TEMPLATES}=true"
        )
        refuse(where, message)
    folders = values.get("pathvars")
    if folders is None:
        return
    if not isinstance(folders, Mapping):
        message = f"{where}: pathvars: {quoted(folders)} is no mapping of names to folders"
        raise ConfigError(message)
    for name, folder in folders.items():
        if not isinstance(folder, str) or not isinstance(name, str):
            message = f"{where}: pathvars.{name}: {quoted(folder)} is no folder; write a text"
            raise ConfigError(message)
        if folder.startswith(("/", "~")) or ".." in Path(folder).parts:
            message = (
                f"{where}: pathvars.{name}: {quoted(folder)} is outside the working folder; choose "
                "a folder within, or give pathvars with --config"
            )
            raise ConfigError(message)
