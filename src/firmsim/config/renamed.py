"""Keys and parameters that have a new name or place since version 0.1.0, in one table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from firmsim.errors import extra

RENAMED_PARAMETERS = {
    "parameters": "max_parameters",
    "batch_firms": "batch_size",
    "embedding": "embedding_size",
    "future": "horizon",
    "regime": "variance_power",
}
"""Old -> new name of an encoder's parameter."""

PARTS_OF_0_1 = {
    "cell": (
        "hidden",
        "parameters",
        "state",
        "hidden_activation",
        "output_activation",
        "state_activation",
    ),
    "objective": (
        "outputs",
        "portfolios",
        "shrinkage",
        "regime",
        "future",
        "temperature",
        "correlation_weight",
        "day_dropout",
        "embedding",
    ),
    "trainer": (
        "truncate",
        "optimizer",
        "momentum",
        "schedule",
        "steps",
        "batch_firms",
        "windows",
        "learning_rate",
        "weight_decay",
        "clip_norm",
        "population",
        "spread",
        "batches",
        "validate_every",
        "patience",
        "checkpoint_every",
    ),
}
"""Part of an encoder -> keys that were written beside it in version 0.1.0."""

RENAMED_KEYS = (
    {
        "prices.tries": "prices.max_attempts",
        "prices.pause": "prices.backoff",
        "evaluation.presence": "evaluation.min_history_share",
        "trainer_study": "trainers",
    }
    | {
        f"encoders.*.{old}": f"encoders.*.{part}.{RENAMED_PARAMETERS.get(old, old)}"
        for part, keys in PARTS_OF_0_1.items()
        for old in keys
    }
    | {  # an encoder that was only nested, not renamed
        f"encoders.*.{part}.{old}": f"encoders.*.{part}.{RENAMED_PARAMETERS[old]}"
        for part, keys in PARTS_OF_0_1.items()
        for old in keys
        if old in RENAMED_PARAMETERS
    }
)
"""Old -> new key; ``*`` is the position in a list."""

LONGEST_BLOCK = 600
"""Characters of the longest block that an error writes out."""

Path = tuple[str | int, ...]


def find_renamed(
    values: Mapping[str, Any], renamed: Mapping[str, str] = RENAMED_KEYS
) -> list[tuple[Path, Path]]:
    """Find the old keys that a configuration holds.

    Parameters
    ----------
    values : mapping
        Keys as given.
    renamed : mapping of str to str
        Old -> new key, as `RENAMED_KEYS`.

    Returns
    -------
    list of (old, new)
        Paths of keys and positions.

    Examples
    --------
    >>> find_renamed({"prices": {"source": "yahoo", "tries": 3}})
    [(('prices', 'tries'), ('prices', 'max_attempts'))]
    """
    found = []
    for old, new in renamed.items():
        for path in _matches(values, old.split(".")):
            positions = iter(part for part in path if isinstance(part, int))
            to = tuple(next(positions) if part == "*" else part for part in new.split("."))
            found.append((path, to))
    return found


def renaming(old: Path, new: Path, values: Mapping[str, Any]) -> str:
    """Say what an old key is now.

    Parameters
    ----------
    old, new : tuple of str or int
        Paths of keys and positions.
    values : mapping
        Keys as given.

    Returns
    -------
    str
        The old key, the new key, and for an encoder the whole block to write.

    Examples
    --------
    >>> values = {"encoders": [{"cell": "elman", "objective": "forecast", "steps": 9}]}
    >>> print(renaming(("encoders", 0, "steps"), ("encoders", 0, "trainer", "steps"), values))
    encoders.0.steps: is now encoders.0.trainer.steps; write \
{cell: elman, objective: forecast, trainer: {name: gradient, steps: 9}}
    """
    key, now = (".".join(map(str, path)) for path in (old, new))
    remedy = "rename it"
    if old[0] == "encoders":
        with extra("workflow", "a configuration file"):
            import yaml
        block = _nested(values["encoders"][old[1]])
        with suppress(yaml.YAMLError):  # a value of Python that YAML cannot write
            dumped = yaml.safe_dump(
                block, default_flow_style=True, sort_keys=False, width=float("inf")
            )
            text = " ".join(dumped.split())
            remedy = f"write {text}" if len(text) <= LONGEST_BLOCK else remedy
    return f"{key}: is now {now}; {remedy}"


def _matches(node: Any, pattern: list[str]) -> Iterator[Path]:
    """Paths below a node that a pattern of keys fits."""
    if not pattern:
        yield ()
    elif pattern[0] == "*":
        if isinstance(node, list):
            for position, item in enumerate(node):
                yield from ((position, *rest) for rest in _matches(item, pattern[1:]))
    elif isinstance(node, Mapping) and pattern[0] in node:
        yield from ((pattern[0], *rest) for rest in _matches(node[pattern[0]], pattern[1:]))


def _nested(old: Mapping[str, Any]) -> dict[str, Any]:
    """Block of an encoder with every old key under its new name, in its part."""
    rest, parts = dict(old), {}
    for part, keys in PARTS_OF_0_1.items():
        given = rest.pop(part, "gradient" if part == "trainer" else None)
        block = dict(given) if isinstance(given, Mapping) else {"name": given}
        block |= {key: rest.pop(key) for key in keys if key in rest}
        parts[part] = {RENAMED_PARAMETERS.get(key, key): value for key, value in block.items()}
    short = {
        part: block["name"] if list(block) == ["name"] else block for part, block in parts.items()
    }
    if "trainer" not in old and short["trainer"] == "gradient":
        del short["trainer"]
    return {key: _plain(value) for key, value in (short | rest).items()}


def _plain(value: Any) -> Any:
    """The same in types that YAML can write."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value
