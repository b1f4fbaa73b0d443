"""The schema and the table of keys say what the models say."""

from pathlib import Path

import pytest

import reference
from firmsim.config import Config

HOME = Path(__file__).resolve().parents[2]


def test_schema_is_that_of_the_models():
    text = (HOME / reference.SCHEMA).read_text(encoding="utf-8")
    assert text == reference.schema(), "run `make schema`"


def test_readme_has_the_keys_of_the_models():
    text = (HOME / reference.README).read_text(encoding="utf-8")
    assert text == reference.with_tables(text), "run `make schema`"


@pytest.mark.parametrize("key", ["prices.source", "audit.actions.jump", "encoders[].hidden"])
def test_tables_name_nested_keys(key):
    assert f"`{key}`" in reference.key_tables()


def test_every_key_is_explained():
    rows = [line for line in reference.key_tables().splitlines() if line.startswith("| `")]
    assert len(rows) > 5 * len(Config.model_fields)
    assert all(row.split("|")[4].strip() for row in rows)
