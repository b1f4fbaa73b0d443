"""YahooPrices against an imitation of Yahoo: what is read, stored, and requested again."""

import datetime as dt
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from io import StringIO

import filelock
import numpy as np
import pandas as pd
import pytest

from firmsim.errors import PriceError
from firmsim.prices.sources.yahoo.policy import RequestPolicy
from firmsim.prices.sources.yahoo.source import YahooPrices, last_complete_day
from firmsim.prices.sources.yahoo.store import Store, StoredHistory
from yahoo.reader import read
from yahoo.server import FakeYahoo
from yahoo.universe import split, synthetic

START, END = "2015-02-02", "2015-06-30"
HEALTHY = ["AAA", "BBB", "CCC"]
KINDS = ["parquet", "json"]
"""Of the files that the store has of a symbol."""
LATER = "2015-07-31"
"""A month on: BBB has paid no dividend since (its next day is in August), but see each test."""


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    return tmp_path_factory.mktemp("certificates")


def adjusted(universe, ticker, start, end):
    first, last = date.fromisoformat(start), date.fromisoformat(end)
    return {
        row.day.isoformat(): row.adjusted
        for row in universe[ticker].rows
        if first <= row.day <= last
    }


def assert_prices(comp, ref):
    assert list(comp) == list(ref)
    np.testing.assert_allclose(list(comp.values()), list(ref.values()), rtol=1e-9)


@pytest.fixture(scope="module")
def healthy(certificates, tmp_path_factory):
    """A first run, the same again, and one with a new ticker."""
    folder = tmp_path_factory.mktemp("healthy")
    universe = synthetic([*HEALTHY, "DDD"])
    with FakeYahoo(universe, certificates) as yahoo:
        runs = {}
        for name, tickers in [("first", HEALTHY), ("again", HEALTHY), ("more", ["DDD", *HEALTHY])]:
            yahoo.log.clear()
            runs[name] = read(yahoo, folder, tickers, START, END)
            asked = {
                endpoint: sorted(yahoo.asked(endpoint)) for endpoint in ("tz", "prices", "info")
            }
            runs[name] |= {"asked": asked, "hosts": {request["host"] for request in yahoo.log}}
    return universe, runs


def test_prices_are_the_adjusted_closes_from_start_to_end(healthy):
    universe, runs = healthy
    for ticker in HEALTHY:
        ref = adjusted(universe, ticker, START, END)
        assert {START, END} <= set(ref)  # both ends are trading days
        assert_prices(runs["first"]["prices"][ticker], ref)
    paid = universe["BBB"].rows[5]
    assert paid.adjusted < paid.close  # else the check above could not tell the two apart


def test_outcomes_and_profiles_of_a_healthy_run(healthy):
    universe, runs = healthy
    said = runs["first"]
    assert said["error"] is None
    ok = {"status": "ok", "reason": "", "attempts": 1, "fetched": "whole", "profile": "ok"}
    days = {"rows": 107, "first": START, "last": END}
    assert said["outcomes"] == {name: {"symbol": name} | ok | days for name in HEALTHY}
    info = universe["BBB"].info
    assert said["attributes"]["BBB"] == {
        "name": info["longName"],
        "sector": info["sector"],
        "industry": info["industry"],
        "country": "United States",
        "exchange": "NMS",
        "currency": "USD",
        "market_cap": info["marketCap"],
        "market_cap_date": str(datetime.now(UTC).date()),
        "traded_value": None,
    }


def test_quotes_show_how_dividends_were_adjusted_for(certificates, tmp_path):
    universe = synthetic(["AAA", "BBB"])
    with FakeYahoo(universe, certificates) as yahoo:
        said = read(yahoo, tmp_path, ["bbb"], START, END, quoted=["bbb"])
    rows = [row for row in universe["BBB"].rows if START <= f"{row.day}" <= END]
    ref = {
        "close": [row.close for row in rows],
        "adjusted": [row.adjusted for row in rows],
        "dividends": [universe["BBB"].dividends.get(row.day, 0.0) for row in rows],
    }
    comp = {name: list(column.values()) for name, column in said["quotes"]["bbb"].items()}
    assert list(comp) == list(ref)
    for name, column in ref.items():
        np.testing.assert_allclose(comp[name], column, rtol=1e-6)
    assert any(ref["dividends"])


def test_a_share_of_new_york_is_asked_for_once(healthy):
    _, runs = healthy
    assert runs["first"]["asked"] == {"tz": [], "prices": HEALTHY, "info": HEALTHY}


