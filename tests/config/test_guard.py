"""What is checked before Snakemake reads a configuration."""

import pytest

from firmsim.config.guard import allows_templates, check_command_line, check_file, checked_path
from firmsim.errors import ConfigError

TEMPLATE = "__use_yte__: true\nrun: ?1 + 1\n"


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "my.yaml"
    path.write_text(TEMPLATE)
    return path


def refusal(*arguments):
    with pytest.raises(SystemExit) as end:
        check_command_line([str(argument) for argument in arguments])
    message = str(end.value)
    assert message.startswith("error: ")
    assert len(message.splitlines()) == 1
    return message


@pytest.mark.parametrize(
    "options",
    [
        ["--configfile", "{}"],
        ["--configfiles", "{}"],
        ["--configfile={}"],
        ["--configfile", "{good}", "{}"],
        ["--configfile", "{}", "--configfile", "{good}"],
        ["--configfile", "{}", "--config", "run=a"],
        ["all", "-n", "--configfile", "{}", "--cores", "2"],
        ["--configfile", "{}", "--config", "__use_yte__=false"],
    ],
)
def test_a_template_is_refused_wherever_the_command_line_names_it(file, options):
    good = file.with_name("good.yaml")
    good.write_text("run: a")
    said = refusal(*(option.format(file, good=good) for option in options))
    assert f"{file} has the key __use_yte__" in said


def test_the_command_line_allows_a_template(file):
    check_command_line(["--configfile", str(file), "--config", "run=a", "__use_yte__=true"])
    check_file(file, templates=True)
    assert checked_path(str(file), {"__use_yte__": True}) == str(file)
    assert allows_templates({"__use_yte__": True})
    assert not allows_templates({"__use_yte__": "no"})


def test_a_default_file_is_checked_unless_it_is_skipped(file):
    with pytest.raises(SystemExit, match="__use_yte__"):
        checked_path(str(file), {})
    assert checked_path(str(file), {}, skipped=True) == str(file)
    assert checked_path("nowhere.yaml", {}) == "nowhere.yaml"  # Snakemake says so


@pytest.mark.parametrize(
    "value",
    [
        "[" * 50,
        "{a: &a [x, x, x, x, x, x, x, x, x, x], b: &b "
        + "[*a, *a, *a, *a, *a, *a, *a, *a, *a, *a], c: &c "
        + "[*b, *b, *b, *b, *b, *b, *b, *b, *b, *b], d: &d "
        + "[*c, *c, *c, *c, *c, *c, *c, *c, *c, *c], e: [*d, *d, *d, *d, *d, *d, *d, *d, *d, *d]}",
        "&a [*a]",
        "x" * 5000,
        "{a: 1, a: 2}",
    ],
)
def test_values_of_the_command_line(value):
    assert "--config firms" in refusal("--config", "run=a", f"firms={value}")


@pytest.mark.parametrize(
    "value", ["run=a", "run='a'", "run=a: b: c", "run=[", "run", "run=", "k=1e9"]
)
def test_what_snakemake_takes_for_a_text_is_left_to_it(value):
    check_command_line(["--cores", "2", "--config", value])


def test_a_command_line_that_is_none_is_left_to_snakemake():
    check_command_line(["--configfile"])
    check_command_line([])


@pytest.mark.parametrize(
    ("pathvars", "reason"),
    [
        ("{results: /etc}", "pathvars.results: '/etc' is outside the working folder"),
        ("{results: a/../../b}", "outside the working folder"),
        ("{logs: ~/x}", "outside the working folder"),
        ("{logs: 5}", "pathvars.logs: 5 is no folder"),
        ("5", "pathvars: 5 is no mapping"),
    ],
)
def test_folders_outside_are_refused(file, pathvars, reason):
    file.write_text(f"pathvars: {pathvars}")
    with pytest.raises(ConfigError) as error:
        check_file(file)
    assert reason in str(error.value)


def test_folders_within_are_allowed(file):
    file.write_text("pathvars: {results: mine/results}")
    check_file(file)


def test_a_file_without_keys_is_refused(file):
    file.write_text("# nothing")
    with pytest.raises(ConfigError, match="holds no keys"):
        check_file(file)
