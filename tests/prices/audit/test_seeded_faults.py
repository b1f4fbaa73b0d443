"""Faults seeded into synthetic firms, and into the real panels where these are there."""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from seeded_faults import FAULTS, copied, dividends, share_class

from firmsim.config import Audit
from firmsim.prices.audit.audit import examine
from firmsim.prices.sources.file import FilePrices

SHARED = Path(__file__).parents[4] / "shared" / "data"
PANELS = Path(os.environ.get("FIRMSIM_EVALUATION_DATA", SHARED))
SP500 = PANELS / "sp500_2014_2024_prices.parquet"
N_DAYS, N_FIRMS, SEEDED = 900, 80, 20


@pytest.fixture(scope="module")
def clean():
    """Eighty firms with a market, sectors, clustered volatility, fat tails and real news.

    In the middle comes a crisis: for two months every day is four times as wild, and begins with a
    market day of -15 %. Each firm has two days of news of 4 to 12 %, with aftershocks.
    """
    chance = np.random.default_rng(3)
    scale = np.ones((N_DAYS, 1))
    scale[450:490] = 4
    market = 0.008 * scale * chance.standard_t(4, (N_DAYS, 1))
    market[450] = -0.16
    sectors = 0.006 * scale * chance.standard_t(4, (N_DAYS, 8))
    own = 0.012 * scale * chance.standard_t(4, (N_DAYS, N_FIRMS)) / np.sqrt(2)
    steps = market * chance.uniform(0.6, 1.4, N_FIRMS) + own + sectors[:, np.arange(N_FIRMS) % 8]
    for firm in range(N_FIRMS):
        for day in chance.integers(20, N_DAYS - 20, 2):
            steps[day, firm] += chance.uniform(0.04, 0.12) * chance.choice([-1, 1])
            steps[day + 1 : day + 6, firm] *= 2
    values = chance.uniform(5, 300, N_FIRMS) * np.exp(np.cumsum(steps, axis=0))
    days = pd.bdate_range("2012-01-02", periods=N_DAYS, name="date")
    return [pd.Series(values[:, k], days, name=f"F{k:02}") for k in range(N_FIRMS)]


def found(series, quotes=None):
    return examine(series, Audit(), quotes, stops=False)[1].table()


def test_nothing_is_found_in_clean_firms_that_went_through_a_crisis(clean):
    assert found(clean).empty


@pytest.mark.parametrize("name", FAULTS)
def test_seeded_faults_are_found(clean, name):
    fault = FAULTS[name]
    chance = np.random.default_rng(5)
    series, truth = list(clean), []
    for place in range(SEEDED):
        days = clean[place].index
        series[place], first, last = fault.seed(clean[place].copy(), chance, clean)
        truth.append((days[first], days[last]))
    table = found(series)
    right = table[table["kind"].isin(fault.kinds)]
    dates = right.assign(date=pd.to_datetime(right["date"])).groupby("ticker")["date"].agg(list)
    hits = [
        any(first <= date <= last for date in dates.get(one.name, []))
        for one, (first, last) in zip(clean, truth, strict=False)
    ]
    assert sum(hits) >= 0.9 * SEEDED
    of_pairs = {"identical_series", "share_class"}  # a reused ticker's second firm is in the panel
    others = table[~table["kind"].isin(of_pairs)]
    assert set(others["ticker"]) <= {one.name for one in clean[:SEEDED]}


@pytest.mark.parametrize(("seed", "kind"), [(copied, "identical_series"), (share_class,) * 2])
def test_seeded_copies_are_found(clean, seed, kind):
    chance = np.random.default_rng(5)
    added = [seed(one, chance, clean) for one in clean[:SEEDED]]
    table = found([*clean, *added])
    assert set(table["ticker"]) == {one.name for one in added}
    assert set(table["kind"]) == {"share_class" if kind is share_class else kind}


@pytest.mark.parametrize("adjusted", [False, True])
def test_dividends_not_adjusted_for_are_found(clean, adjusted):
    chance = np.random.default_rng(5)
    given = [dividends(one, chance, adjusted=adjusted) for one in clean[:SEEDED]]
    series = [one for one, _ in given] + clean[SEEDED:]
    table = found(series, {one.name: quotes for one, quotes in given})
    expected = set() if adjusted else {one.name for one, _ in given}
    assert set(table["ticker"]) == expected


@pytest.mark.skipif(not SP500.is_file(), reason="the evaluation panel is not on this machine")
def test_a_real_panel_has_its_known_faults_and_few_others():
    table = found(FilePrices(SP500).read(None, None, None).series)
    pairs = table[table["kind"] == "share_class"]
    named = {(row.value.split()[2], row.ticker) for row in pairs.itertuples()}
    assert named == {("GOOG", "GOOGL"), ("FOX", "FOXA"), ("NWS", "NWSA")}
    far_off = table[table["kind"].isin(["jump", "split", "unit_error", "ticker_reuse"])]
    assert ("DHR", "2016-07-05") in set(zip(far_off["ticker"], far_off["date"], strict=True))
    assert len(far_off) <= 3
