"""YahooPrices against an imitation of Yahoo: every failure by name, nothing asked for twice."""

import datetime as dt
import json
import subprocess
import sys
from datetime import UTC, date, datetime

import numpy as np
import pandas as pd
import pytest

from firmsim.errors import PriceError
from firmsim.prices.yahoo import YahooPrices, last_complete_day
from firmsim.prices.yahoo_client import YahooFailure, checked_history, failure_of
from firmsim.prices.yahoo_store import YahooStore
from yahoo.server import FakeYahoo
from yahoo.universe import synthetic

START, END = "2015-02-02", "2015-06-30"
HEALTHY = ["AAA", "BBB", "CCC"]

# A process of its own, as yfinance keeps cookies, databases and answers for the life of one.
READ = """
import json, sys
from datetime import date
from pathlib import Path
from firmsim.prices.raw import IncompletePrices
from firmsim.prices.yahoo import YahooPrices

store, tickers, start, end, timeout = json.loads(sys.argv[1])
slept = []
source = YahooPrices(Path(store), 2, timeout, slept.append)
said = {"error": None, "prices": {}, "profiles": None}
try:
    raw = source.read(tickers, date.fromisoformat(start), date.fromisoformat(end))
except IncompletePrices as error:
    said["error"], outcomes = str(error), error.outcomes
else:
    outcomes = raw.outcomes
    said["prices"] = {one.name: {f"{d:%Y-%m-%d}": p for d, p in one.items()} for one in raw.series}
    said["profiles"] = json.loads(raw.profiles.to_json(orient="index"))
said["outcomes"] = outcomes.set_index("ticker").to_dict("index")
said["slept"] = slept
print(json.dumps(said))
"""


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    return tmp_path_factory.mktemp("certificates")


def read(yahoo, folder, tickers, start=START, end=END, timeout=5.0):
    arguments = json.dumps([str(folder / "store"), tickers, start, end, timeout])
    env = yahoo.environment(folder / "cache")
    command = [sys.executable, "-W", "default", "-c", READ, arguments]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=90)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout) | {"stderr": done.stderr}


@pytest.fixture(scope="module")
def healthy(certificates, tmp_path_factory):
    """A first run, a second one, one with a new ticker, one with another end."""
    folder = tmp_path_factory.mktemp("healthy")
    universe = synthetic([*HEALTHY, "DDD"])
    with FakeYahoo(universe, certificates) as yahoo:
        runs = {}
        for name, tickers, end in [
            ("first", HEALTHY, END),
            ("again", HEALTHY, END),
            ("more", ["DDD", *HEALTHY], END),
            ("later", ["AAA"], "2015-07-31"),
        ]:
            yahoo.log.clear()
            runs[name] = read(yahoo, folder, tickers, end=end)
            asked = {endpoint: yahoo.asked(endpoint) for endpoint in ("tz", "prices", "info")}
            runs[name] |= {"asked": asked, "hosts": {request["host"] for request in yahoo.log}}
    return universe, runs


def test_prices_are_the_adjusted_closes_from_start_to_end(healthy):
    universe, runs = healthy
    first, last = date.fromisoformat(START), date.fromisoformat(END)
    for ticker in HEALTHY:
        rows = [row for row in universe[ticker].rows if first <= row.day <= last]
        assert {rows[0].day, rows[-1].day} == {first, last}  # both ends are trading days
        comp = runs["first"]["prices"][ticker]
        assert list(comp) == [row.day.isoformat() for row in rows]
        np.testing.assert_allclose(list(comp.values()), [row.adjusted for row in rows], rtol=1e-6)
    paid = universe["BBB"].rows[5]
    assert paid.adjusted < paid.close  # else the check above could not tell the two apart


def test_outcomes_and_profiles_of_a_healthy_run(healthy):
    universe, runs = healthy
    said = runs["first"]
    assert said["error"] is None
    ok = {"status": "ok", "reason": "", "rows": 107, "first": START, "last": END, "profile": "ok"}
    assert said["outcomes"] == dict.fromkeys(HEALTHY, ok)
    info = universe["BBB"].info
    assert said["profiles"]["BBB"] == {
        "name": info["longName"],
        "sector": info["sector"],
        "industry": info["industry"],
        "market_cap": info["marketCap"],
    }


def test_a_second_run_asks_nothing(healthy):
    _, runs = healthy
    assert runs["again"]["hosts"] == set()
    assert runs["again"]["prices"] == runs["first"]["prices"]
    assert runs["again"]["profiles"] == runs["first"]["profiles"]
    assert {row["status"] for row in runs["again"]["outcomes"].values()} == {"cached"}


