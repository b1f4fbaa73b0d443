"""The store: what comes back is what was kept, or it is corrupt."""

import subprocess
import sys
from datetime import UTC, date, datetime

import numpy as np
import pandas as pd
import pytest

from firmsim.errors import PriceError
from firmsim.prices.sources.yahoo.store import CorruptFile, Store, StoredHistory

PROFILE = {"name": "A", "sector": "", "market_cap": 1.5e9, "fetched": "2026-01-02"}


@pytest.fixture
def kept(rng):
    days = pd.bdate_range("2015-01-01", periods=300, name="Date")
    names = ["Open", "High", "Low", "Close", "Adj Close", "Volume", "Dividends", "Stock Splits"]
    table = pd.DataFrame(rng.uniform(1, 9, (300, 8)), index=days, columns=names)
    table.iloc[5, 3:5] = np.nan
    table.iloc[7, 4] = np.inf
    fetched = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    days = {"start": date(2015, 1, 1), "end": date(2016, 3, 1)}
    return StoredHistory(table, **days, fetched=fetched, zone="Asia/Tokyo", remark="1 day")


@pytest.fixture
def store(tmp_path, kept):
    store = Store(tmp_path / "store")
    store.save_history("^A.B-C=D", kept)
    store.save_profile("^A.B-C=D", PROFILE)
    return store


def test_a_history_comes_back_as_it_was(store, kept):
    back = store.history("^A.B-C=D")
    pd.testing.assert_frame_equal(back.table, kept.table, check_freq=False, check_index_type=False)
    assert {**vars(back), "table": None} == {**vars(kept), "table": None}
    assert store.symbols() == ["^A.B-C=D"]
    assert store.profile("^A.B-C=D") == PROFILE


@pytest.mark.skipif(sys.platform != "linux", reason="threads are counted below /proc")
def test_reading_leaves_no_thread_that_could_abort_the_end(store):
    program = (
        "import os, sys; from pathlib import Path\n"
        "from firmsim.prices.sources.yahoo.store import Store\n"
        "threads = lambda: len(os.listdir('/proc/self/task'))\n"
        "before = threads(); Store(Path(sys.argv[1])).history('^A.B-C=D')\n"
        "print(threads() - before)"
    )
    command = [sys.executable, "-c", program, store.folder]
    assert subprocess.run(command, capture_output=True, check=True).stdout.strip() == b"0"


def test_what_is_not_there_is_none(store):
    assert store.history("X") is None
    assert store.profile("X") is None


def test_the_same_content_gives_the_same_bytes(store, kept):
    path = store.folder / "history" / "^A.B-C=D.parquet"
    before = path.read_bytes()
    store.save_history("^A.B-C=D", store.history("^A.B-C=D"))
    assert path.read_bytes() == before


@pytest.mark.parametrize("name", ["history/^A.B-C=D.parquet", "profiles/^A.B-C=D.json"])
def test_no_changed_byte_goes_unseen(store, rng, name):
    """A flipped bit either is found, or is in a place that is not read."""
    path = store.folder / name
    sound = path.read_bytes()
    before = (store.history("^A.B-C=D"), store.profile("^A.B-C=D"))
    found = 0
    for position in rng.choice(len(sound), 60, replace=False):
        changed = bytearray(sound)
        changed[position] ^= 1 << int(rng.integers(8))
        path.write_bytes(changed)
        if store.verify():
            found += 1
            continue
        pd.testing.assert_frame_equal(store.history("^A.B-C=D").table, before[0].table)
        assert store.history("^A.B-C=D").end == before[0].end
        assert store.profile("^A.B-C=D") == before[1]
    assert found > 40


@pytest.mark.parametrize("content", [b"", b"PAR1", b"{}", b"\xff\xfe", b"null", b"[1]"])
def test_a_corrupt_file_is_told_and_set_aside(store, content):
    for folder, suffix, read in [
        ("history", ".parquet", store.history),
        ("profiles", ".json", store.profile),
    ]:
        path = store.folder / folder / f"^A.B-C=D{suffix}"
        path.write_bytes(content)
        with pytest.raises(CorruptFile) as corrupt:
            read("^A.B-C=D")
        aside = store.set_aside(corrupt.value)
        assert aside.read_bytes() == content
        assert read("^A.B-C=D") is None
    assert store.symbols() == []


def test_a_parquet_of_somebody_else_is_corrupt(store, kept):
    kept.table.to_parquet(store.folder / "history" / "OTHER.parquet")
    with pytest.raises(CorruptFile, match="cannot be read as a history"):
        store.history("OTHER")


def test_what_cannot_be_read_is_named(store):
    (store.folder / "history" / "DIR.parquet").mkdir()
    with pytest.raises(PriceError, match=r"DIR\.parquet cannot be read \(Is a directory\)"):
        store.history("DIR")
