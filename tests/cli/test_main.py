"""`firmsim --help` and `firmsim --version`."""

import os
import subprocess
import sys
from pathlib import Path

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


def called(*words, **options):
    """Exit status of the command, and what it printed on standard error."""
    code = "import sys; from firmsim.cli.main import main; sys.exit(main())"
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, words)],
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        **options,
    )
    return done.returncode, done.stderr


def test_a_full_disk_behind_standard_output(tmp_path):
    (tmp_path / "prices.csv").write_text("date,A\n2024-01-02,1\n2024-01-03,0\n")
    with Path("/dev/full").open("w") as full:
        status, line = called("audit", tmp_path / "prices.csv", "--csv", stdout=full)
    assert status == 1
    assert line.startswith("error: standard output cannot be written (No space left on device); ")
    assert line.count("\n") == 1


@pytest.mark.parametrize(
    "words",
    [
        ["audit", "a" * 300],
        ["audit", "file/prices.csv"],
        ["audit", "prices.csv", "--config", "a" * 300],
        ["audit", "prices.csv", "--config", "folder"],
        ["add", "AAPL", "--config", "a" * 300],
        ["add", "AAPL", "--config", "folder"],
        ["add", "AAPL", "--config", "file/a.yaml"],
        ["store", "list", "--folder", "a" * 300],
        ["store", "list", "--folder", "file"],
        ["store", "verify", "--folder", "file/store"],
        ["store", "forget", "--all", "--folder", "store"],
    ],
    ids=lambda words: " ".join(words).replace("a" * 300, "long"),
)
def test_files_and_folders_in_the_wrong_place(tmp_path, monkeypatch, capsys, words):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "prices.csv").write_text("date,A\n2024-01-02,1\n2024-01-03,2\n")
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    (tmp_path / "store/history/AAPL.parquet").mkdir(parents=True)
    assert main(words) == 1
    line = capsys.readouterr().err
    assert line.startswith("error: ")
    assert line.count("\n") == 1
    assert "; " in line


def test_letters_that_the_terminal_lacks(tmp_path):
    path = tmp_path / "prices.csv"
    path.write_text("date,日\n2024-01-02,1\n2024-01-03,-1\n", encoding="utf-8")
    environment = os.environ | {"PYTHONIOENCODING": "ascii:strict"}
    status, line = called("audit", path, env=environment)
    assert status == 1
    assert line.startswith(f"error: {path}: '\\u65e5' is not a ticker; ")


def test_a_command_out_of_memory(monkeypatch, capsys):
    def greedy(arguments):
        raise MemoryError("Unable to allocate 7.28 TiB")

    monkeypatch.setattr("firmsim.cli.store.list_symbols", greedy)
    assert main(["store", "list"]) == 1
    assert capsys.readouterr().err.startswith("error: not enough memory (Unable to allocate 7.28")
