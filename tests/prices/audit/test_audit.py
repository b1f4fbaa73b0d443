"""The audit: each kind of finding, each action, and what must never change."""

import cProfile
import datetime as dt
import pstats
import tracemalloc
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmsim.config import Actions, Audit
from firmsim.errors import PriceError
from firmsim.growth import growth_rates
from firmsim.prices.audit.audit import audit, examine

DAYS = pd.bdate_range("2012-01-02", periods=60, name="date")


def settings_for(**actions):
    return Audit(min_history=30, actions=Actions(**actions))


@pytest.fixture
def firms(rng):
    """Five healthy firms over sixty days."""
    steps = rng.normal(0, 0.01, (60, 5))
    values = 50 * np.exp(np.cumsum(steps, axis=0))
    return {name: pd.Series(values[:, k], DAYS, name=name) for k, name in enumerate("ABCDE")}


def run(firms, **actions):
    return audit(list(firms.values()), settings_for(**actions))


def rows(findings):
    return [tuple(row) for row in findings[["ticker", "date", "kind", "action"]].to_numpy()]


def test_healthy_prices_pass_unchanged(firms):
    prices, findings = run(firms)
    pd.testing.assert_frame_equal(prices, pd.DataFrame(firms), check_freq=False)
    assert prices.index.name == "date"
    assert list(findings.columns) == ["ticker", "date", "kind", "value", "action"]
    assert findings.empty


def test_the_columns_keep_the_order_of_the_source(firms):
    prices, _ = audit([firms[name] for name in "DBECA"], settings_for())
    assert list(prices) == list("DBECA")


@pytest.mark.parametrize("value", [0.0, -3.5, np.inf])
def test_nonpositive_prices_are_masked_one_finding_a_run(firms, value):
    firms["B"].iloc[[10, 11, 12, 40]] = value
    prices, findings = run(firms)
    kind = "nonpositive_price"
    assert rows(findings) == [("B", "2012-01-16", kind, "mask"), ("B", "2012-02-27", kind, "mask")]
    assert findings["value"].to_list() == [f"price {value:g} (and 2 more days)", f"price {value:g}"]
    assert np.flatnonzero(prices["B"].isna()).tolist() == [10, 11, 12, 40]


def test_days_out_of_order_are_sorted(firms):
    healthy = firms["C"].copy()
    firms["C"] = pd.concat([healthy.iloc[30:], healthy.iloc[:30]])
    prices, findings = run(firms)
    assert rows(findings) == [("C", "2012-01-02", "unsorted_date", "mask")]
    assert findings.loc[0, "value"] == "1 of 60 rows step back in time"
    pd.testing.assert_series_equal(prices["C"], healthy, check_freq=False)


def test_days_given_twice_are_merged_when_equal_and_masked_when_not(firms):
    healthy = firms["C"].copy()
    again = healthy.iloc[[5, 6, 7]].copy()
    again.iloc[1] += 1
    again.iloc[2] = np.nan
    firms["C"] = pd.concat([healthy, again]).sort_index(kind="stable")
    prices, findings = run(firms)
    assert rows(findings) == [("C", "2012-01-09", "duplicate_date", "mask")]
    assert findings.loc[0, "value"] == "3 days given more than once, 1 with unequal prices"
    assert np.flatnonzero(prices["C"].isna()).tolist() == [6]
    assert prices["C"].iloc[[5, 7]].to_list() == healthy.iloc[[5, 7]].to_list()


@pytest.mark.parametrize(("days", "found"), [(4, False), (5, True), (9, True)])
def test_gaps_inside_a_history_are_found_and_nothing_is_filled(firms, days, found):
    firms["A"] = firms["A"].drop(DAYS[20 : 20 + days])
    firms["E"] = firms["E"].iloc[15:]  # a later listing is no gap
    firms["D"] = firms["D"].iloc[:45]
    prices, findings = run(firms)
    expected = [("A", f"{DAYS[20]:%Y-%m-%d}", "gap", "mask")] if found else []
    assert rows(findings) == expected
    assert prices["A"].isna().sum() == days


