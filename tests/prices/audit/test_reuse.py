"""A second firm under the ticker: told from the same firm after a long gap."""

import numpy as np
import pandas as pd
import pytest

from firmsim.config import Actions, Audit
from firmsim.prices.audit.audit import audit

DAYS = pd.bdate_range("2012-01-02", periods=700, name="date")
GAP = slice(300, 380)


@pytest.fixture
def panel(rng):
    """Forty firms in two sectors, and prices between 10 and 200."""
    market, sectors = rng.normal(0, 0.008, (700, 1)), rng.normal(0, 0.01, (700, 2))
    own = rng.normal(0, 0.01, (700, 40))
    steps = market + sectors[:, np.arange(40) % 2] + own
    values = rng.uniform(10, 200, 40) * np.exp(np.cumsum(steps, axis=0))
    return pd.DataFrame(values, DAYS, [f"F{firm:02}" for firm in range(40)])


def run(panel, **changed):
    series = [panel[name].dropna() for name in panel]
    prices, findings = audit(series, Audit(**changed))
    return prices, findings[findings["kind"] == "ticker_reuse"]


def test_another_firm_after_a_gap_takes_the_first_ones_prices_out(panel):
    panel["F00"] = np.where(np.arange(700) < GAP.stop, panel["F00"], 9 * panel["F01"])
    panel.iloc[GAP, 0] = np.nan
    prices, found = run(panel)
    assert found[["ticker", "date"]].to_numpy().tolist() == [["F00", f"{DAYS[380]:%Y-%m-%d}"]]
    assert found["value"].iloc[0].startswith("another firm after 80 trading days without a price?")
    assert prices["F00"].isna().sum() == GAP.stop
    kept, found = run(panel, actions=Actions(ticker_reuse="note"))
    assert kept["F00"].isna().sum() == 80
    assert found["action"].to_list() == ["note"]


def test_the_same_firm_after_a_gap_keeps_its_prices(panel):
    panel.iloc[GAP, 0] = np.nan
    prices, found = run(panel)
    assert found.empty
    assert prices["F00"].isna().sum() == 80


@pytest.mark.parametrize(("days", "found"), [(79, 1), (80, 1), (81, 0)])
def test_only_long_gaps_are_asked(panel, days, found):
    panel.iloc[:300, 0] *= 50
    panel.iloc[GAP, 0] = np.nan
    assert len(run(panel, reuse_days=days)[1]) == found


def test_prices_that_an_earlier_check_took_out_are_no_gap(panel):
    panel.iloc[GAP, 0] = panel["F00"].iloc[GAP.start]
    panel.iloc[: GAP.start, 0] *= 5
    assert run(panel)[1].empty


def test_few_firms_have_no_factor_but_a_level_and_few_days_nothing(panel):
    few = panel.iloc[:, :4].copy()
    few.iloc[:300, 0] *= 50
    few.iloc[GAP, 0] = np.nan
    assert len(run(few)[1]) == 1
    few.iloc[:295, 0] = np.nan
    assert run(few)[1].empty
