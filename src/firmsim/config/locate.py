"""Where a parameter that a library error names is set in the configuration."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from firmsim.config.encoder import PARTS
from firmsim.config.keys import section_at, set_keys
from firmsim.config.load import KEY, load_config
from firmsim.config.places import place, value_at
from firmsim.errors import ConfigError, FirmsimError

KEYS = {"seed": "seeds"}
"""Parameter of an encoder -> its key, where they differ."""


def located(
    error: FirmsimError,
    values: Mapping[str, Any],
    files: Sequence[str | Path],
    sections: Sequence[str] = (),
) -> str:
    """Name the key, the file and the line of a mistake that a library function found.

    Parameters
    ----------
    error : FirmsimError
        Names a parameter, or its message starts with a key; any other message stays as it is, and
        so does a `ConfigError` of the check of the configuration, which names the place itself.
    values, files : mapping, sequence of path
        As for :func:`firmsim.config.load.load_config`.
    sections : sequence of str
        Sections to search first, such as ``audit`` or ``encoders.elman-comovement``. A parameter
        that is in none of them must be the only one of its name.

    Returns
    -------
    str
        One line.

    Examples
    --------
    >>> error = FirmsimError("device: 'cuda', but there is no GPU", parameter="device")
    >>> located(error, {"training": {"device": "cuda"}}, [])
    "training.device: 'cuda', but there is no GPU, in the configuration"
    """
    message = " ".join(str(error).splitlines())
    path = _path_of(error.parameter, values, sections) if error.parameter else None
    if error.parameter and path:
        message = _with_key(message, error.parameter, ".".join(map(str, path)))
        return f"{message}, {_set_in(path, values, files)}"
    if isinstance(error, ConfigError) and error.parameter is None:
        return message
    given = KEY.match(message)
    keys = given[1].split(".") if given else []
    section = section_at(keys[:-1], values) if keys else None
    if section is None or keys[-1] not in section.model_fields:
        return message
    return f"{message}, in {place(keys, values, files)}"


def _path_of(
    parameter: str, values: Mapping[str, Any], sections: Sequence[str]
) -> tuple[str | int, ...] | None:
    """Path of the key of a parameter; None where there is none, or more than one."""
    try:
        config = load_config(values)
    except ConfigError:  # not what the error is about
        return None
    names: dict[str, str | int] = {
        encoder.name: position for position, encoder in enumerate(config.encoders)
    }
    keys = [key for path in set_keys(config) if (key := _key_of(path, parameter))]
    starts: list[tuple[str | int, ...]] = [()]
    for section in reversed(sections):
        first, _, rest = section.partition(".")
        starts.insert(0, (first, names.get(rest, rest)) if rest else (first,))
    for start in starts:
        inside = [key for key in keys if key[: len(start)] == start]
        if len(inside) == 1:
            return inside[0]
    return None


def _key_of(path: tuple[str | int, ...], parameter: str) -> tuple[str | int, ...] | None:
    """Path itself, or the part of an encoder that it names, if that is what a parameter means."""
    if path[-1] == "name" and len(path) > 1 and path[-2] in PARTS:
        path = path[:-1]
    given = parameter.split(".")
    if path[0] == "encoders":
        given[-1] = KEYS.get(given[-1], given[-1])
    return path if list(path[-len(given) :]) == given else None


def _with_key(message: str, parameter: str, key: str) -> str:
    """The message with the full key in the place of the parameter, or in front."""
    if message.startswith(f"{key}:"):
        return message
    named, count = re.subn(rf"(^|: ){re.escape(parameter)}: ", rf"\g<1>{key}: ", message, count=1)
    return named if count else f"{key}: {message}"


def _set_in(
    path: Sequence[str | int], values: Mapping[str, Any], files: Sequence[str | Path]
) -> str:
    """Place of a key, or where to set it when the default was used."""
    if value_at(values, path) is not None or not files:
        return f"in {place(path, values, files)}"
    return f"the default; set it in {files[-1]}"