def test_a_holiday_of_the_exchange_is_no_gap(rng):
    days = pd.bdate_range("2019-04-01", "2019-05-31")
    golden_week = (days >= "2019-04-29") & (days <= "2019-05-06")  # six weekdays
    prices = pd.DataFrame(100 + rng.normal(size=(len(days), 4)).cumsum(axis=0), days, list("ABCD"))
    series = [prices["A"].mask(golden_week).dropna(), *(prices[ticker] for ticker in "BCD")]
    settings = Audit(min_history=2)
    _, findings = audit(series, settings, calendars={"A": "XTKS", "B": "XNYS", "C": ""})
    assert findings.empty
    _, findings = audit(series, settings)
    assert findings[["ticker", "date", "kind"]].to_numpy().tolist() == [["A", "2019-04-29", "gap"]]


def test_a_split_after_a_holiday_of_the_exchange_is_found(rng):
    days = pd.bdate_range("2019-01-02", "2019-12-30")
    steps = rng.normal(0, 0.01, (len(days), 12))
    prices = pd.DataFrame(100 * np.exp(steps.cumsum(axis=0)), days, [f"F{k}" for k in range(12)])
    calendars = dict.fromkeys(prices.columns[:6], "XTKS") | dict.fromkeys(
        prices.columns[6:], "XNYS"
    )
    golden_week = (days >= "2019-04-29") & (days <= "2019-05-06")
    prices.iloc[golden_week, :6] = np.nan
    prices.loc["2019-05-07":, "F0"] /= 4  # the first session after it
    series = [prices[ticker].dropna() for ticker in prices]
    masked, findings = audit(series, Audit(min_history=2), calendars=calendars)
    found = findings[findings["kind"] == "split"]
    assert found[["ticker", "date"]].to_numpy().tolist() == [["F0", "2019-05-07"]]
    assert np.isnan(masked.loc["2019-05-07", "F0"])


def test_sessions_on_which_no_firm_has_a_price_are_a_gap(rng):
    days = pd.bdate_range("2019-03-01", "2019-03-29")
    prices = pd.DataFrame(100 + rng.normal(size=(len(days), 3)).cumsum(axis=0), days, list("ABC"))
    prices = prices.drop(days[8:14])
    calendars = {"A": "XNYS", "B": "XNYS"}
    series = [prices[ticker] for ticker in prices]
    _, findings = audit(series, Audit(min_history=2), calendars=calendars)
    found = findings[["ticker", "date", "kind", "value"]].to_numpy().tolist()
    assert found == [[ticker, "2019-03-13", "gap", "6 sessions without a price"] for ticker in "AB"]


@pytest.mark.parametrize(("days", "found"), [(9, False), (10, True), (14, True)])
def test_repeats_of_a_stale_run_are_masked(firms, days, found):
    firms["A"].iloc[20 : 20 + days] = firms["A"].iloc[20]
    prices, findings = run(firms)
    expected = [("A", f"{DAYS[20]:%Y-%m-%d}", "stale_run", "mask")] if found else []
    assert rows(findings) == expected
    masked = list(range(21, 20 + days)) if found else []
    assert np.flatnonzero(prices["A"].isna()).tolist() == masked


@pytest.mark.parametrize(("first", "kind"), [(20, "stale_run"), (0, "backfilled_start")])
@pytest.mark.parametrize(("days", "found"), [(9, False), (10, True)])
def test_a_holiday_of_the_exchange_ends_no_stale_run(rng, first, kind, days, found):
    # Victoria Day 2019, Canada only; the same price before and after it
    index = pd.bdate_range(pd.Timestamp("2019-05-20") - pd.offsets.BDay(4 + first), periods=60)
    steps = rng.normal(0, 0.01, (60, 3)).cumsum(axis=0)
    prices = pd.DataFrame(50 * np.exp(steps), index, ["HOME", "OTHER", "TORONTO"])
    run_of = slice(first, first + days + 1)  # one of these days is the holiday
    prices.iloc[run_of, 2] = prices["TORONTO"].iloc[first]
    closed = [pd.Timestamp("2019-05-20")]
    series = [prices["HOME"], prices["OTHER"], prices["TORONTO"].drop(closed)]
    calendars = {"HOME": "XNYS", "OTHER": "XNYS", "TORONTO": "XTSE"}
    masked, findings = audit(series, Audit(min_history=2), calendars=calendars)
    expected = [("TORONTO", f"{index[first]:%Y-%m-%d}", kind, "mask")] if found else []
    assert rows(findings) == expected
    kept = first + days if kind == "backfilled_start" else first
    gone = [row for row in range(first, first + days + 1) if row != kept] if found else [first + 4]
    assert np.flatnonzero(masked["TORONTO"].isna()).tolist() == gone


