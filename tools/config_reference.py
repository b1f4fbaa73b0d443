"""The configuration's JSON schema and tables of keys, made from the models in `firmsim.config`.

The choices and the default of ``similarity.comparators`` are those of the registry.

    python tools/config_reference.py [--check]

writes ``workflow/schemas/config.schema.json`` and the tables in ``config/README.md``. With
``--check`` it writes nothing, prints one line per stale file, and exits with 1 when there is one.
"""

from __future__ import annotations

import json
import sys
import types
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import annotated_types
from pydantic.fields import FieldInfo

from firmsim.config import Config, Section
from firmsim.config.choice import kinds_of, names_of
from firmsim.similarity.comparators import COMPARATORS, default_comparators
from generated import HOME, between, write_or_check

SCHEMA = Path("workflow/schemas/config.schema.json")
README = Path("config/README.md")
BEGIN, END = "<!-- keys: begin -->", "<!-- keys: end -->"
REGISTERED = "similarity.comparators"
"""Key whose choices and default are in the registry of comparators."""


def schema() -> str:
    """JSON schema of the configuration."""
    found = Config.model_json_schema()
    comparators = found["$defs"]["Similarity"]["properties"]["comparators"]
    comparators["anyOf"][0]["items"]["enum"] = list(COMPARATORS)
    comparators["default"] = default_comparators()
    return json.dumps(found, indent=1) + "\n"


def key_tables() -> str:
    """Every key with its values, default and meaning: one Markdown table per section."""
    return "\n".join(_tables("", [Config], Config.__doc__))


def with_tables(readme: str) -> str:
    """Put the tables between the two markers of a README."""
    return between(readme, BEGIN, END, f"\n\n{key_tables()}\n")


def _tables(prefix: str, kinds: Sequence[type[Section]], text: str | None) -> Iterator[str]:
    """Lines of the table of one section, of whichever kinds, and of the sections within."""
    rows, inner = [], []
    for name, fields in _fields(kinds).items():
        field = next(iter(fields.values()))
        below = kinds_of(field.annotation)
        many = get_origin(field.annotation) is list
        if below:
            key = f"{prefix}{name}[]." if many else f"{prefix}{name}."
            about = field.description if len(below) > 1 else below[0].__doc__
            inner.append((key, below, about))
        if below and not many and len(below) == 1:
            continue  # a section that is always there has nothing to say but its keys
        cells = [f"`{prefix}{name}`", _values(list(fields.values())), _default(field)]
        if prefix + name == REGISTERED:
            cells[1:] = [f"list of {_listed(COMPARATORS)}", _listed(default_comparators())]
        if len(kinds) > 1:
            cells.insert(1, "all" if len(fields) == len(kinds) else _names(list(fields)))
        rows.append(f"| {' | '.join([*cells, _meaning(fields.values())])} |")
    if rows:
        head = ["key", *(["for"] if len(kinds) > 1 else []), "values", "default", "meaning"]
        yield from (f"### {prefix.rstrip('.') or 'Top level'}", "", _sentence(text), "")
        yield from (f"| {' | '.join(head)} |", "|---" * len(head) + "|", *rows, "")
    for section in inner:
        yield from _tables(*section)


def _fields(kinds: Sequence[type[Section]]) -> dict[str, dict[type[Section], FieldInfo]]:
    """Key -> the kinds of a section that have it; keys of all kinds come first."""
    found: dict[str, dict[type[Section], FieldInfo]] = {}
    for kind in kinds:
        for name, field in kind.model_fields.items():
            found.setdefault(name, {})[kind] = field
    return dict(sorted(found.items(), key=lambda item: -len(item[1])))


def _names(kinds: Sequence[type[Section]]) -> str:
    """Names by which kinds of a section are chosen."""
    return ", ".join(f"`{name}`" for kind in kinds for name in names_of(kind))


def _listed(entries: Iterable[str]) -> str:
    """Entries as code, with commas between."""
    return ", ".join(f"`{entry}`" for entry in entries)


def _meaning(fields: Iterable[FieldInfo]) -> str:
    """What a key means, to each kind that says so."""
    return " ".join(dict.fromkeys(_sentence(field.description) for field in fields))


def _sentence(text: str | None) -> str:
    """Docstring on one line."""
    return " ".join((text or "").split())


def _values(fields: Sequence[FieldInfo]) -> str:
    """Type and limits of a key, in words."""
    if len({repr(field.annotation) for field in fields}) > 1:  # names of several kinds
        return ", ".join(_type(field.annotation) for field in fields)
    return _type(fields[0].annotation, fields[0].metadata)


def _limits(metadata: Iterable[Any], unit: str = "characters") -> str:
    """Limits of a value or of a list, in words."""
    words = {
        annotated_types.Ge: ("ge", ", at least {}"),
        annotated_types.Gt: ("gt", ", above {}"),
        annotated_types.Le: ("le", ", at most {}"),
        annotated_types.Lt: ("lt", ", below {}"),
        annotated_types.MaxLen: ("max_length", f", at most {{}} {unit}"),
    }
    text = ""
    for limit in metadata:
        if isinstance(limit, FieldInfo):
            text += _limits(limit.metadata, unit)
        elif type(limit) in words:
            attribute, form = words[type(limit)]
            value = getattr(limit, attribute)
            text += form.format(value if isinstance(value, date) else f"{value:,}")
    return text


def _type(annotation: Any, metadata: Iterable[Any] = ()) -> str:
    """Type of a key and its limits, in words."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if kinds := kinds_of(annotation):
        if origin is list:
            return "list of blocks" + _limits(metadata, "entries")
        return f"{_names(kinds)} or a block" if len(kinds) > 1 else "block"
    if origin is Annotated:
        return _type(arguments[0], [*arguments[1:], *metadata])
    if origin is Literal:
        return ", ".join(f"`{argument}`" for argument in arguments)
    if origin in (Union, types.UnionType):
        inner = [_type(argument) for argument in arguments if argument is not type(None)]
        separator = ", or " if any(", " in text for text in inner) else " or "
        return separator.join(inner) + _limits(metadata)
    if origin is list:
        inner, *limits = _type(arguments[0]).split(", ", maxsplit=1)
        if limits:
            inner += f", {limits[0]}" if "`" in inner else f" ({limits[0]})"
        return f"list of {inner}{_limits(metadata, 'entries')}"
    words = {int: "integer", float: "number", str: "text", Path: "path"}
    return (words.get(annotation) or str(annotation.__name__)) + _limits(metadata)


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "(required)"
    value = field.get_default(call_default_factory=True)
    if value is None or value == "":
        return "empty"
    if isinstance(value, Section):
        return f"`{getattr(value, 'name', '')}`"
    if kinds_of(field.annotation):
        return "see `config.yaml`"
    if isinstance(value, list):
        return ", ".join(f"`{entry}`" for entry in value)
    return f"`{value:g}`" if isinstance(value, float) else f"`{value}`"


def made(home: Path = HOME) -> dict[Path, str]:
    """Files of a project's folder and what they should hold."""
    readme = home / README
    return {home / SCHEMA: schema(), readme: with_tables(readme.read_text(encoding="utf-8"))}


def main(arguments: Sequence[str] | None = None, home: Path = HOME) -> int:
    """Write the files, or check them; see :func:`generated.write_or_check`."""
    return write_or_check(__doc__.splitlines()[0], made, arguments, home)


if __name__ == "__main__":
    sys.exit(main())
