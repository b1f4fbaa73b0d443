"""Every fault of Yahoo's answers: its status, no wrong number, nothing lost, then all is well."""

import numpy as np
import pandas as pd
import pytest

from firmsim.config import Audit
from firmsim.prices.audit.audit import audit
from yahoo.reader import read
from yahoo.server import FakeYahoo
from yahoo.universe import synthetic

START, END = "2015-02-02", "2015-12-30"
TRIES = 4

# symbol -> fault, status, part of the reason, number of attempts
FAULTS = {
    "GONE": ({"kind": "not_found"}, "unknown_symbol", "No data found, symbol may be delisted", 1),
    "ONCE": ({"kind": "server_error", "times": 1}, "ok", "", 2),
    "ERROR": ({"kind": "server_error"}, "server_error", "HTTP 500", TRIES),
    "DOWN": ({"kind": "down"}, "server_error", "HTTP 502: Will be right back...", TRIES),
    "HTML": ({"kind": "html"}, "bad_answer", "not JSON", TRIES),
    "TRUNC": ({"kind": "truncated"}, "bad_answer", "not JSON", TRIES),
    "TWICE": ({"kind": "truncated", "times": 2}, "ok", "", 3),
    "EMPTY": ({"kind": "empty_body"}, "bad_answer", "not JSON", TRIES),
    "SHORT": ({"kind": "short_body"}, "connection", "", TRIES),
    "RESET": ({"kind": "reset"}, "connection", "", TRIES),
    "HANG": ({"kind": "hang", "delay": 4}, "timeout", "no answer in time", TRIES),
    "SLOW": ({"kind": "slow", "delay": 0.5}, "ok", "", 1),
    "NOTZ": (
        {"kind": "bad_meta", "drop": ["exchangeTimezoneName"]},
        "bad_answer",
        "without 'exchangeTimezoneName'",
        TRIES,
    ),
    "NOTZ.L": (
        {"kind": "bad_meta", "endpoint": "tz", "drop": ["exchangeTimezoneName"]},
        "bad_answer",
        "without 'exchangeTimezoneName'",
        TRIES,
    ),
    "NOCUR": ({"kind": "bad_meta", "drop": ["currency"]}, "bad_answer", "'currency'", TRIES),
    "NONE": ({"kind": "empty_result"}, "bad_answer", "without prices", TRIES),
    "NULL": ({"kind": "null_result"}, "bad_answer", "without prices", TRIES),
    "ROWS": ({"kind": "nan_holes", "rows": [50, 51, 60]}, "ok", "3 days without a price", 1),
    "LAST": ({"kind": "nan_holes", "rows": [-1]}, "ok", "1 day without a price", 1),
    "MOST": ({"kind": "nan_holes", "rows": range(20, 200)}, "incomplete", "weekdays", TRIES),
    "CLOSE": ({"kind": "null_close", "rows": [70]}, "ok", "1 day without a price", 1),
    "NOADJ": ({"kind": "no_adjclose"}, "bad_answer", "no adjusted prices", TRIES),
    "MIXED": ({"kind": "unsorted"}, "ok", "", 1),
    "SAME": ({"kind": "duplicated", "rows": [30, 90]}, "ok", "", 1),
    "OTHER": (
        {"kind": "duplicated", "rows": [30, 90], "factor": 1.5},
        "ok",
        "2 days given twice with different prices",
        1,
    ),
    "ZERO": ({"kind": "zero_rows", "rows": [40]}, "ok", "1 day without a price", 1),
    "CENTS": ({"kind": "x100", "rows": [100]}, "ok", "", 1),
    "SPLIT": ({"kind": "unapplied_split", "row": 120, "ratio": 4.0}, "ok", "", 1),
    "INFIN": ({"kind": "infinity", "rows": [80]}, "ok", "", 1),
    "YOUNG": ({"kind": "short_history", "keep": 30}, "incomplete", "it was traded from", TRIES),
    "EARLY": (None, "no_data_in_range", "Data doesn't exist for startDate", 1),
    "LOST": (None, "unknown_symbol", "No data found, symbol may be delisted", 1),
}
FOR_THE_AUDIT = {"CENTS", "SPLIT", "INFIN"}
"""Prices that are wrong and that only a look at the series tells."""

FINE = [f"OK{letter}" for letter in "ABCDE"]


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    return tmp_path_factory.mktemp("certificates")