def test_a_new_ticker_is_the_only_one_asked_for(healthy):
    _, runs = healthy
    assert runs["more"]["asked"] == {endpoint: ["DDD"] for endpoint in ("tz", "prices", "info")}
    assert list(runs["more"]["prices"]) == ["DDD", *HEALTHY]
    assert {name: row["status"] for name, row in runs["more"]["outcomes"].items()} == {
        "DDD": "ok",
        **dict.fromkeys(HEALTHY, "cached"),
    }


def test_other_days_are_asked_for_anew_but_the_profile_is_not(healthy):
    _, runs = healthy
    assert runs["later"]["asked"] == {"tz": [], "prices": ["AAA"], "info": []}
    assert list(runs["later"]["prices"]["AAA"])[-1] == "2015-07-31"


def test_nothing_but_yahoo_is_asked_and_nothing_is_printed(healthy):
    _, runs = healthy
    assert all(host.endswith("yahoo.com") for host in runs["first"]["hosts"])
    assert runs["first"]["stderr"] == ""


FAULTS = {
    "LIMIT": {"kind": "rate_limit"},
    "E500": {"kind": "server_error", "endpoint": "prices"},
    "DOWN": {"kind": "down", "endpoint": "prices"},
    "EMPTY": {"kind": "empty_result", "endpoint": "prices"},
    "TRUNC": {"kind": "truncated", "endpoint": "prices"},
    "HTML": {"kind": "html", "endpoint": "prices"},
    "SHORT": {"kind": "short_body", "endpoint": "prices"},
    "RESET": {"kind": "reset", "endpoint": "prices"},
    "SLOW": {"kind": "hang", "endpoint": "prices", "delay": 4},
    "META": {"kind": "bad_meta", "endpoint": "prices", "drop": ["currency"]},
    "NOADJ": {"kind": "no_adjclose"},
    "ONCE": {"kind": "server_error", "endpoint": "prices", "times": 1},
    "TWICE": {"kind": "truncated", "endpoint": "prices", "times": 2},
}
STATUS = {
    "AAA": "ok",
    "LIMIT": "rate_limited",
    "E500": "server_error",
    "DOWN": "server_error",
    "EMPTY": "server_error",
    "TRUNC": "bad_answer",
    "HTML": "bad_answer",
    "SHORT": "connection",
    "RESET": "connection",
    "SLOW": "timeout",
    "META": "bad_answer",
    "NOADJ": "bad_answer",
    "ONCE": "ok",
    "TWICE": "ok",
    "EARLY": "no_data",
    "GONE": "unknown_symbol",
    "BRK.B": "unknown_symbol",
    "LOST": "unknown_symbol",
    "BBB": "ok",
}


@pytest.fixture(scope="module")
def faulty(certificates, tmp_path_factory):
    folder = tmp_path_factory.mktemp("faulty")
    names = ["AAA", "NOADJ", *(name for name in FAULTS if name != "NOADJ"), "BBB"]  # NOADJ pays
    universe = synthetic(names) | synthetic(["EARLY"], start="2014-01-01", end="2014-06-01")
    faults = [{"symbol": name, **fault} for name, fault in FAULTS.items()]
    with FakeYahoo(universe, certificates, faults) as yahoo:
        first = read(yahoo, folder, list(STATUS), timeout=1.0)
        prices = yahoo.asked("prices")
        yahoo.set_faults([])
        yahoo.log.clear()
        had = [name for name, status in STATUS.items() if status == "ok"]
        second = read(yahoo, folder, [*had, "E500"])
        return first, prices, second, yahoo.asked("prices")


def test_each_failure_is_told_from_the_others(faulty):
    first, *_ = faulty
    assert {name: row["status"] for name, row in first["outcomes"].items()} == STATUS
    for row in first["outcomes"].values():
        assert (row["rows"] > 0) == (row["status"] == "ok")
        assert bool(row["reason"]) == (row["status"] != "ok")


def test_the_error_names_failed_tickers_and_counts_the_others(faulty):
    first, *_ = faulty
    assert first["error"].startswith("no prices for 'LIMIT': rate_limited (Yahoo answers: ")
    assert "; 10 more; 4 of 19 firms were downloaded" in first["error"]
    assert "\n" not in first["error"]


def test_failures_that_may_pass_are_tried_three_times_and_final_ones_once(faulty):
    first, prices, *_ = faulty
    assert prices.count("TRUNC") == 3  # no fewer: yfinance's memory of bad answers is emptied
    assert prices.count("TWICE") == 3
    assert prices.count("EARLY") == 2  # yfinance itself asks again once, with a new crumb
    passing = {"rate_limited", "server_error", "timeout", "connection", "bad_answer"}
    expected = [1.0, 2.0] * sum(status in passing for status in STATUS.values()) + [1.0, 2.0]
    assert sorted(first["slept"]) == sorted(expected)


