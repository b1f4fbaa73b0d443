"""Limits of a configuration text: values, depth, length, tags and keys, counted as it is read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NoReturn

from firmsim.errors import ConfigError, extra, printable, quoted

with extra("workflow", "a configuration file"):
    import yaml

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The parser of libyaml where PyYAML has it, because it is a hundred times faster."""

NO_YAML = (yaml.YAMLError, ValueError, ArithmeticError, RecursionError)
"""What reading a text that is not YAML raises; ValueError: a day such as 2015-02-30."""

MAX_VALUES = 100_000
"""Largest number of keys and values, with every alias written out."""
MAX_DEPTH = 20
"""Largest number of blocks within each other; a run needs four."""
MAX_TEXT = 4096
"""Largest number of characters of a key or a value: the longest path."""
TEXT_TAGS = (None, "!", "tag:yaml.org,2002:str")
"""Tags that a value may have: none, or that of a text."""


@dataclass
class _Block:
    """A list or a block that is being read."""

    mapping: bool
    anchor: str | None
    before: int
    keys: dict[str, int] = field(default_factory=dict)
    at_key: bool = True


class Limits:
    """Count what a text holds and refuse it at the first excess.

    Parameters
    ----------
    where : object
        Where the text comes from, for the error.
    """

    def __init__(self, where: object) -> None:
        self.where = where
        self.values = 0
        self.documents = 0
        self.blocks: list[_Block] = []
        self.sizes: dict[str, int] = {}

    def read(self, text: str) -> None:
        """Count what a YAML text holds; nothing of it is built or run.

        Raises
        ------
        ConfigError
            The text exceeds a limit, has a tag or a key twice, or an alias that has no value.
        Exception
            One of `NO_YAML`: the text is no YAML.
        """
        for event in yaml.parse(text, Loader=LOADER):
            self._see(event)

    def _see(self, event: Any) -> None:
        line = event.start_mark.line + 1
        if isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                refuse(self.where, "holds a second document after ---; keep one", line)
        elif isinstance(event, yaml.CollectionEndEvent):
            block = self.blocks.pop()
            if block.anchor:
                self.sizes[block.anchor] = self.values - block.before
        elif isinstance(event, yaml.NodeEvent):
            self._node(event, line)

    def read_values(self, values: Any) -> None:
        """Count values that JSON held.

        Raises
        ------
        ConfigError
            They exceed a limit.
        """
        level, depth = [values], 0
        while level:
            self._add(len(level), None)
            if depth > MAX_DEPTH:
                self._too_deep(None)
            inner = []
            for value in level:
                if isinstance(value, dict):
                    inner += [*value, *value.values()]
                elif isinstance(value, list):
                    inner += value
                elif isinstance(value, str):
                    self._text(value, None)
            level, depth = inner, depth + 1

    def _node(self, event: Any, line: int) -> None:
        self._key(event, line)
        if isinstance(event, yaml.AliasEvent):
            if event.anchor not in self.sizes:
                refuse(self.where, f"has an alias *{event.anchor} without a value before it", line)
            self._add(self.sizes[event.anchor], line)
            return
        if event.tag not in TEXT_TAGS:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            message = f"has the tag {quoted(tag).strip(chr(39))}; remove it, no value needs one"
            refuse(self.where, message, line)
        self._add(1, line)
        if isinstance(event, yaml.ScalarEvent):
            self._text(event.value, line)
            if event.anchor:
                self.sizes[event.anchor] = 1
            return
        if len(self.blocks) >= MAX_DEPTH:
            self._too_deep(line)
        mapping = isinstance(event, yaml.MappingStartEvent)
        self.sizes.pop(event.anchor, None)
        self.blocks.append(_Block(mapping, event.anchor, self.values - 1))

    def _key(self, event: Any, line: int) -> None:
        """Note a key of the block that is being read; a key is a text that is not there yet."""
        if not self.blocks or not self.blocks[-1].mapping:
            return
        block = self.blocks[-1]
        if block.at_key:
            if not isinstance(event, yaml.ScalarEvent):
                refuse(self.where, "has a list, a block or an alias as a key; write a name", line)
            if event.value in block.keys:
                first = block.keys[event.value]
                message = f"has the key {quoted(event.value)} twice (line {first}); keep one"
                refuse(self.where, message, line)
            block.keys[event.value] = line
        block.at_key = not block.at_key

    def _text(self, text: str, line: int | None) -> None:
        if len(text) > MAX_TEXT:
            refuse(
                self.where,
                f"has a text of more than {MAX_TEXT:,} characters: {quoted(text, 30)}",
                line,
            )

    def _add(self, number: int, line: int | None) -> None:
        self.values += number
        if self.values > MAX_VALUES:
            message = f"holds more than {MAX_VALUES:,} values, so it is no configuration"
            refuse(self.where, message, line)

    def _too_deep(self, line: int | None) -> NoReturn:
        message = f"has more than {MAX_DEPTH} blocks within each other; write fewer"
        refuse(self.where, message, line)


def refuse(where: object, what: str, line: int | None = None) -> NoReturn:
    """Raise the error of a configuration text.

    Parameters
    ----------
    where : object
        Where the text comes from.
    what : str
        What is wrong, and what to do.
    line : int, optional
        Line of the text, from 1.

    Raises
    ------
    ConfigError
        Always.

    Examples
    --------
    >>> refuse("my.yaml", "holds no keys", 3)
    Traceback (most recent call last):
    firmsim.errors.ConfigError: my.yaml, line 3 holds no keys
    """
    name = printable(str(where))
    raise ConfigError(f"{name}, line {line} {what}" if line else f"{name} {what}")