@pytest.fixture(scope="module")
def runs(certificates, tmp_path_factory):
    """All faults at once, each on its own symbol; then again with Yahoo healthy."""
    folder = tmp_path_factory.mktemp("faults")
    names = list(FAULTS)
    # healthy ones between them, as many consecutive failures would open the circuit breaker
    asked = [name for k in range(0, len(names), 7) for name in [*names[k : k + 7], FINE[k // 7]]]
    early = synthetic(["EARLY"], start="2014-01-01", end="2014-06-01")
    universe = synthetic([name for name in asked if name not in ("EARLY", "LOST")]) | early
    faults = [
        {"symbol": name, "endpoint": "prices"} | fault
        for name, (fault, *_) in FAULTS.items()
        if fault is not None
    ]
    with FakeYahoo(universe, certificates, faults) as yahoo:
        first = read(yahoo, folder, asked, START, END, timeout=2.5, min_coverage=0.3)
        stopped = read(
            yahoo, folder, asked, START, END, timeout=2.5, max_attempts=1, profile_days=None
        )
        yahoo.set_faults([])
        yahoo.log.clear()
        well = [name for name in asked if name not in ("EARLY", "LOST")]
        second = read(yahoo, folder, well, START, END, timeout=2.5)
        return universe, first, stopped, second, yahoo.asked("prices")


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_has_its_status_its_reason_and_its_tries(runs, name):
    _, first, *_ = runs
    _, status, reason, attempts = FAULTS[name]
    row = first["outcomes"][name]
    assert (row["status"], row["attempts"]) == (status, attempts), row
    assert reason in row["reason"]
    assert bool(row["reason"]) == (status != "ok" or bool(reason))
    assert (row["rows"] > 0) == (status == "ok")


@pytest.mark.parametrize("name", [*FINE, *sorted(set(FAULTS) - FOR_THE_AUDIT)])
def test_no_wrong_number_is_accepted(runs, name):
    universe, first, *_ = runs
    if name not in first["prices"]:
        assert first["outcomes"][name]["status"] != "ok"
        return
    ref = {f"{row.day}": row.adjusted for row in universe[name].rows}
    had = {day: price for day, price in first["prices"][name].items() if price == price}
    assert len(had) > 200
    np.testing.assert_allclose(list(had.values()), [ref[day] for day in had], rtol=1e-9)


@pytest.mark.parametrize("name", sorted(FOR_THE_AUDIT))
def test_what_the_download_passes_on_the_audit_finds(runs, name):
    _, first, *_ = runs
    series = [
        pd.Series(first["prices"][ticker], dtype="float64", name=ticker).rename(pd.Timestamp)
        for ticker in (name, *FINE)
    ]
    _, findings = audit(series, Audit(min_history=100))
    assert name in set(findings["ticker"])
    assert not set(FINE) & set(findings["ticker"])


def test_a_run_ends_as_the_coverage_rule_says(runs):
    _, first, stopped, *_ = runs
    assert first["error"] is None
    assert stopped["kind"] == "IncompletePrices"
    had = sum(row["status"] == "ok" for row in stopped["outcomes"].values())
    start = f"min_coverage: {had} of {len(stopped['outcomes'])} firms have prices, "
    assert stopped["error"].startswith(start)
    for count, status in [(2, "unknown_symbol"), (1, "no_data_in_range"), (2, "incomplete")]:
        assert f"{count} {status} (" in stopped["error"]
    assert "\n" not in stopped["error"]


def test_what_was_had_is_never_asked_for_again(runs):
    _, first, stopped, second, asked = runs
    had = {name for name, row in first["outcomes"].items() if row["status"] == "ok"}
    assert {stopped["outcomes"][name]["fetched"] for name in had} == {"nothing"}
    assert set(asked) == set(second["outcomes"]) - had


def test_once_yahoo_is_well_everything_is_there(runs):
    universe, _, _, second, _ = runs
    assert {row["status"] for row in second["outcomes"].values()} == {"ok"}
    assert second["error"] is None
    for name in ("ERROR", "NOADJ", "YOUNG", "MOST"):
        ref = {
            f"{row.day}": row.adjusted
            for row in universe[name].rows
            if START <= f"{row.day}" <= END
        }
        assert list(second["prices"][name]) == list(ref)
        np.testing.assert_allclose(
            list(second["prices"][name].values()), list(ref.values()), rtol=1e-9
        )


def test_a_failure_is_waited_for_longer_each_time(certificates, tmp_path):
    faults = [{"kind": "server_error", "endpoint": "prices"}]
    with FakeYahoo(synthetic(["AAA"]), certificates, faults) as yahoo:
        said = read(yahoo, tmp_path, ["AAA"], START, END)
        assert yahoo.asked("prices") == ["AAA"] * TRIES
    waits = [seconds for seconds in said["slept"] if seconds > 0.5]
    for k, seconds in enumerate(waits):
        assert 2**k <= seconds <= 2 ** (k + 1)
    assert len(waits) == TRIES - 1


# --- 429 -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["rate_limit", "edge_limit"])
def test_429_for_a_while_holds_everybody_and_then_all_is_had(certificates, tmp_path, kind):
    names = [f"N{letter}" for letter in "ABCDEFGH"]
    faults = [{"kind": kind, "endpoint": "prices", "skip": 3, "times": 2}]
    with FakeYahoo(synthetic(names), certificates, faults) as yahoo:
        said = read(yahoo, tmp_path, names, START, END, backoff=60, profile_days=None)
        assert len(yahoo.asked("prices")) == len(names) + 2
    assert {row["status"] for row in said["outcomes"].values()} == {"ok"}
    assert sum(said["slept"]) >= 60


def test_429_for_ever_is_given_up_and_nothing_had_is_lost(certificates, tmp_path):
    names = [f"N{letter}" for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"]
    faults = [{"kind": "rate_limit", "endpoint": "*", "skip": 12}]
    with FakeYahoo(synthetic(names), certificates, faults) as yahoo:
        first = read(yahoo, tmp_path, names, START, END, backoff=60)
        refused = [request for request in yahoo.log if request["fault"]]
        # a refusal and three after pauses, each of two workers, whose last answers may come between
        assert 4 <= len([one for one in refused if one["endpoint"] == "prices"]) <= 10
        yahoo.set_faults([])
        yahoo.log.clear()
        second = read(yahoo, tmp_path, names, START, END)
        asked = yahoo.asked("prices")
    status = {name: row["status"] for name, row in first["outcomes"].items()}
    had = {name for name in names if status[name] == "ok"}
    assert len(had) >= 9
    assert set(status.values()) == {"ok", "rate_limited"}
    for row in first["outcomes"].values():
        assert (row["attempts"] == 0) == row["reason"].startswith("not asked")
    assert "'N" in first["error"]
    assert "429" in first["error"]
    assert sum(first["slept"]) >= 60 + 120 + 240
    assert set(asked) == set(names) - had
    assert {row["status"] for row in second["outcomes"].values()} == {"ok"}


def test_a_real_limit_is_kept_to(certificates, tmp_path):
    names = [f"N{letter}" for letter in "ABCDEFGHIJKLMNOP"]
    with FakeYahoo(synthetic(names), certificates, rate=(6, 0.5)) as yahoo:
        said = read(
            *(yahoo, tmp_path, names, START, END),
            wait=True,
            backoff=0.6,
            workers=4,
            profile_days=None,
        )
    assert {row["status"] for row in said["outcomes"].values()} == {"ok"}


# --- cookies, crumbs, profiles -------------------------------------------------------------------


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "reset", "endpoint": "cookie"},
        {"kind": "hang", "endpoint": "cookie", "delay": 60},
        {"kind": "server_error", "endpoint": "cookie"},
        {"kind": "rate_limit", "endpoint": "crumb"},
        {"kind": "html", "endpoint": "crumb"},
        {"kind": "reset", "endpoint": "crumb"},
        {"kind": "hang", "endpoint": "crumb", "delay": 60},
    ],
    ids=lambda fault: f"{fault['endpoint']}-{fault['kind']}",
)
def test_prices_need_neither_cookie_nor_crumb(certificates, tmp_path, fault):
    names = [f"N{letter}" for letter in "ABCDEFGHIJ"]
    with FakeYahoo(synthetic(names), certificates, [fault]) as yahoo:
        said = read(yahoo, tmp_path, names, START, END, timeout=1.5, max_attempts=2)
        vain = [request for request in yahoo.log if request["fault"]]
        assert yahoo.asked("prices").count("NA") == 1
    assert {row["status"] for row in said["outcomes"].values()} == {"ok"}
    assert said["error"] is None
    assert len(vain) < 2 * len(names)  # they are not requested again before every other request


def test_a_bad_crumb_once_is_renewed(certificates, tmp_path):
    faults = [{"kind": "bad_crumb", "endpoint": "info", "times": 1}]
    with FakeYahoo(synthetic(["AAA"]), certificates, faults) as yahoo:
        said = read(yahoo, tmp_path, ["AAA"], START, END)
    assert said["outcomes"]["AAA"]["profile"] == "ok"


PROFILES = {
    "BARE": (
        {"kind": "missing", "endpoint": "*", "fields": ["sector", "marketCap"]},
        "ok, no sector, no market capitalisation",
    ),
    "NOSEC": ({"kind": "no_profile"}, "ok, no sector"),
    "NOCAP": (
        {"kind": "missing", "endpoint": "*", "fields": ["marketCap"]},
        "ok, no market capitalisation",
    ),
    "CRUMB": ({"kind": "bad_crumb"}, "server_error: HTTP 401: Invalid Crumb"),
    "ERROR": ({"kind": "server_error"}, "server_error: HTTP 500: Error"),
    "TRUNC": ({"kind": "truncated"}, "bad_answer: the answer is not JSON, or not all of it"),
    "GONE": ({"kind": "not_found"}, "unknown_symbol: HTTP 404: No data found, symbol may be"),
    "QUOTE": ({"kind": "server_error", "endpoint": "quote"}, "server_error: HTTP 500: Error"),
    "RATIO": ({"kind": "server_error", "endpoint": "timeseries"}, "ok"),
    "HTML": ({"kind": "html", "endpoint": "timeseries"}, "ok"),
    "HANG": ({"kind": "hang", "delay": 3}, "timeout: no answer in time"),
    "YEN": (None, "ok, market capitalisation in JPY left out"),
    "WHILE": ({"kind": "rate_limit", "times": 2}, "ok"),
}


@pytest.fixture(scope="module")
def profiles(certificates, tmp_path_factory):
    folder = tmp_path_factory.mktemp("profiles")
    universe = synthetic(["AAA", *PROFILES])
    universe["YEN"].currency = "JPY"
    faults = [
        {"endpoint": "info", "symbol": name} | fault
        for name, (fault, _) in PROFILES.items()
        if fault is not None
    ]
    with FakeYahoo(universe, certificates, faults) as yahoo:
        return read(yahoo, folder, list(universe), START, END, timeout=1.5)


@pytest.mark.parametrize("name", PROFILES)
def test_a_profile_that_fails_is_named_and_costs_no_price(profiles, name):
    assert profiles["error"] is None
    row = profiles["outcomes"][name]
    assert row["status"] == "ok"
    assert row["profile"].startswith(PROFILES[name][1])
    about = profiles["attributes"][name]
    whole = row["profile"] == "ok"
    assert (about["market_cap"] is not None) == (whole or name == "NOSEC")
    assert (about["sector"] != "") == (whole or name in ("NOCAP", "YEN"))


def test_429_for_ever_on_profiles_ends_and_costs_no_price(certificates, tmp_path):
    names = [f"N{letter}" for letter in "ABCDEFGHIJKL"]
    faults = [{"kind": "rate_limit", "endpoint": "info"}]
    with FakeYahoo(synthetic(names), certificates, faults) as yahoo:
        said = read(yahoo, tmp_path, names, START, END)
        assert len(yahoo.asked("info")) < 2 * len(names)
    assert said["error"] is None
    assert all(row["status"] == "ok" for row in said["outcomes"].values())
    assert all(row["profile"].startswith("rate_limited") for row in said["outcomes"].values())


# --- combinations --------------------------------------------------------------------------------


def test_faults_that_come_together(certificates, tmp_path):
    names = [f"N{letter}" for letter in "ABCDEFGHIJKL"]
    faults = [
        {"kind": "reset", "endpoint": "cookie"},
        {"kind": "rate_limit", "endpoint": "prices", "skip": 4, "times": 1},
        {"kind": "truncated", "symbol": "NC", "endpoint": "prices", "times": 1},
        {"kind": "down", "symbol": ["NC", "ND"], "endpoint": "prices", "times": 2},
        {"kind": "nan_holes", "symbol": "NE", "rows": [9], "endpoint": "prices"},
        {"kind": "hang", "delay": 3, "symbol": "NF", "endpoint": "prices", "times": 1},
        {"kind": "not_found", "symbol": "NL", "endpoint": "prices"},
    ]
    with FakeYahoo(synthetic(names), certificates, faults) as yahoo:
        said = read(yahoo, tmp_path, names, START, END, timeout=1.5, min_coverage=0.9)
    assert said["error"] is None
    status = {name: row["status"] for name, row in said["outcomes"].items()}
    assert status == dict.fromkeys(names[:-1], "ok") | {"NL": "unknown_symbol"}
    assert said["outcomes"]["NE"]["reason"] == "1 day without a price"


def test_a_fault_of_the_newer_days_leaves_the_older_ones(certificates, tmp_path):
    with FakeYahoo(synthetic(["AAA", "CCC"]), certificates) as yahoo:
        read(yahoo, tmp_path, ["AAA", "CCC"], START, "2015-06-30")
        yahoo.set_faults([{"kind": "truncated", "symbol": "AAA", "endpoint": "prices"}])
        later = read(yahoo, tmp_path, ["AAA", "CCC"], START, END)
        before = read(yahoo, tmp_path, ["AAA", "CCC"], START, "2015-06-30")
    status = {name: row["status"] for name, row in later["outcomes"].items()}
    assert status == {"AAA": "bad_answer", "CCC": "ok"}
    assert before["error"] is None
    assert before["outcomes"]["AAA"]["fetched"] == "nothing"
