"""Where a parameter that a library error names is set."""

import pytest
import yaml

from firmsim.config.locate import located
from firmsim.errors import ConfigError, EncoderError, FirmsError, FirmsimError

TEXT = """\
firms: sp700
training: {train_firms: none.csv}
audit:
  min_history: 9999
encoders:
  - {cell: elman, objective: comovement}
  - cell: {name: jordan, hidden: 8}
    objective: comovement
    trainer:
      name: gradient
      windows: [20, 5000]
evaluation:
  windows: [20]
"""
VALUES = yaml.safe_load(TEXT)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "my.yaml"
    path.write_text(TEXT)
    return path


@pytest.mark.parametrize(
    ("parameter", "sections", "key", "line"),
    [
        ("firms", [], "firms", 1),
        ("train_firms", [], "training.train_firms", 2),
        ("training.train_firms", [], "training.train_firms", 2),
        ("min_history", ["audit"], "audit.min_history", 4),
        ("min_history", [], "audit.min_history", 4),
        ("min_history", ["prices", "growth"], "audit.min_history", 4),  # elsewhere, but only there
        ("windows", ["encoders.jordan-comovement"], "encoders.1.trainer.windows", 11),
        ("windows", ["evaluation"], "evaluation.windows", 13),
        ("windows", ["evaluation", "encoders.jordan-comovement"], "evaluation.windows", 13),
        ("cell", ["encoders.elman-comovement"], "encoders.0.cell", 6),
        ("cell", ["encoders.jordan-comovement"], "encoders.1.cell", 7),
        ("hidden", ["training", "encoders.jordan-comovement"], "encoders.1.cell.hidden", 7),
    ],
)
def test_a_parameter_is_found_in_the_configuration(file, parameter, sections, key, line):
    error = FirmsimError(f"{parameter}: 7 is wrong", parameter)
    assert located(error, VALUES, [file], sections) == f"{key}: 7 is wrong, in {file}, line {line}"


@pytest.mark.parametrize(
    ("parameter", "sections"),
    [
        ("windows", []),  # of two encoders and of the evaluation
        ("windows", ["encoders"]),
        ("windows", ["encoders.no-such"]),
        ("hiden", ["audit"]),
    ],
)
def test_what_is_not_one_key_is_left_as_it_is(file, parameter, sections):
    error = FirmsimError(f"{parameter}: 7 is wrong", parameter)
    assert located(error, VALUES, [file], sections) == f"{parameter}: 7 is wrong"


def test_behind_a_label_and_without_the_parameter(file):
    sections = ["encoders.jordan-comovement"]
    place = f"in {file}, line 11"
    for said, located_as in (
        ("jordan, seed 0: windows: 5000 days", "jordan, seed 0: encoders.1.trainer.windows: 5000"),
        ("5000 days are too many", "encoders.1.trainer.windows: 5000 days are too many"),
        ("encoders.1.trainer.windows: 5000", "encoders.1.trainer.windows: 5000"),
    ):
        text = located(EncoderError(said, parameter="windows"), VALUES, [file], sections)
        assert text.startswith(located_as)
        assert text.count("encoders.1.trainer.windows") == 1
        assert text.endswith(place)


def test_a_default_says_where_to_set_it(file):
    error = EncoderError("horizon: 250 days are too many", parameter="horizon")
    text = located(error, VALUES, [file], ["encoders.elman-comovement"])
    key = "encoders.0.objective.horizon"
    assert text == f"{key}: 250 days are too many, the default; set it in {file}"


def test_a_seed_is_one_of_the_seeds(file):
    error = EncoderError("seed: 7 is wrong", parameter="seed")
    text = located(error, VALUES, [file], ["encoders.elman-comovement"])
    assert text.startswith("encoders.0.seeds: 7 is wrong")


def test_on_the_command_line(file):
    values = VALUES | {"firms": "sp800", "similarity": {"neighbours": 5}}
    for parameter, key in (("firms", "firms"), ("neighbours", "similarity.neighbours")):
        text = located(FirmsimError(f"{parameter}: no", parameter), values, [file])
        assert text == f"{key}: no, in the command line"


def test_a_message_that_starts_with_a_key(file):
    for key, line in (("firms", 1), ("training.train_firms", 2)):
        error = FirmsError(f"{key}: is wrong")
        assert located(error, VALUES, [file]) == f"{key}: is wrong, in {file}, line {line}"
    for said in ("none.csv: has no x", "prices.csv: has no x", "run.a.csv: no", "nothing at all"):
        assert located(FirmsError(said), VALUES, [file]) == said


def test_an_error_of_a_check_of_the_configuration(file):
    error = ConfigError(f"firms: is wrong, in {file}, line 1")  # located already
    assert located(error, VALUES, [file]) == str(error)
    error = ConfigError("encoders: two are wrong", parameter="encoders")
    assert located(error, VALUES, [file]) == f"encoders: two are wrong, in {file}, line 5"


def test_always_one_line(file):
    assert located(FirmsError("firms: two\nlines"), VALUES, [file]).count("\n") == 0
