"""`firmsim store`, on a store of two symbols."""

import os
import subprocess
import sys
from datetime import UTC, date, datetime

import pandas as pd
import pytest

from firmsim.cli.main import main
from firmsim.prices.sources.yahoo.store import Store, StoredHistory


@pytest.fixture
def store(tmp_path):
    days = pd.bdate_range("2015-01-05", periods=10, name="Date")
    table = pd.DataFrame({"Close": 2.0, "Adj Close": 1.0}, index=days)
    about = {"fetched": datetime(2026, 1, 2, tzinfo=UTC), "zone": "UTC", "remark": ""}
    store = Store(tmp_path / "store")
    for symbol in ("AAA", "BRK-B"):
        store.save_history(
            symbol, StoredHistory(table, date(2015, 1, 1), date(2015, 2, 1), **about)
        )
    store.save_profile("AAA", {"sector": "", "fetched": "2026-01-03"})
    return store


def call(capsys, store, *arguments):
    status = main(["store", *arguments, "--folder", str(store.folder)])
    return status, *capsys.readouterr()


def test_list_has_a_line_a_symbol(capsys, store):
    status, printed, _ = call(capsys, store, "list")
    days = ["2015-01-01", "2015-02-01", "10", "2015-01-05", "2015-01-16", "2026-01-02"]
    assert status == 0
    lines = [line.split("\t") for line in printed.splitlines()[1:]]
    assert lines == [["AAA", *days, "2026-01-03"], ["BRK-B", *days, "-"]]


def test_verify_names_what_is_corrupt(capsys, store):
    assert call(capsys, store, "verify")[:2] == (0, "3 files, 0 corrupt\n")
    path = store.folder / "history" / "AAA.parquet"
    path.write_bytes(path.read_bytes()[:99])
    status, printed, _ = call(capsys, store, "verify")
    assert status == 1
    assert printed.startswith(f"{path}: cannot be read as a history\n3 files, 1 corrupt\n")
    lines = [line.split("\t") for line in call(capsys, store, "list")[1].splitlines()]
    assert lines[1][1].startswith("corrupt: ")
    assert {len(line) for line in lines} == {8}


@pytest.mark.parametrize(("sound", "status"), [(True, 0), (False, 1)])
def test_a_reader_that_goes_away_is_no_fault(store, sound, status):
    if not sound:
        (store.folder / "history" / "AAA.parquet").write_bytes(b"")
    reading, writing = os.pipe()
    os.close(reading)
    program = "from firmsim.cli.main import main; raise SystemExit(main())"
    command = [sys.executable, "-c", program, "store", "verify", "--folder", store.folder]
    env = {key: value for key, value in os.environ.items() if key != "PYTHONUNBUFFERED"}
    done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, env=env, check=False)
    os.close(writing)
    assert (done.returncode, done.stderr) == (status, b"")


def test_forget_removes_the_symbols_that_are_named(capsys, store):
    assert call(capsys, store, "forget", "brk.b")[:2] == (0, "files removed: 1\n")
    assert (store.symbols(), store.profiled()) == (["AAA"], ["AAA"])
    assert call(capsys, store, "forget", "--profiles")[:2] == (0, "files removed: 1\n")
    assert (store.symbols(), store.profiled()) == (["AAA"], [])
    assert call(capsys, store, "forget", "--all")[0] == 0
    assert store.symbols() == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["forget"], "name tickers, or give --all or --profiles"),
        (["forget", "XYZ"], "'XYZ' is not in "),
    ],
)
def test_what_cannot_be_forgotten_is_told(capsys, store, arguments, said):
    status, _, error = call(capsys, store, *arguments)
    assert status == 1
    assert error.startswith("error: ")
    assert said in error


def test_a_store_in_use_is_left_alone(capsys, store):
    with store.lock():
        status, _, error = call(capsys, store, "forget", "AAA")
    assert status == 1
    assert "is in use by a run that downloads" in error
    assert store.symbols() == ["AAA", "BRK-B"]


def test_a_folder_that_is_not_there_is_told(capsys, tmp_path):
    assert main(["store", "list", "--folder", str(tmp_path / "none")]) == 1
    assert "does not exist" in capsys.readouterr().err