def test_a_second_run_asks_nothing(healthy):
    _, runs = healthy
    assert runs["again"]["hosts"] == set()
    assert runs["again"]["prices"] == runs["first"]["prices"]
    assert runs["again"]["attributes"] == runs["first"]["attributes"]
    kept = {(row["status"], row["fetched"]) for row in runs["again"]["outcomes"].values()}
    assert kept == {("ok", "nothing")}


def test_a_new_ticker_is_the_only_one_asked_for(healthy):
    _, runs = healthy
    assert runs["more"]["asked"] == {"tz": [], "prices": ["DDD"], "info": ["DDD"]}
    assert list(runs["more"]["prices"]) == ["DDD", *HEALTHY]
    fetched = {name: row["fetched"] for name, row in runs["more"]["outcomes"].items()}
    assert fetched == {"DDD": "whole"} | dict.fromkeys(HEALTHY, "nothing")


def test_nothing_but_yahoo_is_asked_and_nothing_is_printed(healthy):
    _, runs = healthy
    assert all(host.endswith("yahoo.com") for host in runs["first"]["hosts"])
    assert runs["first"]["stderr"] == ""


def later_run(certificates, folder, today, changed=lambda universe: universe):
    """A run to the end of June, then one to the end of July in the world as it is by then."""
    with FakeYahoo(synthetic(HEALTHY, end="2015-07-01"), certificates) as yahoo:
        first = read(yahoo, folder, HEALTHY, START, END)
        yahoo.log.clear()
        yahoo.universe = changed(synthetic(HEALTHY, end=today))
        second = read(yahoo, folder, HEALTHY, START, LATER)
        spans = [
            (request["symbol"], f"{datetime.fromtimestamp(int(request['period1']), UTC):%Y-%m-%d}")
            for request in yahoo.log
            if request["endpoint"] == "prices"
        ]
        assert yahoo.asked("info") == []
        return first, second, sorted(spans), yahoo.universe


TAIL = [(name, "2015-06-16") for name in HEALTHY]


def test_later_days_are_asked_for_alone_where_nothing_was_paid(certificates, tmp_path):
    _, second, spans, universe = later_run(certificates, tmp_path, "2015-08-01")
    assert spans == TAIL
    for name in HEALTHY:
        assert second["outcomes"][name]["fetched"] == "tail"
        assert_prices(second["prices"][name], adjusted(universe, name, START, LATER))


def test_a_firm_delisted_since_keeps_what_is_in_the_store(certificates, tmp_path):
    universe = synthetic(HEALTHY)
    with FakeYahoo(universe, certificates) as yahoo:
        read(yahoo, tmp_path, HEALTHY, START, END)
        yahoo.set_faults([{"kind": "not_found", "endpoint": "prices", "symbol": "AAA"}])
        later = read(yahoo, tmp_path, HEALTHY, START, LATER)
    assert later["error"] is None
    delisted = later["outcomes"]["AAA"]
    assert delisted["status"] == "ok"
    assert delisted["reason"].startswith(f"no day after {END}: HTTP 404")
    assert_prices(later["prices"]["AAA"], adjusted(universe, "AAA", START, END))
    assert_prices(later["prices"]["CCC"], adjusted(universe, "CCC", START, LATER))


def test_firms_listed_after_pinned_training_days_are_no_lack_of_coverage(certificates, tmp_path):
    universe = synthetic(HEALTHY)
    universe["CCC"].rows[:] = [row for row in universe["CCC"].rows if row.day > date(2015, 7, 10)]
    with FakeYahoo(universe, certificates) as yahoo:
        stops = read(yahoo, tmp_path, HEALTHY, START, END)
        goes_on = read(yahoo, tmp_path, HEALTHY, START, END, later_listings=True)
    assert "1 no_data_in_range" in stops["error"]
    assert list(goes_on["prices"]) == ["AAA", "BBB"]
    assert goes_on["outcomes"]["CCC"]["status"] == "no_data_in_range"


def test_a_dividend_after_the_days_asked_for_has_the_whole_history_fetched(certificates, tmp_path):
    _, second, spans, universe = later_run(certificates, tmp_path, "2015-10-01")
    assert any(LATER < str(day) < "2015-10-01" for day in universe["BBB"].dividends)
    assert spans == sorted([*TAIL, ("BBB", START)])
    fetched = {name: row["fetched"] for name, row in second["outcomes"].items()}
    assert fetched == {"AAA": "tail", "BBB": "whole", "CCC": "tail"}
    assert second["outcomes"]["BBB"]["attempts"] == 2
    assert_prices(second["prices"]["BBB"], adjusted(universe, "BBB", START, LATER))


