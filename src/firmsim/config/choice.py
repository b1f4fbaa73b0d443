"""A section that is one of several kinds, each with keys of its own, chosen by its `name`."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from firmsim.config.section import Section
from firmsim.errors import quoted


def kinds_of(annotation: Any) -> list[type[Section]]:
    """Sections that a type names, alone, in a list or among others."""
    if isinstance(annotation, type) and issubclass(annotation, Section):
        return [annotation]
    return [kind for inner in get_args(annotation) for kind in kinds_of(inner)]


def names_of(kind: type[Section]) -> tuple[str, ...]:
    """Names by which one of several kinds of section is chosen."""
    return get_args(kind.model_fields["name"].annotation)


@dataclass(frozen=True)
class ByName:
    """Metadata of a union of sections: the key `name` chooses one of them.

    A value that is a text only is short for that name and the kind's defaults.

    Parameters
    ----------
    default : str, optional
        Name of a block that gives none. Without it the name is required.
    """

    default: str | None = None

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Schema of the union; the short form is part of the JSON schema."""
        kinds = {name: kind for kind in kinds_of(source) for name in names_of(kind)}
        schemas = {name: handler.generate_schema(kind) for name, kind in kinds.items()}
        union = core_schema.tagged_union_schema(schemas, discriminator="name")
        names = core_schema.literal_schema(list(kinds))
        return core_schema.no_info_before_validator_function(
            lambda value: _long_form(value, tuple(kinds), self.default),
            union,
            json_schema_input_schema=core_schema.union_schema([names, union]),
        )


def _long_form(value: object, names: tuple[str, ...], default: str | None) -> object:
    """Write out the short form; refuse what names none of the kinds."""
    if isinstance(value, Section):
        return value
    given = {"name": value} if isinstance(value, str) else value
    known = ", ".join(names)
    if not isinstance(given, Mapping):
        message = f"{quoted(value)} is not valid: give one of {known}, or a block with its name"
        raise ValueError(message)
    if "name" not in given and default is not None:
        given = {"name": default, **given}
    if "name" not in given:
        message = f"name: is missing; give one of {known}"
        raise ValueError(message)
    name = given["name"]
    if name not in names:
        near = difflib.get_close_matches(name, names, n=1) if isinstance(name, str) else []
        hint = f"did you mean {near[0]!r}?" if near else f"give one of {known}"
        key = "" if isinstance(value, str) else "name: "
        message = f"{key}{quoted(name)} is not valid; {hint}"
        raise ValueError(message)
    return given
