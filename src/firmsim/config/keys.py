"""Which keys there are at a place of the configuration."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic.fields import FieldInfo

from firmsim.config.choice import ByName, kinds_of, names_of
from firmsim.config.run import Config
from firmsim.config.section import Section
from firmsim.errors import quoted


def section_at(
    path: Sequence[str | int], values: Any, model: type[Section] = Config
) -> type[Section] | None:
    """Section that a path such as ``("encoders", 0, "cell")`` leads to.

    Parameters
    ----------
    path : sequence of str or int
        Keys and positions.
    values : mapping
        Keys as given: where a section is one of several kinds, its `name` there tells which.
    model : type of Section
        Where the path starts.

    Returns
    -------
    type of Section, or None
        None: the path leads elsewhere, or to a kind that there is not.
    """
    section: type[Section] | None = model
    node = values
    for part in path:
        try:
            node = node[part]
        except (KeyError, IndexError, TypeError):
            node = None
        if section is None or isinstance(part, int):
            continue
        field = section.model_fields.get(part)
        section = _chosen(field, node) if field else None
    return section


def hint(path: Sequence[str | int], values: Any, model: type[Section] = Config) -> str:
    """Say what an unknown key may have meant.

    Parameters
    ----------
    path : sequence of str or int
        Leads to the unknown key.
    values : mapping
        Keys as given.
    model : type of Section
        Where the path starts.

    Returns
    -------
    str
        The kind of section that has no such key, or the nearest key, or all that are known there.
    """
    *above, key = path
    section = section_at(above, values, model)
    if section is None:
        return "remove it"
    parent = section_at(above[:-1], values, model)
    if parent and above and isinstance(above[-1], str):
        others = kinds_of(parent.model_fields[above[-1]].annotation)
        if any(key in other.model_fields for other in others):
            block = values
            for part in above:
                block = block[part]
            name = _name(parent.model_fields[above[-1]], block)
            return f"has no meaning for {above[-1]} {quoted(name)}; remove it"
    known = list(section.model_fields)
    below = _below(section)
    for names in (known, below):
        if near := difflib.get_close_matches(str(key), names, n=1):
            return f"unknown key; did you mean {below.get(near[0], near[0])!r}?"
    if parent and key in (beside := _below(parent)):
        place = ".".join(str(part) for part in above[:-1])
        meant = f"{place}.{beside[str(key)]}" if place else beside[str(key)]
        return f"unknown key; did you mean {meant!r}?"
    return f"unknown key; known here: {', '.join(known)}"


def set_keys(section: Section) -> Iterator[tuple[str | int, ...]]:
    """Path of every key of a checked configuration that holds a value."""
    for name in type(section).model_fields:
        value = getattr(section, name)
        if isinstance(value, Section):
            yield from ((name, *rest) for rest in set_keys(value))
        elif isinstance(value, list) and value and isinstance(value[0], Section):
            for position, item in enumerate(value):
                yield from ((name, position, *rest) for rest in set_keys(item))
        else:
            yield (name,)


def _chosen(field: FieldInfo, node: Any) -> type[Section] | None:
    """The one of several kinds of section that a block chooses."""
    kinds = kinds_of(field.annotation)
    if len(kinds) < 2:
        return kinds[0] if kinds else None
    name = _name(field, node)
    return next((kind for kind in kinds if name in names_of(kind)), None)


def _name(field: FieldInfo, node: Any) -> Any:
    """Name by which a block chooses its kind, the default one where it gives none."""
    if not isinstance(node, Mapping):
        return node
    choices = (item.default for item in field.metadata if isinstance(item, ByName))
    return node.get("name", next(choices, None))


def _below(section: type[Section]) -> dict[str, str]:
    """Keys one level below a section's own, with the key that leads to them."""
    return {
        inner: f"{name}.{inner}"
        for name, field in section.model_fields.items()
        for kind in kinds_of(field.annotation)
        for inner in kind.model_fields
        if inner not in section.model_fields
    }