def test_what_was_had_is_kept_after_a_failed_run(faulty):
    _, _, second, asked = faulty
    assert second["error"] is None
    assert set(asked) == {"E500"}


def test_a_share_class_written_with_a_dot_is_pointed_out(certificates, tmp_path):
    with FakeYahoo(synthetic(HEALTHY), certificates) as yahoo:
        said = read(yahoo, tmp_path, ["AAA", "BRK.B"])
    assert said["error"] == (
        "no prices for 'BRK.B': unknown_symbol (Yahoo does not know it; did you mean 'BRK-B'?); "
        "1 of 2 firms were downloaded"
    )


def test_a_failed_profile_is_recorded_and_fails_no_price(certificates, tmp_path):
    universe = synthetic(["AAA", "BARE", "LIMIT", "TOKYO"])
    universe["TOKYO"].currency = "JPY"
    faults = [
        {"kind": "missing", "endpoint": "*", "symbol": "BARE", "fields": ["sector", "marketCap"]},
        {"kind": "rate_limit", "endpoint": "info", "symbol": "LIMIT"},
    ]
    with FakeYahoo(universe, certificates, faults) as yahoo:
        said = read(yahoo, tmp_path, list(universe))
    assert said["error"] is None
    assert {name: row["profile"] for name, row in said["outcomes"].items()} == {
        "AAA": "ok",
        "BARE": "absent",
        "LIMIT": "rate_limited: Yahoo answers: too many requests",
        "TOKYO": "ok, market capitalisation in JPY left out",
    }
    caps = {name: profile["market_cap"] for name, profile in said["profiles"].items()}
    assert caps["AAA"] is not None
    assert [caps["BARE"], caps["LIMIT"], caps["TOKYO"]] == [None, None, None]
    assert said["profiles"]["LIMIT"]["sector"] == ""


def test_a_machine_without_a_connection_is_told_so(certificates, tmp_path):
    yahoo = FakeYahoo(synthetic(HEALTHY), certificates)
    yahoo.server.server_close()
    said = read(yahoo, tmp_path, ["AAA"])
    assert said["outcomes"]["AAA"]["status"] == "connection"


@pytest.mark.parametrize(
    ("tickers", "start", "end"),
    [
        (None, date(2015, 1, 1), date(2015, 2, 1)),
        (["AAA"], None, date(2015, 2, 1)),
        (["AAA"], date(2015, 1, 1), None),
    ],
)
def test_tickers_and_days_are_needed(tmp_path, tickers, start, end):
    with pytest.raises(PriceError, match=r"needs firms, prices\.start and prices\.end"):
        YahooPrices(tmp_path).read(tickers, start, end)


def test_days_to_come_are_refused(tmp_path):
    start = datetime.now(UTC).date() + dt.timedelta(days=3)
    with pytest.raises(PriceError, match=f"prices.start: {start} is after .*, the last day"):
        YahooPrices(tmp_path).read(["AAA"], start, start)


def test_last_complete_day_is_yesterday_in_utc():
    tokyo = dt.timezone(dt.timedelta(hours=9))
    assert last_complete_day(datetime(2024, 3, 1, 12, tzinfo=UTC)) == date(2024, 2, 29)
    assert last_complete_day(datetime(2024, 3, 1, 8, tzinfo=tokyo)) == date(2024, 2, 28)


def test_a_corrupt_file_of_the_store_is_named(tmp_path):
    folder = tmp_path / "prices" / f"{START}_{END}"
    folder.mkdir(parents=True)
    (folder / "AAA.parquet").write_bytes(b"PAR1 no")
    with pytest.raises(PriceError, match=r"AAA\.parquet is corrupt; delete it and run again"):
        YahooStore(tmp_path, date.fromisoformat(START), date.fromisoformat(END)).history("AAA")


def history(dividend_day, adjusted):
    days = pd.date_range("2015-01-05", periods=3, tz="America/New_York")
    paid = [1.0 if day == dividend_day else 0.0 for day in range(3)]
    return pd.DataFrame({"Close": 10.0, "Adj Close": adjusted, "Dividends": paid}, index=days)


def test_prices_that_yahoo_forgot_to_adjust_are_refused():
    with pytest.raises(YahooFailure, match="not adjusted"):
        checked_history(history(dividend_day=2, adjusted=10.0))


@pytest.mark.parametrize(("day", "adjusted"), [(2, [9.0, 9.0, 10.0]), (0, 10.0), (None, 10.0)])
def test_prices_that_need_no_adjustment_or_have_it_pass(day, adjusted):
    assert checked_history(history(day, adjusted)).index.tz is None


def test_an_unforeseen_exception_keeps_its_name():
    failure = failure_of(ZeroDivisionError("division by zero\nsecond line"))
    assert (failure.status, failure.reason) == (
        "bad_answer",
        "ZeroDivisionError: division by zero",
    )
