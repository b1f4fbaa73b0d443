"""Check a merged configuration, and say in one line which key of which file is wrong."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic import ValidationError

from firmsim.config import Config, Section
from firmsim.errors import ConfigError, FirmsimError

NO_YAML = (yaml.YAMLError, ValueError)
"""What reading YAML raises of a text that is none; ValueError: of a day such as 2015-02-30."""

_KEY = re.compile(r"^(\w+(?:\.\w+)*): ")
"""A section's own check starts its message with the key at fault, within the section."""


def load_config(values: Mapping[str, Any], files: Sequence[str | Path] = ()) -> Config:
    """Check a merged configuration and fill in the defaults.

    Parameters
    ----------
    values : mapping
        Keys as given, all files and command line options merged; ``pathvars``, which is
        Snakemake's own, is passed over.
    files : sequence of path
        The files they were merged from, the last one winning; only used to say where a bad key is.

    Returns
    -------
    Config
        The whole configuration.

    Raises
    ------
    ConfigError
        Names the key, its value, the file and, for an unknown key, the nearest known one.
    """
    values = {key: value for key, value in values.items() if key != "pathvars"}
    try:
        return Config.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        path = _path(first)
        message = _one_line(path, first) + f", in {_origin(path, values, files)}"
        if error.error_count() > 1:
            message += f" (and {error.error_count() - 1} more)"
        raise ConfigError(" ".join(message.splitlines())) from None


def located(error: FirmsimError, values: Mapping[str, Any], files: Sequence[str | Path]) -> str:
    """Message of a mistake that was found later, with the place where its key is set.

    Parameters
    ----------
    error : FirmsimError
        Its message starts with the key at fault; any other stays as it is.
    values, files : mapping, sequence of path
        As for `load_config`.

    Returns
    -------
    str
        One line.
    """
    key = _KEY.match(str(error))
    path = key[1].split(".") if key else []
    if not _known(path):
        return str(error)
    return f"{error}, in {_origin(path, values, files)}"


def _known(path: list[str]) -> bool:
    """Whether these are keys of the configuration, and not the name of a file."""
    try:
        return bool(path) and path[-1] in _section(path[:-1]).model_fields
    except (KeyError, StopIteration):
        return False


def _path(error: Any) -> list[str | int]:
    """Keys and positions that lead to the value of one pydantic error."""
    path = [
        part
        for before, part in zip((None, *error["loc"]), error["loc"], strict=False)
        if not (before in ("firms", "train_firms") and part in ("tickers", "index"))  # tags
    ]
    if error["type"] == "value_error" and (key := _KEY.match(str(error["ctx"]["error"]))):
        path += key[1].split(".")
    return path


def _one_line(path: list[str | int], error: Any) -> str:
    """Key, value and what to do, for one pydantic error."""
    key = ".".join(str(part) for part in path)
    if error["type"] == "extra_forbidden":
        known = list(_section(path[:-1]).model_fields)
        near = difflib.get_close_matches(str(path[-1]), known, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"known here: {', '.join(known)}"
        return f"{key}: unknown key; {hint}"
    if error["type"] == "value_error":
        return f"{key}: " + _KEY.sub("", str(error["ctx"]["error"]))
    if error["type"] == "missing":
        return f"{key}: is missing; give it a value"
    reason = error["msg"][0].lower() + error["msg"][1:]
    return f"{key}: {error['input']!r} is not valid: {reason}"


def _section(path: Sequence[str | int]) -> type[Section]:
    """Model that holds the keys at a path such as ``["encoders", 0]``."""
    section: type[Section] = Config
    for part in path:
        if isinstance(part, int):
            continue
        annotation = section.model_fields[part].annotation
        candidates = [annotation, *get_args(annotation)]
        section = next(c for c in candidates if isinstance(c, type) and issubclass(c, Section))
    return section


def _origin(path: Sequence[str | int], values: Any, files: Sequence[str | Path]) -> str:
    """Last file that sets the key, or its nearest parent; else the command line."""
    for depth in range(len(path), 0, -1):
        given = _at(values, path[:depth])
        if given is None:
            continue
        for file in reversed(files):
            found = _at(yaml.safe_load(Path(file).read_text(encoding="utf-8")), path[:depth])
            if found is None:
                continue
            merged = isinstance(found, Mapping) and isinstance(given, Mapping)
            return str(file) if merged or str(found) == str(given) else "the command line"
        return "the command line" if files else "the configuration"
    return str(files[-1]) if files else "the configuration"


def _at(node: Any, path: Sequence[str | int]) -> Any:
    """Value at a path of keys and positions; None where there is nothing."""
    for part in path:
        try:
            node = node[part]
        except (KeyError, IndexError, TypeError):
            return None
    return node