def test_the_catch_up_after_a_stale_run_is_no_jump(firms):
    firms["A"].iloc[20:40] = firms["A"].iloc[20]
    firms["A"].iloc[40:] *= 2
    _, findings = run(firms)
    assert findings["kind"].to_list() == ["stale_run"]


def test_a_masked_jump_takes_two_growth_rates(firms):
    firms["A"].iloc[30:] *= 1.77
    prices, findings = run(firms)
    assert rows(findings) == [("A", f"{DAYS[30]:%Y-%m-%d}", "jump", "mask")]
    assert np.flatnonzero(growth_rates(prices)["A"].isna()).tolist() == [29, 30]


def test_a_copy_is_dropped_and_the_first_stays(firms):
    firms["Z"] = firms["B"].rename("Z")
    prices, findings = run(firms)
    assert rows(findings) == [("Z", "2012-01-02", "identical_series", "drop")]
    assert findings.loc[0, "value"] == "the prices of B on 60 of 60 days"
    assert list(prices) == list("ABCDE")


def test_a_copy_with_other_ends_and_a_few_other_days_is_one_still(firms):
    copy = firms["B"].iloc[3:].rename("Z")
    copy.iloc[50] *= 1.01
    _, findings = audit([*firms.values(), copy], settings_for())
    assert findings["value"].to_list() == ["the prices of B on 56 of 57 days"]


def test_a_universe_of_copies_is_refused(firms):
    copies = [firms["A"].rename(name) for name in "VWXYZ"]
    message = "1 of 5 firms are left after the audit, at least 3 are needed .4 for identical_series"
    with pytest.raises(PriceError, match=message):
        audit(copies, settings_for())


def test_equal_stretches_of_still_prices_are_no_copy(firms):
    for name in "AB":
        firms[name].iloc[10:30] = 7.0
    _, findings = run(firms, jump="note")
    assert "identical_series" not in set(findings["kind"])


def test_short_histories_are_dropped_after_all_else_is_masked(firms):
    firms["A"] = firms["A"].iloc[31:]
    firms["B"].iloc[:31] = -1
    firms["C"] = firms["C"].iloc[30:]
    prices, findings = run(firms)
    assert list(prices) == list("CDE")
    short = findings[findings["kind"] == "short_history"]
    expected = [("A", "2012-02-14", "short_history", "drop")]
    assert rows(short) == [*expected, ("B", "2012-02-14", "short_history", "drop")]
    assert set(short["value"]) == {"29 prices, 30 are needed"}


def test_a_firm_without_any_price_is_dropped(firms):
    firms["A"] = firms["A"] * np.nan
    firms["B"] = firms["B"].iloc[:0]
    prices, findings = run(firms)
    assert list(prices) == list("CDE")
    assert rows(findings) == [(name, "", "short_history", "drop") for name in "AB"]


def test_a_ticker_given_twice_stops_the_run_or_loses_its_second_series(firms):
    series = [*firms.values(), firms["C"].iloc[5:] * 3]
    with pytest.raises(PriceError, match=r"^duplicate_ticker: C on 2012-01-09 ") as stopped:
        audit(series, settings_for())
    assert stopped.value.parameter == "duplicate_ticker"
    prices, findings = audit(series, settings_for(duplicate_ticker="drop"))
    assert rows(findings) == [("C", "2012-01-09", "duplicate_ticker", "drop")]
    pd.testing.assert_series_equal(prices["C"], firms["C"], check_freq=False)