def test_a_split_has_the_whole_history_fetched(certificates, tmp_path):
    def changed(universe):
        return universe | {"AAA": split(universe["AAA"], date(2015, 7, 15), 4.0)}

    first, second, spans, universe = later_run(certificates, tmp_path, "2015-08-01", changed)
    assert spans == sorted([*TAIL, ("AAA", START)])
    assert_prices(second["prices"]["AAA"], adjusted(universe, "AAA", START, LATER))
    assert second["prices"]["AAA"][START] == pytest.approx(first["prices"]["AAA"][START] / 4)


def test_an_earlier_start_has_the_whole_history_fetched(certificates, tmp_path):
    universe = synthetic(["AAA"])
    with FakeYahoo(universe, certificates) as yahoo:
        read(yahoo, tmp_path, ["AAA"], "2015-03-02", END)
        said = read(yahoo, tmp_path, ["AAA"], START, "2015-05-29")
    assert said["outcomes"]["AAA"]["fetched"] == "whole"
    assert_prices(said["prices"]["AAA"], adjusted(universe, "AAA", START, "2015-05-29"))
    kept = Store(tmp_path / "store").history("AAA")
    assert (str(kept.start), str(kept.end)) == (START, END)  # nothing that was had is lost


def test_days_before_a_kept_firm_was_listed_are_told_from_the_store(certificates, tmp_path):
    universe = synthetic(["AAA"]) | synthetic(["LATE"], start="2015-06-01")
    with FakeYahoo(universe, certificates) as yahoo:
        first = read(yahoo, tmp_path, ["AAA", "LATE"], START, END)
        assert first["outcomes"]["LATE"]["status"] == "ok"
        yahoo.log.clear()
        said = read(yahoo, tmp_path, ["AAA", "LATE"], START, "2015-05-01", min_coverage=0.5)
        assert yahoo.log == []
    late = said["outcomes"]["LATE"]
    assert (late["status"], late["rows"]) == ("no_data_in_range", 0)
    assert late["reason"] == "no price on the days asked for"
    assert list(said["prices"]) == ["AAA"]


def test_symbols_are_mapped_and_the_mapping_is_reported(certificates, tmp_path):
    universe = synthetic(["BRK-B", "AAA", "VOD.L"])
    universe["VOD.L"].tz = "Europe/London"
    with FakeYahoo(universe, certificates) as yahoo:
        said = read(yahoo, tmp_path, ["BRK.B", "BRK-B", "aaa", "VOD.L"], START, END)
        assert sorted(yahoo.asked("prices")) == ["AAA", "BRK-B", "VOD.L"]
        assert yahoo.asked("tz") == ["VOD.L"]
    symbols = {name: row["symbol"] for name, row in said["outcomes"].items()}
    assert symbols == {"BRK.B": "BRK-B", "BRK-B": "BRK-B", "aaa": "AAA", "VOD.L": "VOD.L"}
    assert said["prices"]["BRK.B"] == said["prices"]["BRK-B"]
    assert_prices(said["prices"]["VOD.L"], adjusted(universe, "VOD.L", START, END))


def test_coverage_decides_whether_a_run_goes_on_without_a_ticker(certificates, tmp_path):
    with FakeYahoo(synthetic(HEALTHY), certificates) as yahoo:
        tickers = [*HEALTHY, "LOST"]
        stops = read(yahoo, tmp_path, tickers, START, END, min_coverage=0.8)
        assert yahoo.asked("info") == []
        goes_on = read(yahoo, tmp_path, tickers, START, END, min_coverage=0.75)
    assert stops["kind"] == "IncompletePrices"
    assert stops["error"].startswith("min_coverage: 3 of 4 firms have prices, ")
    for fact in (
        "share of 0.8: 1 unknown_symbol ('LOST': HTTP 404: No data found, symbol may be delisted)",
        "correct the tickers, or lower min_coverage",
        "downloaded prices are kept",
    ):
        assert fact in stops["error"]
    assert stops["parameter"] == "min_coverage"
    assert goes_on["error"] is None
    assert list(goes_on["prices"]) == HEALTHY
    lost = goes_on["outcomes"]["LOST"]
    assert (lost["status"], lost["rows"], lost["attempts"]) == ("unknown_symbol", 0, 1)


def test_profiles_may_be_left_alone_or_refreshed(certificates, tmp_path):
    with FakeYahoo(synthetic(["AAA"]), certificates) as yahoo:
        said = read(yahoo, tmp_path, ["AAA"], START, END, profile_days=None)
        assert (yahoo.asked("info"), said["outcomes"]["AAA"]["profile"]) == ([], "")
        for days, asked in [(30, 1), (30, 1), (0, 2)]:
            read(yahoo, tmp_path, ["AAA"], START, END, profile_days=days)
            assert len(yahoo.asked("info")) == asked
        yahoo.set_faults([{"kind": "server_error", "endpoint": "info"}])
        said = read(yahoo, tmp_path, ["AAA"], START, END, profile_days=0)
    today = datetime.now(UTC).date()
    assert said["outcomes"]["AAA"]["profile"] == (
        f"ok, of {today}, not refreshed (server_error: HTTP 500: Error)"
    )
    assert said["attributes"]["AAA"]["sector"] == "Technology"


