import datetime as dt

import numpy as np
import pandas as pd
import pytest

from firmsim.config import Evaluation
from firmsim.errors import ConfigError
from firmsim.evaluation.holdout import hold_out, read_firms, stratified_sample
from firmsim.files import write_csv


@pytest.fixture
def panel():
    """200 days of 40 firms, one of which lists late, and their table."""
    days = pd.bdate_range("2020-01-01", periods=200)
    tickers = [f"F{i:02}" for i in range(40)]
    growth = pd.DataFrame(np.random.default_rng(0).normal(size=(200, 40)), days, tickers)
    growth.loc[days[:50], "F39"] = np.nan
    firms = pd.DataFrame(
        {"ticker": tickers, "sector": ["A"] * 20 + ["B"] * 10 + [""] * 10, "industry": "I"}
    )
    return growth, firms


def test_every_sector_gives_the_same_share():
    sector = pd.Series(["A"] * 50 + ["B"] * 30 + ["C"] * 20, [f"F{i}" for i in range(100)])
    for seed in range(5):
        chosen = stratified_sample(sector, 0.2, seed)
        assert sector[chosen].value_counts().to_dict() == {"A": 10, "B": 6, "C": 4}
    assert stratified_sample(sector, 0.2, 0) == stratified_sample(sector, 0.2, 0)
    assert stratified_sample(sector, 0.2, 0) != stratified_sample(sector, 0.2, 1)


def test_firms_with_a_whole_history_are_split(panel, tmp_path):
    table, fit_days = hold_out(*panel, Evaluation(), 0.8)
    assert fit_days == 160
    assert len(table) == 39
    assert "F39" not in set(table["ticker"])
    assert table["unseen"].sum() == 7
    write_csv(table, tmp_path / "firms.csv")
    pd.testing.assert_frame_equal(read_firms(tmp_path / "firms.csv"), table, check_dtype=False)


def test_a_lower_share_of_history_admits_late_firms(panel):
    table, _ = hold_out(*panel, Evaluation(min_history_share=0.7), 0.8)
    assert len(table) == 40


def test_the_day_named_is_the_first_not_fitted(panel):
    growth, firms = panel
    _, fit_days = hold_out(growth, firms, Evaluation(fit_end=growth.index[70].date()), 0.8)
    assert fit_days == 70


def test_a_day_outside_is_refused(panel):
    with pytest.raises(ConfigError, match=r"^fit_end: 2031-01-01 .* 2020-01-01 to") as caught:
        hold_out(*panel, Evaluation(fit_end=dt.date(2031, 1, 1)), 0.8)
    assert caught.value.parameter == "fit_end"


def test_too_few_unseen_firms_are_refused(panel):
    with pytest.raises(
        ConfigError, match=r"^unseen_share: 0.03 .* leaves 1 unseen firms"
    ) as caught:
        hold_out(*panel, Evaluation(unseen_share=0.03), 0.8)
    assert caught.value.parameter == "unseen_share"