def spoil(firms):
    """A finding of each kind that can be masked, each in a firm of its own."""
    firms["A"].iloc[30] = 0
    firms["B"].iloc[20:40] = 9.0
    firms["C"].iloc[30:] *= 1.77
    firms["D"] = firms["D"].drop(DAYS[20:30])
    twice = firms["E"].iloc[[3]]
    firms["E"] = pd.concat([firms["E"], twice])
    firms["F"] = (firms["C"].iloc[::-1] / 7).rename("F")
    for name in "GHIJ":
        chance = np.random.default_rng(ord(name))
        firms[name] = pd.Series(np.exp(np.cumsum(chance.normal(0, 0.01, 60))), DAYS, name=name)
    firms["G"].iloc[:20] = firms["G"].iloc[20]
    firms["H"].iloc[30:] *= 100
    firms["I"].iloc[30:] *= 3
    firms["J"] = pd.concat([firms["J"], firms["J"].iloc[[-1]] * 1.01])
    for name in "XYZ":
        chance = np.random.default_rng(ord(name))
        firms[name] = pd.Series(np.exp(np.cumsum(chance.normal(0, 0.01, 60))), DAYS, name=name)


KINDS = {
    "nonpositive_price": "A",
    "stale_run": "B",
    "jump": "C",
    "gap": "D",
    "duplicate_date": "E",
    "unsorted_date": "F",
    "backfilled_start": "G",
    "unit_error": "H",
    "split": "I",
    "live_row": "J",
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_can_drop_its_firm(firms, kind):
    spoil(firms)
    masked, _ = run(firms)
    prices, findings = run(firms, **{kind: "drop"})
    assert set(KINDS.values()) < set(masked)
    assert KINDS[kind] not in prices
    assert set(findings.loc[findings["kind"] == kind, "action"]) == {"drop"}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_can_stop_the_run(firms, kind):
    spoil(firms)
    message = rf"^{kind}: [A-J] on 2012-.*change the action on {kind}, which is 'stop'$"
    with pytest.raises(PriceError, match=message) as stopped:
        run(firms, **{kind: "stop"})
    assert stopped.value.parameter == kind


@pytest.mark.parametrize("kind", ["backfilled_start", "gap", "jump", "split", "stale_run"])
def test_what_is_only_noted_keeps_its_prices(firms, kind):
    spoil(firms)
    masked, _ = run(firms)
    steps = {"jump": "note", "split": "note"}  # a run at another level has one at either end
    prices, findings = run(firms, **{**steps, kind: "note"})
    assert set(findings.loc[findings["kind"] == kind, "action"]) == {"note"}
    ticker = KINDS[kind]
    given = firms[ticker].reindex(DAYS)
    pd.testing.assert_series_equal(prices[ticker], given, check_freq=False, check_names=False)
    assert masked[ticker].notna().sum() < given.notna().sum() or kind == "gap"


def test_a_listing_stops_nothing(firms):
    spoil(firms)
    _, findings = examine(list(firms.values()), settings_for(jump="stop"), stops=False)
    assert set(findings.table().query("kind == 'jump'")["action"]) == {"stop"}


@pytest.mark.parametrize(("factor", "unequal"), [(1.01, "unequal"), (1.0, "equal")])
def test_the_last_day_given_twice_is_a_live_row(firms, factor, unequal):
    firms["C"] = pd.concat([firms["C"], firms["C"].iloc[[-1]] * factor])
    prices, findings = run(firms)
    assert rows(findings) == [("C", "2012-03-23", "live_row", "mask")]
    assert findings.loc[0, "value"] == f"the last day has 2 {unequal} rows"
    assert prices["C"].isna().sum() == (factor != 1)


def test_a_start_filled_in_backwards_keeps_its_last_price(firms):
    firms["B"] = firms["B"].iloc[5:]
    firms["B"].iloc[:20] = firms["B"].iloc[20]
    prices, findings = run(firms)
    assert rows(findings) == [("B", "2012-01-09", "backfilled_start", "mask")]
    assert prices["B"].first_valid_index() == DAYS[25]


def test_too_few_firms_left_are_counted_with_the_reasons(firms):
    for name in "ABC":
        firms[name] = firms[name].iloc[:20]
    firms["D"].iloc[30:] *= 1.77
    with pytest.raises(PriceError, match="1 of 5 firms are left") as refused:
        run(firms, jump="drop")
    for fact in ("at least 3", "(1 for jump, 3 for short_history)", "lower min_history (30 prices"):
        assert fact in str(refused.value)
    assert refused.value.parameter == "min_history"


def test_no_firm_at_all_is_refused():
    with pytest.raises(PriceError, match=r"0 of 0 firms are left .*none was dropped"):
        audit([], settings_for())


def test_firms_without_common_dates_are_refused(firms):
    starts = ["2000-01-03", "2004-01-05", "2008-01-07", "2010-01-04"]
    apart = []
    for start, one in zip(starts, firms.values(), strict=False):
        apart.append(one.set_axis(pd.bdate_range(start, periods=60)))
    with pytest.raises(PriceError, match="the 4 firms have no common dates: on 0 of 240 days"):
        audit(apart, settings_for())


series_of_firms = st.lists(
    st.lists(
        st.tuples(
            st.integers(0, 40),
            st.one_of(st.just(np.nan), st.sampled_from([0.0, -1.0, 5.0]), st.floats(1e-6, 1e6)),
        ),
        max_size=60,
    ),
    min_size=3,
    max_size=6,
)


def as_series(firms):
    first = dt.datetime(2020, 1, 1)
    return [
        pd.Series(
            [price for _, price in firm],
            pd.DatetimeIndex([first + dt.timedelta(days=day) for day, _ in firm]),
            name=f"F{number}",
            dtype="float64",
        )
        for number, firm in enumerate(firms)
    ]


@settings(max_examples=60)
@given(firms=series_of_firms, order=st.randoms(use_true_random=False))
def test_whatever_comes_prices_are_kept_missing_or_gone(firms, order):
    limits = Audit(
        gap_days=2, stale_days=3, reuse_days=2, min_history=2, jump_scale=1, jump_window=10
    )
    series = as_series(firms)
    try:
        prices, findings = audit(series, limits)
    except PriceError:
        return
    assert all(earlier < later for earlier, later in pairwise(prices.index))
    values = prices.to_numpy()
    assert (np.isnan(values) | ((values > 0) & np.isfinite(values))).all()
    dropped = set(findings.loc[findings["action"] == "drop", "ticker"])
    assert set(prices) == {one.name for one in series} - dropped
    for ticker in prices:
        given_prices = series[int(ticker[1:])]
        for day, price in prices[ticker].dropna().items():
            assert price in given_prices[given_prices.index == day].to_numpy()
    # the order of the rows is a finding and nothing else
    shuffled = [one.iloc[order.sample(range(len(one)), len(one))] for one in series]
    again, other = audit(shuffled, limits)
    pd.testing.assert_frame_equal(again, prices)
    kinds = [table[table["kind"] != "unsorted_date"] for table in (findings, other)]
    columns = ["ticker", "kind", "value"]  # of contradicting days, the first given comes first
    pd.testing.assert_frame_equal(
        *(table[columns].sort_values(columns, ignore_index=True) for table in kinds)
    )


@settings(max_examples=30)
@given(firms=series_of_firms)
def test_a_second_audit_finds_no_more_wrong_prices(firms):
    limits = Audit(
        gap_days=2, stale_days=3, reuse_days=2, min_history=2, jump_scale=1, jump_window=10
    )
    try:
        prices, _ = audit(as_series(firms), limits)
    except PriceError:
        return
    again, findings = audit([prices[ticker] for ticker in prices], limits)
    left = {"nonpositive_price", "stale_run", "duplicate_date", "unsorted_date", "live_row"}
    assert not set(findings["kind"]) & left
    assert set(again) <= set(prices)


def test_work_and_memory_grow_as_the_number_of_firms_and_not_its_square(rng):
    n_days = 250
    days = pd.bdate_range("2012-01-02", periods=n_days, name="date")
    values = 50 * np.exp(np.cumsum(rng.normal(0, 0.02, (n_days, 400)), axis=0))
    series = [pd.Series(values[:, k], days, name=f"F{k}") for k in range(400)]
    audit(series[:10], Audit())  # what only the first call does
    work = {}
    for n_firms in (200, 400):
        tracemalloc.start()
        prices, findings = audit(series[:n_firms], Audit())
        memory = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert prices.shape == (n_days, n_firms)
        assert findings.empty
        profile = cProfile.Profile()
        profile.runcall(audit, series[:n_firms], Audit())
        work[n_firms] = np.array([pstats.Stats(profile).total_calls, memory])
    assert (work[400] < 2.5 * work[200]).all()  # the square would be four times as much
