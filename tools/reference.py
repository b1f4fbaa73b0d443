"""The configuration's JSON schema and table of keys, made from the models in `firmsim.config`.

``python tools/reference.py``, in the project's folder, writes both anew.
"""

from __future__ import annotations

import json
import types
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import annotated_types
from pydantic.fields import FieldInfo

from firmsim.config import Config, Section

SCHEMA = Path("workflow/schemas/config.schema.json")
README = Path("config/README.md")
BEGIN, END = "<!-- keys: begin -->", "<!-- keys: end -->"


def schema() -> str:
    """JSON schema of the configuration."""
    return json.dumps(Config.model_json_schema(), indent=1) + "\n"


def key_tables() -> str:
    """Every key with its values, default and meaning: one Markdown table a section."""
    sections: list[tuple[str, type[Section]]] = [("", Config)]
    lines: list[str] = []
    while sections:
        prefix, section = sections.pop(0)
        inner, rows = [], []
        for name, field in section.model_fields.items():
            if model := _section(field.annotation):
                many = get_origin(field.annotation) is list
                inner.append((f"{prefix}{name}[]." if many else f"{prefix}{name}.", model))
                if not many:
                    continue
            meaning = " ".join((field.description or "").split())
            rows.append(f"| `{prefix}{name}` | {_values(field)} | {_default(field)} | {meaning} |")
        if rows:
            title = " ".join((section.__doc__ or "").split())
            lines += [f"### {title}", "", "| key | values | default | meaning |"]
            lines += ["|---|---|---|---|", *rows, ""]
        sections = inner + sections
    return "\n".join(lines)


def with_tables(readme: str) -> str:
    """Put the tables between the two markers of a README."""
    before, rest = readme.split(BEGIN)
    after = rest.split(END)[1]
    return f"{before}{BEGIN}\n\n{key_tables()}\n{END}{after}"


def _section(annotation: Any) -> type[Section] | None:
    for candidate in (annotation, *get_args(annotation)):
        if isinstance(candidate, type) and issubclass(candidate, Section):
            return candidate
    return None


def _values(field: FieldInfo) -> str:
    text = _type(field.annotation)
    limits = {
        annotated_types.Ge: ("ge", "at least"),
        annotated_types.Gt: ("gt", "above"),
        annotated_types.Le: ("le", "at most"),
        annotated_types.Lt: ("lt", "below"),
    }
    for limit in field.metadata:
        if type(limit) in limits:
            attribute, words = limits[type(limit)]
            text += f", {words} {getattr(limit, attribute):g}"
    return text


def _type(annotation: Any) -> str:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _type(arguments[0])
    if origin is Literal:
        return ", ".join(f"`{argument}`" for argument in arguments)
    if origin in (Union, types.UnionType):
        kinds = [_type(argument) for argument in arguments if argument is not type(None)]
        return " or ".join(kinds)
    if origin is list:
        return f"list of {_type(arguments[0])}"
    words = {int: "integer", float: "number", str: "text", Path: "path"}
    return words.get(annotation) or str(annotation.__name__)


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "(required)"
    value = field.get_default(call_default_factory=True)
    if value is None or value == "":
        return "empty"
    if _section(field.annotation):
        return "see `config.yaml`"
    if isinstance(value, list):
        return ", ".join(f"`{entry}`" for entry in value)
    return f"`{value:g}`" if isinstance(value, float) else f"`{value}`"


def write(home: Path) -> None:
    """Write the schema and the tables into a project's folder."""
    (home / SCHEMA).write_text(schema(), encoding="utf-8")
    readme = home / README
    readme.write_text(with_tables(readme.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    write(Path())
