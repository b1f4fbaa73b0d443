"""Dividends that the adjusted prices lack."""

import numpy as np
import pandas as pd
import pytest
from one_stage import run_checks
from seeded_faults import dividends

from firmsim.config import Audit
from firmsim.prices.audit.adjustment import not_adjusted
from firmsim.prices.audit.audit import audit
from firmsim.prices.sources.file import FilePrices

DAYS = pd.bdate_range("2012-01-02", periods=400, name="date")


def firm(rng, name="A"):
    return pd.Series(50 * np.exp(np.cumsum(rng.normal(0, 0.01, 400))), DAYS, name=name)


def flags_of(series, quotes):
    flags, table = run_checks([not_adjusted], series.to_frame(), quotes=quotes)
    return flags["not_adjusted"][:, 0], table


def test_days_of_dividends_that_are_not_in_the_price_are_found(rng):
    series, quotes = dividends(firm(rng), rng, adjusted=False)
    flags, table = flags_of(series, {"A": quotes})
    np.testing.assert_array_equal(flags, quotes["dividends"] > 0)
    assert table["kind"].to_list() == ["not_adjusted"]
    count = int((quotes["dividends"] > 0).sum())
    assert table.loc[0, "value"].startswith(f"{count} dividends of ")
    assert table.loc[0, "value"].endswith("of which the adjusted prices hold 0.0%")


def test_a_firm_without_quotes_or_dividends_hides_none_that_comes_after_it(rng):
    series, quotes = dividends(firm(rng), rng, adjusted=False)
    panel = pd.concat([firm(rng, "0"), firm(rng, "1"), series], axis=1)
    none = quotes.assign(dividends=0.0)
    flags, table = run_checks([not_adjusted], panel, quotes={"1": none, "A": quotes})
    assert table["ticker"].to_list() == ["A"]
    np.testing.assert_array_equal(flags["not_adjusted"].any(axis=0), [False, False, True])


def test_a_dividend_above_the_price_counts_as_one_that_the_price_lacks(rng):
    series, quotes = dividends(firm(rng), rng, adjusted=True)
    quotes["dividends"] = 0.0
    quotes.iloc[100, list(quotes).index("dividends")] = 2 * quotes["close"].iloc[99]
    quotes["adjusted"] = quotes["close"]
    flags, table = flags_of(series, {"A": quotes})
    np.testing.assert_array_equal(np.flatnonzero(flags), [100])
    assert table.loc[0, "value"].startswith("1 dividends of 99.0% of the price together")


def test_adjusted_prices_rounded_to_cents_pass(rng):
    series, quotes = dividends(firm(rng), rng, adjusted=True)
    quotes["adjusted"] = quotes["adjusted"].round(2)
    flags, table = flags_of(series, {"A": quotes})
    assert not flags.any()
    assert table.empty


def test_no_dividend_and_no_quotes_say_nothing(rng):
    series, quotes = dividends(firm(rng), rng, adjusted=False)
    quotes["dividends"] = np.nan
    assert not flags_of(series, {"A": quotes})[0].any()
    assert not flags_of(series, {"B": quotes})[0].any()


def test_rows_out_of_order_twice_or_without_a_price_do_no_harm(rng):
    series, quotes = dividends(firm(rng), rng, adjusted=True)
    quotes.iloc[7, 0] = np.nan
    quotes.iloc[9, 1] = 0.0
    messy = pd.concat([quotes.iloc[200:], quotes.iloc[:201]])
    assert not flags_of(series, {"A": messy})[0].any()


@pytest.mark.parametrize("long", [False, True])
def test_files_with_all_three_columns_are_asked(rng, tmp_path, long):
    tables = {}
    for name in "ABC":
        _, table = dividends(firm(rng, name), rng, adjusted=name != "B")
        tables[name] = table.set_axis(["Close", "Adj Close", "Dividends"], axis=1)
    path = tmp_path
    if long:
        path = tmp_path / "prices.parquet"
        pd.concat(tables, names=["Ticker"]).reset_index().to_parquet(path)
    else:
        for name, table in tables.items():
            table.rename_axis("Date").to_csv(tmp_path / f"{name}.csv")
    raw = FilePrices(path).read(None, None, None)
    prices, findings = audit(raw.series, Audit(), raw.quotes)
    assert findings[["ticker", "kind", "action"]].to_numpy().tolist() == [
        ["B", "not_adjusted", "mask"]
    ]
    assert prices["B"].isna().sum() == (tables["B"]["Dividends"] > 0).sum()


def test_files_without_dividends_give_no_quotes(rng, tmp_path):
    for name in "ABC":
        firm(rng, name).rename("Close").rename_axis("Date").to_csv(tmp_path / f"{name}.csv")
    assert FilePrices(tmp_path).read(None, None, None).quotes == {}
