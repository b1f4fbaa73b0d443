"""Faults around a download: network, disk, cache, signals, a second process."""

import contextlib
import json
import os
import pty
import re
import signal
import sqlite3
import subprocess
import termios
import time

import pytest

from firmsim.prices.sources.yahoo.store import Store
from yahoo.reader import command, environment, read
from yahoo.server import FakeYahoo
from yahoo.universe import synthetic

START, END = "2015-02-02", "2015-12-30"
NAMES = [f"N{letter}" for letter in "ABCDEFGHIJKLMNOP"]


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    return tmp_path_factory.mktemp("certificates")


def start(yahoo, folder, tickers, **options):
    """Start a reader and let it run."""
    return subprocess.Popen(
        command(folder, tickers, START, END, wait=True, profile_days=None, **options),
        env=environment(yahoo, folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def wait_for(condition, process):
    while not condition():
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.02)


def assert_ok(said, names=NAMES):
    assert said["error"] is None
    assert {row["status"] for row in said["outcomes"].values()} == {"ok"}
    assert list(said["prices"]) == names


def test_without_a_network_the_run_says_so_and_soon(certificates, tmp_path):
    yahoo = FakeYahoo(synthetic(NAMES), certificates)
    yahoo.server.server_close()
    said = read(yahoo, tmp_path, NAMES, START, END)
    assert said["error"].startswith("min_coverage: 0 of 16 firms have prices, ")
    assert "16 connection ('NA': " in said["error"]
    asked = [row for row in said["outcomes"].values() if row["attempts"]]
    assert 10 <= len(asked) <= 12  # and not all sixteen, four times each
    assert said["outcomes"]["NP"]["reason"].startswith("not asked: 10 firms in a row failed")


def test_what_is_kept_needs_no_network(certificates, tmp_path):
    with FakeYahoo(synthetic(NAMES), certificates) as yahoo:
        read(yahoo, tmp_path, NAMES[:1], START, END)
        read(yahoo, tmp_path, NAMES[-1:], START, END)
    lost = read(yahoo, tmp_path, NAMES, START, END, min_coverage=0.1)
    assert list(lost["prices"]) == [NAMES[0], NAMES[-1]]
    assert_ok(read(yahoo, tmp_path, NAMES[-1:], START, END), NAMES[-1:])


def test_a_killed_download_goes_on_where_it_was(certificates, tmp_path):
    slow = [{"kind": "slow", "endpoint": "prices", "delay": 0.1}]
    with FakeYahoo(synthetic(NAMES), certificates, slow) as yahoo:
        process = start(yahoo, tmp_path, NAMES)
        wait_for(lambda: len(yahoo.asked("prices")) >= 6, process)
        process.kill()
        process.communicate()
        store = Store(tmp_path / "store")
        kept = store.symbols()
        assert 2 <= len(kept) < len(NAMES)
        assert store.verify() == []
        half_made = store.folder / "history" / ".AAA.parquet.7-f3.part"
        half_made.touch()
        yahoo.set_faults([])
        yahoo.log.clear()
        said = read(yahoo, tmp_path, NAMES, START, END)
        assert_ok(said)
        assert not half_made.exists()
        assert sorted(yahoo.asked("prices")) == sorted(set(NAMES) - set(kept))
        (tmp_path / "fresh").mkdir()
        assert read(yahoo, tmp_path / "fresh", NAMES, START, END)["prices"] == said["prices"]


def test_ctrl_c_leaves_the_store_sound_and_says_how_to_go_on(certificates, tmp_path):
    slow = [{"kind": "slow", "endpoint": "prices", "delay": 0.1}]
    with FakeYahoo(synthetic(NAMES), certificates, slow) as yahoo:
        process = start(yahoo, tmp_path, NAMES, requests_per_second=10)
        wait_for(lambda: len(yahoo.asked("prices")) >= 6, process)
        os.killpg(process.pid, signal.SIGINT)
        said = json.loads(process.communicate()[0])
        assert said["kind"] == "Interrupted"
        assert said["error"].startswith("interrupted at ")
        assert said["error"].endswith(
            f" of 16 firms; what was downloaded is kept in {tmp_path / 'store'}: run the same "
            "command again to go on from there"
        )
        assert Store(tmp_path / "store").verify() == []
        asked = len(yahoo.asked("prices"))
        yahoo.set_faults([])
        assert_ok(read(yahoo, tmp_path, NAMES, START, END))
        assert len(yahoo.asked("prices")) - asked < len(NAMES)


def test_ctrl_c_ends_a_pause_of_a_day(certificates, tmp_path):
    faults = [{"kind": "rate_limit", "endpoint": "prices"}]
    with FakeYahoo(synthetic(NAMES), certificates, faults) as yahoo:
        process = start(yahoo, tmp_path, NAMES, backoff=86_400)
        wait_for(lambda: len(yahoo.asked("prices")) >= 1, process)
        time.sleep(0.2)
        os.killpg(process.pid, signal.SIGINT)
        said = json.loads(process.communicate()[0])
    assert said["kind"] == "Interrupted"


def test_a_terminal_is_shown_rate_failures_and_time_left(certificates, tmp_path):
    faults = [{"kind": "not_found", "symbol": "NB"}]
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 100))
    with FakeYahoo(synthetic(NAMES), certificates, faults) as yahoo:
        subprocess.run(
            command(tmp_path, NAMES, START, END, profile_days=None),
            env=environment(yahoo, tmp_path),
            stdout=subprocess.DEVNULL,
            stderr=theirs,
            check=True,
        )
    os.close(theirs)
    shown = ""
    with contextlib.suppress(OSError):  # the end, as Linux has it
        while part := os.read(ours, 10_000):
            shown += part.decode()
    os.close(ours)
    last = shown.split("Prices")[-1]
    assert re.search(r"16/16 \[\d\d:\d\d<\d\d:\d\d, .*firm/s, failed=1\]", last)


