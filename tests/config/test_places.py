"""The file and line, or the command line, that an error names."""

from datetime import date

import pytest
import yaml

from firmsim.config.load import load_config
from firmsim.config.places import place
from firmsim.errors import ConfigError

TEXT = """\
# a comment
run: mine   # another

prices:
  source: yahoo

  start: 2031-01-01
  end:
firms:
  - A
  - B
  # between two
  - "../x"
training: {train_firms: [A, B,
  C, D], fit_share: 0.5}
encoders:
  - cell: elman
    objective: {name: comovement,
                portfolios: 3}
  - {cell: {name: jordan, state: 3}, objective: forecast}
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "my.yaml"
    path.write_text(TEXT)
    return path


def refusal(values, files=()):
    with pytest.raises(ConfigError) as error:
        load_config(values, files)
    return str(error.value)


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (["run"], 2),
        (["prices"], 4),
        (["prices", "start"], 7),
        (["prices", "end"], 8),  # without a value
        (["prices", "workers"], 4),  # its section
        (["firms", 0], 10),
        (["firms", 2], 13),
        (["training", "train_firms", 1], 14),
        (["training", "train_firms", 3], 15),
        (["training", "fit_share"], 15),
        (["encoders"], 16),
        (["encoders", 0, "cell"], 17),
        (["encoders", 0, "cell", "hidden"], 17),  # of the short form
        (["encoders", 0, "objective", "portfolios"], 19),
        (["encoders", 1], 20),
        (["encoders", 1, "cell", "state"], 20),
    ],
)
def test_line_of_a_key(file, path, line):
    assert place(path, yaml.safe_load(TEXT), [file]) == f"{file}, line {line}"


ANCHORS = """\
.cell: &cell
  name: elman
  hidden: 0
.more: &more {name: jordan, hidden: 8,
  state: 0}
encoders:
  - {cell: *cell, objective: forecast}
  - cell:
      <<: *more
      hidden: -1
    objective: forecast
  - {cell: {<<: [*more, *cell]}, objective: forecast}
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (["encoders", 0, "cell"], 7),
        (["encoders", 0, "cell", "hidden"], 3),  # where the anchor stands
        (["encoders", 1, "cell", "hidden"], 10),  # overrides what is merged
        (["encoders", 1, "cell", "state"], 5),
        (["encoders", 2, "cell", "hidden"], 4),  # of two that are merged the first wins
    ],
)
def test_line_of_a_key_behind_an_anchor(tmp_path, path, line):
    file = tmp_path / "my.yaml"
    file.write_text(ANCHORS)
    assert place(path, yaml.safe_load(ANCHORS), [file]) == f"{file}, line {line}"


class TestSeveralFiles:
    @pytest.fixture
    def files(self, tmp_path):
        contents = {
            "base.yaml": "firms: [A, B]\nprices:\n  start: 2031-01-01\n",
            "mine.yaml": "prices:\n  end: 2016-12-30\nrun: mine\n",
        }
        for name, content in contents.items():
            (tmp_path / name).write_text(content)
        return [tmp_path / name for name in contents]

    def test_the_file_that_holds_the_key(self, files):
        assert refusal({"firms": ["A", "B"]}, files).endswith(f", in {files[0]}, line 1")

    def test_a_section_check_names_the_file_of_its_key(self, files):
        for start in (date(2031, 1, 1), "2031-01-01"):
            values = {"prices": {"start": start, "end": "2016-12-30"}}
            assert refusal(values, files).endswith(f", in {files[0]}, line 3")

    def test_the_last_file_wins(self, files):
        for number, name in enumerate(("../x", "../y")):
            files[number].write_text(yaml.safe_dump({"run": name}))
        assert refusal({"run": "../y"}, files).endswith(f", in {files[1]}, line 1")

    def test_a_missing_key_is_told_with_the_place_of_its_section(self, files):
        files[0].write_text("# none\nencoders:\n  - cell: elman\n")
        message = refusal({"encoders": [{"cell": "elman"}]}, files)
        assert (
            message == f"encoders.0.objective: is missing; give it a value, in {files[0]}, line 3"
        )

    @pytest.mark.parametrize(
        "values",
        [
            {"similarity": {"neighbours": 0}},  # in no file
            {"prices": {"end": "2016-12-30", "workers": 0}},  # its section is in a file
            {"run": "../x"},  # in a file, overruled
            {"prices": 5},  # a section in a file, overruled
        ],
    )
    def test_a_key_set_on_the_command_line(self, files, values):
        assert refusal(values, files).endswith(", in the command line")

    def test_a_key_that_is_set_nowhere(self, files):
        assert refusal({"encoders": [], "similarity": {"comparators": []}}, files)
        message = refusal({"prices": {"source": "yahoo"}, "encoders": []}, files)
        assert message.startswith("prices.start: is empty")


def test_a_file_that_is_no_yaml_still_gives_its_name(tmp_path):
    file = tmp_path / "my.yaml"
    file.write_text("run: [")
    assert place(["run"], {}, [file]) == str(file)


def test_without_files():
    assert refusal({"run": "../x"}).endswith(", in the configuration")
