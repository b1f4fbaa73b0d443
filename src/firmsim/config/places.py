"""Where a key is set: the file and the line, or the command line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from firmsim.config.limits import LOADER
from firmsim.config.yaml_file import check_yaml, read_config, read_text
from firmsim.errors import ConfigError, extra

with extra("workflow", "a configuration file"):
    import yaml

MERGE = "tag:yaml.org,2002:merge"
COMMAND_LINE = "the command line"


def place(path: Sequence[str | int], values: Any, files: Sequence[str | Path]) -> str:
    """Name the place where a key is set.

    Parameters
    ----------
    path : sequence of str or int
        Keys and positions in lists. Where nothing is set there, its nearest parent counts.
    values : mapping
        Keys as given, all files and command line options merged.
    files : sequence of path
        The files they were merged from, the last one winning.

    Returns
    -------
    str
        For example ``my.yaml, line 12``, ``the command line``, or without files ``the
        configuration``.
    """
    if not files:
        return "the configuration"
    last = _line(files[-1], path)
    if last and value_at(values, path) is None:  # a key without a value
        return f"{files[-1]}, line {last}"
    for depth in range(len(path), 0, -1):
        given = value_at(values, path[:depth])
        if given is None:
            continue
        for file in reversed(files):
            found = value_at(_read(file), path[:depth])
            if found is None:
                continue
            merged = isinstance(found, Mapping) and isinstance(given, Mapping)
            if not merged and found != given and str(found) != str(given):
                return COMMAND_LINE
            line = _line(file, path[:depth])
            return f"{file}, line {line}" if line else str(file)
        return COMMAND_LINE
    return str(files[-1])


def value_at(node: Any, path: Sequence[str | int]) -> Any:
    """Value at a path of keys and positions; None where there is nothing."""
    for part in path:
        try:
            node = node[part]
        except (KeyError, IndexError, TypeError):
            return None
    return node


def _read(file: str | Path) -> Any:
    """What a file holds; nothing when it cannot be read."""
    try:
        return read_config(Path(file))
    except ConfigError:
        return None


def _line(file: str | Path, path: Sequence[str | int]) -> int | None:
    """Line of a file, from 1, in which the key or the item of a list at a path begins."""
    try:
        text = read_text(Path(file))
        check_yaml(text, file)
    except ConfigError:
        return None
    node = yaml.compose(text, Loader=LOADER)
    line = None
    for part in path:
        if isinstance(node, yaml.MappingNode):
            entry = _entry(node, part)
            if entry is None:
                return None
            key, node = entry
            line = key.start_mark.line + 1
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            if part >= len(node.value):
                return None
            node = node.value[part]
            line = node.start_mark.line + 1
        else:
            return None
    return line


def _entry(node: yaml.MappingNode, key: str | int) -> tuple[yaml.Node, yaml.Node] | None:
    """Key and value of a mapping: its own, the last one given, or else a merged (``<<``) one's."""
    for name, value in reversed(node.value):
        if name.tag != MERGE and name.value == str(key):
            return name, value
    for name, value in node.value:
        if name.tag == MERGE:
            sources = value.value if isinstance(value, yaml.SequenceNode) else [value]
            for source in sources:
                if isinstance(source, yaml.MappingNode) and (found := _entry(source, key)):
                    return found
    return None
