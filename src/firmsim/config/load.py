"""Check a merged configuration, and say in one line which key of which file is wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from firmsim.config.choice import names_of
from firmsim.config.encoder import PARTS
from firmsim.config.guard import TEMPLATES
from firmsim.config.keys import hint
from firmsim.config.places import place
from firmsim.config.renamed import RENAMED_KEYS, find_renamed, renaming
from firmsim.config.run import Config
from firmsim.config.section import Section
from firmsim.errors import ConfigError, quoted

PASSED_OVER = (TEMPLATES, "pathvars", "trainers")
"""Keys that others check: Snakemake's own, and those of the studies."""

Checked = TypeVar("Checked", bound=Section)

LONGEST = 80
"""Largest number of characters of a key in an error."""

KEY = re.compile(r"^(\w+(?:\.\w+)*): ")
"""A section's own check starts its message with the key at fault, within the section."""

TAGS = {"firms": ("tickers", "index"), "train_firms": ("tickers", "index")} | {
    part: tuple(name for kind in kinds for name in names_of(kind)) for part, kinds in PARTS.items()
}
"""Key -> what pydantic puts after it into a path to tell which of several types a value has."""


def load_config(values: Mapping[str, Any], files: Sequence[str | Path] = ()) -> Config:
    """Check a merged configuration and fill in the defaults.

    Parameters
    ----------
    values : mapping
        Keys as given, all files and command line options merged; the sections of `PASSED_OVER`
        are left out.
    files : sequence of path
        The files they were merged from, the last one winning. They only serve to name the place
        of a key in an error.

    Returns
    -------
    Config
        The whole configuration.

    Raises
    ------
    ConfigError
        Names the key, its value, the file and the line; for an unknown key the nearest known one,
        for an old key the new one.

    Examples
    --------
    >>> load_config({"growth": {"clip": 0}})
    Traceback (most recent call last):
    firmsim.errors.ConfigError: growth.clip: 0 is not valid: input should be greater than 0, in ...
    """
    own = {key: value for key, value in values.items() if key not in PASSED_OVER}
    return check(Config, own, files)


def check(
    model: type[Checked],
    values: Mapping[str, Any],
    files: Sequence[str | Path] = (),
    renamed: Mapping[str, str] = RENAMED_KEYS,
) -> Checked:
    """Check values against a model of a configuration and fill in the defaults.

    Parameters
    ----------
    model : type of Section
        The whole configuration, or what a study adds to it.
    values, files : mapping, sequence of path
        As for :func:`load_config`.
    renamed : mapping of str to str
        Old -> new key of the model.

    Returns
    -------
    Section
        An instance of the model.

    Raises
    ------
    ConfigError
        As for :func:`load_config`.
    """
    if found := find_renamed(values, renamed):
        old, new = found[0]
        raise _error(renaming(old, new, values), old, values, files, len(found))
    try:
        return model.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        path = _path(first)
        message = _message(path, first, values, model)
        raise _error(message, path, values, files, error.error_count()) from None


def _error(
    message: str,
    path: Sequence[str | int],
    values: Mapping[str, Any],
    files: Sequence[str | Path],
    count: int,
) -> ConfigError:
    """Error of one line, with the place of its key and the number of further errors."""
    message += f", in {place(path, values, files)}"
    if count > 1:
        message += f" (and {count - 1} more)"
    return ConfigError(" ".join(message.splitlines()))


def _path(error: Any) -> list[str | int]:
    """Keys and positions that lead to the value of one pydantic error."""
    path = [
        part
        for before, part in zip((None, *error["loc"]), error["loc"], strict=False)
        if part not in TAGS.get(str(before), ())
    ]
    if error["type"] == "value_error" and (key := KEY.match(str(error["ctx"]["error"]))):
        path += key[1].split(".")
    return path


def _message(
    path: list[str | int], error: Any, values: Mapping[str, Any], model: type[Section]
) -> str:
    """Key, value and what to do, for one pydantic error."""
    key = ".".join(_named(part) for part in path)
    if error["type"] == "extra_forbidden":
        return f"{key}: {hint(path, values, model)}"
    if error["type"] == "value_error":
        return f"{key}: " + KEY.sub("", str(error["ctx"]["error"]))
    if error["type"] == "too_long":
        most, number = error["ctx"]["max_length"], error["ctx"]["actual_length"]
        return f"{key}: {number or 'more'} entries are more than {most:,}; give fewer"
    if error["type"] == "missing":
        return f"{key}: is missing; give it a value"
    reason = error["msg"][0].lower() + error["msg"][1:]
    return f"{key}: {quoted(error['input'])} is not valid: {reason}"


def _named(part: str | int) -> str:
    """Part of a key as an error shows it."""
    text = str(part)
    return text if text.isprintable() and len(text) <= LONGEST else quoted(text, LONGEST)
