"""`firmsim add`: from the command line to the file, and one line for every mistake."""

import stat

import pandas as pd
import pytest
import yaml

from firmsim.cli.main import main
from firmsim.firms.table import read_firms_table

YAHOO = "prices: {source: yahoo, start: 2015-01-02, end: 2024-12-31}\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Working folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config").mkdir()
    return tmp_path


def add(capsys, *arguments, status=0):
    assert main(["add", *arguments]) == status
    printed = capsys.readouterr()
    if status:
        assert printed.err.startswith("error: ")
        assert len(printed.err.splitlines()) == 1
        return printed.err
    assert printed.err == ""
    return printed.out


def test_a_list_grows(folder, capsys):
    file = folder / "my.yaml"
    file.write_text(YAHOO + "firms: [AAPL, MSFT, XOM]  # three\n")
    file.chmod(0o640)
    printed = add(capsys, "CVX", "JPM", "--config", "my.yaml")
    assert file.read_text() == YAHOO + "firms: [AAPL, MSFT, XOM, CVX, JPM]  # three\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert "added CVX, JPM to my.yaml, which lists 5 firms now" in printed
    assert "snakemake --cores 4 --configfile my.yaml" in printed
    assert "trains the encoders anew" in printed
    assert {path.name for path in folder.iterdir()} == {"config", "my.yaml"}


def test_pinned_training_is_told(folder, capsys):
    text = YAHOO + "firms: [A, B, C]\ntraining: {train_firms: [A, B, C]}\n"
    (folder / "my.yaml").write_text(text)
    assert "trains nothing" in add(capsys, "D", "--config", "my.yaml")


@pytest.mark.parametrize("listed", ["[A, B]", "[]", "\n- A\n"])
def test_a_list_that_is_too_short_is_mended(folder, capsys, listed):
    (folder / "my.yaml").write_text(f"firms: {listed}\n")
    before = yaml.safe_load(listed)
    add(capsys, "C", "D", "E", "--config", "my.yaml")
    firms = yaml.safe_load((folder / "my.yaml").read_text())["firms"]
    assert firms == [*before, "C", "D", "E"]


def test_the_default_configuration_is_the_one_snakemake_reads(folder, capsys):
    (folder / "config/config.yaml").write_text("firms:\n- AAPL\n- MSFT\n- XOM\n")
    assert "next: snakemake --cores 4\n" in add(capsys, "CVX")
    values = yaml.safe_load((folder / "config/config.yaml").read_text())
    assert values == {"firms": ["AAPL", "MSFT", "XOM", "CVX"]}


def test_a_table_grows_behind_its_link(folder, capsys):
    (folder / "real.csv").write_text("ticker,name,sector\nA,Agilent,Health Care\nB,,\nC,,\n")
    (folder / "firms.csv").symlink_to("real.csv")
    (folder / "my.yaml").write_text("firms: firms.csv\ntraining: {train_firms: firms.csv}\n")
    printed = add(capsys, "NA", "--sector", "Oil, Gas", "--config", "my.yaml")
    assert (folder / "firms.csv").is_symlink()
    table = read_firms_table(folder / "firms.csv")
    assert list(table.index) == ["A", "B", "C", "NA"]
    assert table.loc["NA", ["name", "sector"]].tolist() == ["", "Oil, Gas"]
    assert "firms.csv, which lists 4 firms now" in printed
    assert "trains the encoders anew" in printed  # pinned to the very table that grew


def test_yahoo_spells_share_classes_its_own_way(folder, capsys):
    (folder / "my.yaml").write_text(YAHOO + "firms: [AAPL, BRK-B, XOM]\n")
    printed = add(capsys, "bf.b", "7203.t", "--config", "my.yaml")
    assert "'bf.b' is BF-B at Yahoo" in printed
    firms = yaml.safe_load((folder / "my.yaml").read_text())["firms"]
    assert firms == ["AAPL", "BRK-B", "XOM", "BF-B", "7203.T"]
    assert "'BRK-B': already in my.yaml" in add(capsys, "BRK.B", "--config", "my.yaml", status=1)


def test_another_spelling_of_a_known_ticker_is_refused(folder, capsys):
    (folder / "my.yaml").write_text(YAHOO + "firms: [AAPL, BRK.B, vod.l]\n")
    for given, known in (("brk-b", "BRK-B"), ("VOD.L", "VOD.L")):
        said = add(capsys, given, "--config", "my.yaml", status=1)
        assert f"'{known}': already in my.yaml" in said


MISTAKES = {
    "already there": ("firms: [A, B, C]", ["D", "B"], ["'B': already in my.yaml"]),
    "given twice": ("firms: [A, B, C]", ["D", "D"], ["'D'", "more than once"]),
    "no ticker": ("firms: [A, B, C]", ["../x"], ["'../x' is not a ticker"]),
    "every firm": ("firms:", ["D"], ["my.yaml", "every firm of the price source"]),
    "no firms": ("run: x", ["D"], ["my.yaml has no key 'firms'"]),
    "an index": (YAHOO + "firms: sp500", ["D"], ["index sp500", "universe.csv"]),
    "sector of a list": ("firms: [A, B, C]", ["D", "--sector", "x"], ["--sector", "CSV"]),
    "table without sectors": ("firms: t.csv", ["D", "--sector", "x"], ["t.csv", "'sector'"]),
    "missing table": ("firms: none.csv", ["D"], ["none.csv does not exist"]),
    "no YAML": ("firms: [A, B", ["D"], ["my.yaml, line 1 is no YAML"]),
    "no day": ("firms: [A, B, C]\nfirms_as_of: 2015-02-30", ["D"], ["my.yaml is no YAML", "day"]),
    "too few still": ("firms: []", ["D"], ["firms: 1 firms are too few"]),
    "no keys": ("- A", ["D"], ["my.yaml holds no keys"]),
    "bad key": ("firms: [A, B, C]\nrnu: x", ["D"], ["rnu", "did you mean 'run'"]),
    "an alias": (
        "training: {train_firms: &t [A, B, C]}\nfirms: *t",
        ["D"],
        ["my.yaml: firms is not written as a plain list"],
    ),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_mistakes_leave_the_file_alone(folder, capsys, case):
    text, arguments, parts = MISTAKES[case]
    (folder / "my.yaml").write_text(text)
    pd.DataFrame({"ticker": ["A", "B", "C"]}).to_csv(folder / "t.csv", index=False)
    message = add(capsys, *arguments, "--config", "my.yaml", status=1)
    for part in parts:
        assert part in message
    assert (folder / "my.yaml").read_text() == text
    assert (folder / "t.csv").read_text() == "ticker\nA\nB\nC\n"


@pytest.mark.parametrize("content", [None, b"firms: [\xff]"])
def test_unreadable_configuration(folder, capsys, content):
    if content is not None:
        (folder / "my.yaml").write_bytes(content)
    reason = "cannot be read" if content is None else "is not UTF-8"
    said = add(capsys, "D", "--config", "my.yaml", status=1)
    assert "my.yaml" in said
    assert reason in said