def test_two_runs_at_once_ask_for_each_ticker_once(certificates, tmp_path):
    slow = [{"kind": "slow", "endpoint": "prices", "delay": 0.05}]
    with FakeYahoo(synthetic(NAMES), certificates, slow) as yahoo:
        both = [start(yahoo, tmp_path, NAMES), start(yahoo, tmp_path, NAMES[::-1])]
        said = [json.loads(process.communicate()[0]) for process in both]
        assert sorted(yahoo.asked("prices")) == NAMES
    for one, names in zip(said, (NAMES, NAMES[::-1]), strict=True):
        assert_ok(one, names)
    assert said[0]["prices"] == {name: said[1]["prices"][name] for name in NAMES}
    assert Store(tmp_path / "store").verify() == []


def test_a_locked_or_unwritable_cache_of_yfinance_is_none_of_ours(certificates, tmp_path):
    folder = tmp_path / "cache" / "py-yfinance"
    folder.mkdir(parents=True)
    locked = [sqlite3.connect(folder / name) for name in ("tkr-tz.db", "cookies.db")]
    for database in locked:
        database.execute("BEGIN EXCLUSIVE")
    with FakeYahoo(synthetic(NAMES), certificates) as yahoo:
        assert_ok(read(yahoo, tmp_path, NAMES, START, END))
        nowhere = {"XDG_CACHE_HOME": "/proc/nowhere"}
        (tmp_path / "other").mkdir()
        assert_ok(read(yahoo, tmp_path / "other", NAMES, START, END, env=nowhere))
    for database in locked:
        database.close()


def test_a_store_that_cannot_be_written_is_named(certificates, tmp_path):
    (tmp_path / "store").write_text("a file")
    with FakeYahoo(synthetic(NAMES), certificates) as yahoo:
        said = read(yahoo, tmp_path, NAMES, START, END)
        assert yahoo.log == []
    assert said["kind"] == "PriceError"
    assert said["error"].startswith(f"{tmp_path / 'store'} cannot be written (File exists); ")


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 128 KiB, where one can be mounted."""
    folder = tmp_path / "store"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a small disk can be mounted by the superuser only")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_stops_the_run_and_keeps_what_was_had(certificates, tmp_path, small_disk):
    with FakeYahoo(synthetic(NAMES), certificates) as yahoo:
        said = read(yahoo, tmp_path, NAMES, START, END)
        store = Store(small_disk)
        kept = store.symbols()
        assert said["kind"] == "PriceError"
        start = f"{small_disk} cannot be written (No space left on device); "
        assert said["error"].startswith(start)
        assert "free disk space" in said["error"]
        assert 1 <= len(kept) < len(NAMES)
        assert store.verify() == []
        assert not list(small_disk.rglob("*.part"))
        subprocess.run(["mount", "-o", "remount,size=8m", str(small_disk)], check=True)
        yahoo.log.clear()
        assert_ok(read(yahoo, tmp_path, NAMES, START, END))
        assert sorted(yahoo.asked("prices")) == sorted(set(NAMES) - set(kept))


def test_a_read_only_disk_is_named(certificates, tmp_path, small_disk):
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with FakeYahoo(synthetic(NAMES), certificates) as yahoo:
        said = read(yahoo, tmp_path, NAMES, START, END)
        assert yahoo.log == []
    assert said["error"].startswith(f"{small_disk} cannot be written (Read-only file system); ")


def test_a_corrupt_file_is_set_aside_and_asked_for_again(certificates, tmp_path):
    with FakeYahoo(synthetic(NAMES[:3]), certificates) as yahoo:
        first = read(yahoo, tmp_path, NAMES[:3], START, END)
        path = tmp_path / "store" / "history" / "NB.parquet"
        path.write_bytes(path.read_bytes()[:-100])
        yahoo.log.clear()
        second = read(yahoo, tmp_path, NAMES[:3], START, END)
        assert yahoo.asked("prices") == ["NB"]
    assert second["prices"] == first["prices"]
    assert second["outcomes"]["NB"]["reason"] == (
        "the kept file cannot be read as a history: moved to NB.parquet.corrupt and asked for again"
    )
    assert (path.parent / "NB.parquet.corrupt").is_file()


def test_a_corrupt_profile_is_set_aside_and_asked_for_again(certificates, tmp_path):
    with FakeYahoo(synthetic(NAMES[:3]), certificates) as yahoo:
        read(yahoo, tmp_path, NAMES[:3], START, END)
        (tmp_path / "store" / "profiles" / "NB.json").write_text("{", encoding="utf-8")
        yahoo.log.clear()
        second = read(yahoo, tmp_path, NAMES[:3], START, END)
        assert yahoo.asked("info") == ["NB"]
    assert second["outcomes"]["NB"]["profile"] == (
        "ok, the kept file cannot be read as a profile: moved to NB.json.corrupt and asked for "
        "again"
    )
