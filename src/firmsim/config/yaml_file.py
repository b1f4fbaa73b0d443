"""A configuration file, read within limits: size, values, depth, no code, no key twice."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Any, NoReturn

from firmsim.config.limits import LOADER, NO_YAML, Limits, refuse
from firmsim.errors import extra, quoted

with extra("workflow", "a configuration file"):
    import yaml

MAX_BYTES = 1_000_000
"""Largest configuration file: room for a hundred thousand tickers."""


def read_config(path: Path) -> dict[str, Any]:
    """Read a configuration file.

    Parameters
    ----------
    path : Path
        YAML or JSON, in UTF-8.

    Returns
    -------
    dict
        Its keys; empty for a file without any.

    Raises
    ------
    ConfigError
        The file cannot be read, or is no YAML. Or it holds what no configuration needs: more than
        1 MB, 100,000 values or 20 levels, a tag such as ``!!python/name``, or a key twice. Or it
        holds no keys at the top.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "my.yaml"
    ...     _ = path.write_text("run: mine")
    ...     read_config(path)
    {'run': 'mine'}
    """
    return values_of(read_text(path), str(path))


def read_text(path: Path) -> str:
    """Text of a configuration file.

    Raises
    ------
    ConfigError
        It is missing, no file, too large or no UTF-8.
    """
    try:
        # without O_NONBLOCK a pipe that nobody writes to would wait for ever
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                refuse(path, "is a device or a pipe; name a file")
            content = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
        refuse(path, f"cannot be read: {reason}; name a configuration file")
    if len(content) > MAX_BYTES:
        refuse(path, f"is larger than {MAX_BYTES:,} bytes, so it is no configuration")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        refuse(path, "is not UTF-8; save it as UTF-8", line)


def values_of(text: str, where: object) -> dict[str, Any]:
    """Keys and values of a text, as :func:`read_config`.

    Parameters
    ----------
    text : str
        YAML or JSON.
    where : object
        Where the text comes from, for the error.
    """
    values = _json(text, where)
    if values is None:
        check_yaml(text, where)
        try:
            values = yaml.load(text, Loader=LOADER)  # noqa: S506 - a SafeLoader, with or without C
        except NO_YAML as error:
            _refuse_yaml(text, where, error)
    if values is None:
        return {}
    if not isinstance(values, dict):
        refuse(where, f"holds no keys but {quoted(values)}; write lines such as `run: mine`")
    return values


def check_yaml(text: str, where: object) -> None:
    """Refuse a YAML text that would cost too much, or that says what it does not seem to.

    Parameters
    ----------
    text : str
        At most some megabytes. Nothing of it is built or run.
    where : object
        Where the text comes from, for the error.

    Raises
    ------
    ConfigError
        As :func:`read_config`.

    Examples
    --------
    >>> check_yaml("run: !!python/name:os.system", "my.yaml")
    Traceback (most recent call last):
    firmsim.errors.ConfigError: my.yaml, line 1 has the tag !!python/name:os.system; ...
    """
    try:
        Limits(where).read(text)
    except NO_YAML as error:
        _refuse_yaml(text, where, error)


def _refuse_yaml(text: str, where: object, error: Exception) -> NoReturn:
    """Say in one line where a text is no YAML."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error)
    # libyaml puts what is missing at the end on the line after the last
    line = min(mark.line + 1, max(1, len(text.splitlines()))) if mark else None
    refuse(where, f"is no YAML: {quoted(problem).strip(chr(39))}; correct it", line)


def _json(text: str, where: object) -> Any:
    """What a text holds as JSON, which Snakemake tries first; None where it is none."""
    if not text.lstrip().startswith("{"):
        return None
    try:
        values = json.loads(text, object_pairs_hook=lambda pairs: _unique(pairs, where))
        Limits(where).read_values(values)
    except RecursionError:
        refuse(where, "is nested too deeply")
    except ValueError:
        return None
    return values


def _unique(pairs: list[tuple[str, Any]], where: object) -> dict[str, Any]:
    """Mapping of the pairs of a JSON object."""
    values: dict[str, Any] = {}
    for key, value in pairs:
        if key in values:
            refuse(where, f"has the key {quoted(key)} twice; keep one")
        values[key] = value
    return values
