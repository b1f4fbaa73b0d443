"""A long download at which every twentieth answer fails: nobody is lost, and memory stays flat.

Two hundred tickers here; ``make soak`` has a thousand.
"""

import os
from itertools import product

import numpy as np
import pytest

from firmsim.prices.sources.yahoo.store import Store
from yahoo.reader import read
from yahoo.server import CHANCES, FakeYahoo
from yahoo.universe import synthetic

START, END = "2015-02-02", "2015-04-30"
LETTERS = "ABCDEFGHIJ"
FIRMS = int(os.environ.get("SOAK_FIRMS", "200"))
CHANCE = 0.05


@pytest.fixture(scope="module")
def soak(tmp_path_factory):
    folder = tmp_path_factory.mktemp("soak")
    names = ["".join(letters) for letters in product("SOAKED", LETTERS, LETTERS, LETTERS)][:FIRMS]
    universe = synthetic(names, end="2015-05-01")
    with FakeYahoo(universe, folder / "certificates", chance=CHANCE) as yahoo:
        (folder / "few").mkdir()
        few = read(yahoo, folder / "few", names[: FIRMS // 10], START, END, profile_days=None)
        yahoo.log.clear()
        policy = {"workers": 4, "max_attempts": 6}
        said = read(yahoo, folder, names, START, END, profile_days=None, **policy)
        return names, universe, few, said, list(yahoo.log), Store(folder / "store")


def test_every_ticker_is_accounted_for(soak):
    names, *_, said, log, store = soak
    assert list(said["outcomes"]) == names
    failed = {name for name, row in said["outcomes"].items() if row["status"] != "ok"}
    # six tries at one in twenty: one firm in 64 million
    assert failed == set()
    assert store.symbols() == sorted(names)
    faults = sum(request["fault"] in CHANCES for request in log)
    assert faults == pytest.approx(CHANCE * FIRMS, abs=4 * np.sqrt(CHANCE * FIRMS))
    tried_again = sum(row["attempts"] - 1 for row in said["outcomes"].values())
    resent = faults - tried_again  # curl sends some requests again by itself after a reset
    assert 0 <= resent <= faults / 2


def test_every_price_is_the_right_one(soak):
    names, universe, _, said, *_ = soak
    for name in names:
        ref = [row.adjusted for row in universe[name].rows if START <= f"{row.day}" <= END]
        np.testing.assert_allclose(list(said["prices"][name].values()), ref, rtol=1e-9)


def test_memory_stays_flat(soak):
    _, _, few, said, *_ = soak
    assert said["memory"] - few["memory"] < 40 * 1024  # KiB, for ten times as many firms
