"""Section `trainers`: old keys end in one line with the new one."""

import pytest
import yaml

from firmsim.errors import ConfigError
from trainers.settings import RENAMED_KEYS, load_study


@pytest.mark.parametrize("old", RENAMED_KEYS)
def test_every_old_key_is_told_with_its_place_and_the_new_one(tmp_path, old):
    *sections, key = old.split(".")
    values = {key: 7}
    for section in reversed(sections):
        values = {section: values}
    file = tmp_path / "my.yaml"
    file.write_text("run: mine\n" + yaml.safe_dump(values))
    line = len(file.read_text().splitlines())
    with pytest.raises(ConfigError) as error:
        load_study({"run": "mine"} | values, [file])
    said = f"{old}: is now {RENAMED_KEYS[old]}; rename it, in {file}, line {line}"
    assert str(error.value) == said


@pytest.mark.parametrize("new", RENAMED_KEYS.values())
def test_every_new_key_is_one(new):
    study = load_study({})
    for part in new.split(".")[1:]:
        study = getattr(study, part)
