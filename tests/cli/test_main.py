"""`firmsim --help` and `firmsim --version`."""

import subprocess
import sys

import pytest

import firmsim
from firmsim.cli.main import COMMANDS, main


def test_help_lists_the_commands_and_imports_none_of_them():
    code = "import sys; from firmsim.cli.main import main\ntry: main(['--help'])\n"
    code += "except SystemExit: print(sorted({'numpy', 'pandas', 'torch'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    for command, about in COMMANDS.items():
        assert f"{command} " in done.stdout
        assert about in done.stdout
    assert done.stdout.endswith("[]\n")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_a_help(command, capsys):
    with pytest.raises(SystemExit) as end:
        main([command, "--help"])
    assert end.value.code == 0
    assert f"firmsim {command}" in capsys.readouterr().out


def test_version(capsys):
    with pytest.raises(SystemExit):
        main(["--version"])
    assert capsys.readouterr().out == f"firmsim {firmsim.__version__}\n"


def test_no_command_and_an_unknown_one_are_refused(capsys):
    for words in ([], ["adds"]):
        with pytest.raises(SystemExit) as end:
            main(words)
        assert end.value.code == 2
    assert "invalid choice: 'adds'" in capsys.readouterr().err