class OtherRun(Store):
    """A store that another run wants; it notes what is read while that run has it."""

    def __init__(self, folder):
        super().__init__(folder)
        self.read, self.unlocked = [], []

    def _bytes(self, path):
        self.read.append(path.name)
        try:
            with filelock.FileLock(self.folder / ".lock", timeout=0):
                self.unlocked.append(path.name)
        except filelock.Timeout:
            pass
        return super()._bytes(path)


@pytest.fixture
def full(tmp_path):
    """A source that lacks nothing, so that it asks nobody."""
    source = YahooPrices(tmp_path / "store", RequestPolicy())
    source.store = OtherRun(tmp_path / "store")
    days = pd.bdate_range(START, END, name="Date")
    names = ["Open", "High", "Low", "Close", "Adj Close", "Volume", "Dividends", "Stock Splits"]
    table = pd.DataFrame(dict(zip(names, range(1, 9), strict=True)), index=days)
    now = datetime.now(UTC)
    kept = StoredHistory(table, date.fromisoformat(START), date.fromisoformat(END), now, "X", "")
    profile = {"name": "A", "sector": "Energy", "market_cap": 1.0, "currency": "USD"}
    for name in HEALTHY:
        source.store.save_history(name, kept)
        source.store.save_profile(name, profile | {"fetched": f"{now:%Y-%m-%d}"})
    return source


def test_what_is_read_of_the_store_is_read_before_another_run_may_change_it(full):
    raw = full.read(HEALTHY, date.fromisoformat(START), date.fromisoformat(END))
    count = full.store.forget(HEALTHY)  # as `firmsim store forget` does while the audit goes on
    assert count == 6
    for one in raw.series:
        quotes = raw.quotes[one.name]
        pd.testing.assert_series_equal(quotes["adjusted"], one, check_names=False)
        assert set(quotes["close"]) == {4.0}
        assert set(quotes["dividends"]) == {7.0}
    assert set(raw.attributes()["sector"]) == {"Energy"}
    assert raw.calendars == dict.fromkeys(HEALTHY, "XNYS")
    assert full.store.unlocked == []
    assert set(full.store.read) == {f"{name}.{kind}" for name in HEALTHY for kind in KINDS}


def test_waiting_for_another_run_is_said_where_the_user_looks(full, monkeypatch):
    asked = (HEALTHY, date.fromisoformat(START), date.fromisoformat(END))
    terminal = StringIO()
    monkeypatch.setattr("sys.stderr", terminal)
    with ThreadPoolExecutor(1) as pool:
        with full.store.lock():
            run = pool.submit(full.read, *asked)
            while not terminal.getvalue().endswith("\n") and not run.done():
                time.sleep(0.01)
        assert len(run.result().series) == len(HEALTHY)
    waiting = f"another run downloads into {full.store.folder}; waiting for it\n"
    assert terminal.getvalue() == waiting


@pytest.mark.parametrize(
    ("tickers", "start", "end"),
    [
        (None, date(2015, 1, 1), date(2015, 2, 1)),
        (["AAA"], None, date(2015, 2, 1)),
        (["AAA"], date(2015, 1, 1), None),
    ],
)
def test_tickers_and_days_are_needed(tmp_path, tickers, start, end):
    missing = "tickers" if tickers is None else "start" if start is None else "end"
    with pytest.raises(
        PriceError, match=rf"^{missing}: .* needs tickers, start and end"
    ) as refused:
        YahooPrices(tmp_path, RequestPolicy()).read(tickers, start, end)
    assert refused.value.parameter == missing


def test_days_to_come_are_refused(tmp_path):
    start = datetime.now(UTC).date() + dt.timedelta(days=3)
    with pytest.raises(PriceError, match=f"^start: {start} is after .*, the last day") as refused:
        YahooPrices(tmp_path, RequestPolicy()).read(["AAA"], start, start)
    assert refused.value.parameter == "start"


def test_last_complete_day_is_yesterday_in_utc():
    tokyo = dt.timezone(dt.timedelta(hours=9))
    assert last_complete_day(datetime(2024, 3, 1, 12, tzinfo=UTC)) == date(2024, 2, 29)
    assert last_complete_day(datetime(2024, 3, 1, 8, tzinfo=tokyo)) == date(2024, 2, 28)
