"""An old key ends in one line: the file, the line, the old key and the new one."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from firmsim.config import Config, Encoder
from firmsim.config.encoder import PARTS
from firmsim.config.keys import section_at
from firmsim.config.load import PASSED_OVER, load_config
from firmsim.config.renamed import PARTS_OF_0_1, RENAMED_KEYS, RENAMED_PARAMETERS
from firmsim.errors import ConfigError

ENCODER = {"cell": "elman", "objective": "comovement"}


def nested(key, value):
    """Configuration with one key set, in the third encoder when it is an encoder's."""
    first, *rest = key.split(".")
    if first == "encoders":
        *above, last = rest[1:]
        block = dict(ENCODER)
        if above:
            block[above[0]] = {"name": ENCODER.get(above[0], "gradient")}
        (block[above[0]] if above else block)[last] = value
        return {"encoders": [ENCODER, ENCODER | {"name": "x"}, block]}
    for part in reversed(rest):
        value = {part: value}
    return {first: value}


def refusal(values, files=()):
    with pytest.raises(ConfigError) as error:
        load_config(values, files)
    message = str(error.value)
    assert len(message.splitlines()) == 1
    return message


@pytest.mark.parametrize("old", RENAMED_KEYS)
def test_every_old_key_is_told_with_its_place_and_the_new_one(tmp_path, old):
    values = nested(old, 7)
    file = tmp_path / "my.yaml"
    file.write_text("run: mine\n# a comment\n" + yaml.safe_dump(values))
    lines = file.read_text().splitlines()
    line = next(
        number for number, text in enumerate(lines, 1) if f"{old.split('.')[-1]}: 7" in text
    )
    message = refusal({"run": "mine"} | values, [file])
    key, new = (name.replace("*", "2") for name in (old, RENAMED_KEYS[old]))
    assert message.startswith(f"{key}: is now {new}; ")
    assert message.endswith(f", in {file}, line {line}")


@pytest.mark.parametrize("old", RENAMED_KEYS)
def test_every_new_key_is_one(old):
    *above, key = (0 if part == "*" else part for part in RENAMED_KEYS[old].split("."))
    if above[:1] == ["encoders"]:
        assert any(key in kind.model_fields for kind in PARTS[above[2]])
    elif not above:
        assert key in PASSED_OVER
    else:
        assert key in section_at(above, {}).model_fields


def test_no_old_key_is_a_key():
    for old in RENAMED_KEYS:
        *above, key = old.split(".")
        if above == ["encoders", "*"]:
            assert key not in Encoder.model_fields
        elif above[:1] == ["encoders"]:
            assert not any(key in kind.model_fields for kind in PARTS[above[2]])
        else:
            assert key not in section_at(above, {}).model_fields


@pytest.mark.parametrize("key", ["prices.tries", "encoders.*.steps"])
def test_an_old_key_on_the_command_line(tmp_path, key):
    file = tmp_path / "my.yaml"
    file.write_text("run: mine\n")
    assert refusal(nested(key, 7), [file]).endswith(", in the command line")
    assert refusal(nested(key, 7)).endswith(", in the configuration")


def test_further_old_keys_are_counted():
    values = {"prices": {"tries": 3, "pause": 9}, "evaluation": {"presence": 0.5}}
    assert refusal(values).endswith("(and 2 more)")


OLD = {key: part for part, keys in PARTS_OF_0_1.items() for key in keys}


@given(
    keys=st.sets(st.sampled_from(sorted(OLD)), min_size=1),
    trainer=st.sampled_from([None, "gradient", "swarm"]),
    cell=st.sampled_from(["elman", {"name": "jordan", "output_activation": "relu"}]),
)
def test_the_block_to_write_has_every_key_in_its_part(keys, trainer, cell):
    old = {"cell": cell, "objective": "comovement", "seeds": [1, 2]}
    old |= {"trainer": trainer} if trainer else {}
    old |= dict.fromkeys(keys, 7)
    message = refusal({"encoders": [old]})
    text = message.split("; write ")[1].rsplit(", in the configuration", 1)[0]
    block = yaml.safe_load(text)
    for key in keys:
        assert block[OLD[key]][RENAMED_PARAMETERS.get(key, key)] == 7
    names = [
        value if isinstance(value, str) else value["name"]
        for value in (block["cell"], block["objective"], block.get("trainer", "gradient"))
    ]
    name = cell if isinstance(cell, str) else cell["name"]
    assert names == [name, "comovement", trainer or "gradient"]
    assert set(block) <= {"cell", "objective", "trainer", "seeds"}
    assert block["seeds"] == [1, 2]


def test_the_block_to_write_is_valid():
    old = {"cell": "jordan", "objective": "comovement", "hidden": 8, "state": 4, "future": 60,
           "regime": 0.5, "steps": 30, "batch_firms": 64, "name": "mine"}  # fmt: skip
    block = refusal({"encoders": [old]}).split("; write ")[1].rsplit(", in the config", 1)[0]
    encoder = load_config({"encoders": [yaml.safe_load(block)]}).encoders[0]
    assert (encoder.cell.state, encoder.objective.horizon) == (4, 60)
    assert (encoder.trainer.batch_size, encoder.name) == (64, "mine")


@pytest.mark.parametrize("values", [{"encoders": 5}, {"encoders": [5]}, {"prices": [1]}])
def test_a_wrong_type_is_left_to_the_check_of_types(values):
    assert "is not valid" in refusal(values)


def test_without_old_keys_nothing_is_said():
    assert load_config(Config().model_dump(mode="json")) == Config()


@pytest.mark.parametrize("value", ["x" * 3000, object()], ids=["long", "no YAML"])
def test_a_block_that_cannot_be_written_out_is_not(value):
    values = {"encoders": [{"cell": "elman", "objective": "forecast", "steps": 9, "x": value}]}
    with pytest.raises(ConfigError) as error:
        load_config(values)
    said = "encoders.0.steps: is now encoders.0.trainer.steps; rename it, in the configuration"
    assert str(error.value) == said
