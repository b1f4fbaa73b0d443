"""The schema and the tables of keys say what the models say."""

import json
import shutil

import pytest

import config_reference as reference
from config_reference import HOME
from firmsim.config import Config


@pytest.fixture
def copy(tmp_path):
    """A project's folder with the two files that are made."""
    for path in (reference.SCHEMA, reference.README):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(HOME / path, tmp_path / path)
    return tmp_path


def test_both_files_are_up_to_date(capsys):
    assert reference.main(["--check"]) == 0, capsys.readouterr().out


def test_what_is_out_of_date_is_named_and_made_anew(copy, capsys):
    readme = copy / reference.README
    text = readme.read_text()
    readme.write_text(text.replace("`prices.source`", "`prices.sauce`"))
    assert reference.main(["--check"], copy) == 1
    assert capsys.readouterr().out.startswith("config/README.md: is out of date")
    assert reference.main([], copy) == 0
    assert readme.read_text() == text
    assert reference.main(["--check"], copy) == 0


@pytest.mark.parametrize(
    "key",
    ["prices.source", "audit.actions.jump", "encoders[].cell", "encoders[].cell.hidden", "run"],
)
def test_tables_name_nested_keys(key):
    assert f"`{key}`" in reference.key_tables()


@pytest.mark.parametrize(
    ("key", "kinds"),
    [
        ("cell.hidden", "all"),
        ("cell.state", "`jordan`"),
        ("cell.hidden_activation", "`elman`, `feedforward`, `jordan`"),
        ("objective.portfolios", "`comovement`"),
        ("trainer.steps", "all"),
        ("trainer.truncate", "`gradient`"),
        ("trainer.population", "`genetic`, `annealing`, `swarm`, `cma-es`"),
    ],
)
def test_tables_tell_where_a_key_means_something(key, kinds):
    rows = reference.key_tables().splitlines()
    (row,) = [row for row in rows if row.startswith(f"| `encoders[].{key}` |")]
    assert row.split(" | ")[1] == kinds


def test_every_key_is_explained():
    rows = [line for line in reference.key_tables().splitlines() if line.startswith("| `")]
    assert len(rows) > 5 * len(Config.model_fields)
    assert not [row for row in rows if not row.removesuffix("|").split(" | ")[-1].strip()]


def test_the_schema_takes_the_short_and_the_long_form():
    cell = json.loads(reference.schema())["$defs"]["Encoder"]["properties"]["cell"]["anyOf"]
    assert "elman" in cell[0]["enum"]
    assert cell[1]["discriminator"]["propertyName"] == "name"
