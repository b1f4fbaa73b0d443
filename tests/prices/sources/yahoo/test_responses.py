"""Which answers are accepted, and what an exception or an error page says."""

import json
from datetime import date
from types import SimpleNamespace

import pandas as pd
import pytest
from curl_cffi.requests import Session

from firmsim.firms.symbols import is_american, yahoo_symbol
from firmsim.prices.sources.yahoo.failures import LENGTH, YahooFailure, failure_of
from firmsim.prices.sources.yahoo.responses import checked_history, checked_profile
from firmsim.prices.sources.yahoo.session import YahooSession, words

START, END = date(2015, 1, 5), date(2015, 3, 27)
DAYS = pd.bdate_range(START, END)


def history(adjusted=10.0, dividend_day=None, days=DAYS, zone="America/New_York"):
    index = days.tz_localize(zone)
    paid = [1.0 if day == dividend_day else 0.0 for day in range(len(days))]
    return pd.DataFrame(
        {"Close": 10.0, "Adj Close": adjusted, "Dividends": paid, "Stock Splits": 0.0}, index=index
    )


def answer(table, first=START, last=END, **changes):
    stamps = [int(day.timestamp()) + 34200 for day in table.index]
    noon = pd.Timedelta(hours=17)
    meta = {
        "exchangeTimezoneName": str(table.index.tz),
        "firstTradeDate": int((pd.Timestamp(first, tz="UTC") + noon).timestamp()),
        "regularMarketTime": int((pd.Timestamp(last, tz="UTC") + noon).timestamp()),
    }
    indicators = {"quote": [{"close": table["Close"].tolist()}], "adjclose": [{}]}
    result = {"meta": meta, "timestamp": stamps, "indicators": indicators}
    return json.dumps({"chart": {"result": [result | changes]}})


def check(table, start=START, end=END, **changes):
    return checked_history(table, answer(table, **changes), start, end)


@pytest.mark.parametrize("path", ["v1/test/getcrumb", "v8/finance/chart/AAA", "consent"])
def test_every_request_has_the_time_limit_of_the_policy(monkeypatch, path):
    sent = []

    def request(self, method, url, **options):
        sent.append(options)
        return SimpleNamespace(status_code=200, text="{}")

    monkeypatch.setattr(Session, "request", request)
    limiter = SimpleNamespace(wait=lambda kind: 0, answered=lambda: None)
    YahooSession(limiter, 1.5).request("GET", f"https://query1.test/{path}", timeout=30)
    assert sent == [{"timeout": 1.5}]


def test_prices_that_yahoo_forgot_to_adjust_are_refused():
    with pytest.raises(YahooFailure, match=r"bad_answer: dividends were paid, .* not adjusted"):
        check(history(dividend_day=20))


def test_an_answer_without_adjusted_prices_is_refused_although_nothing_was_paid():
    quote = [{"close": [10.0] * len(DAYS)}]
    with pytest.raises(YahooFailure, match="bad_answer: no adjusted prices"):
        check(history(), indicators={"quote": quote})


@pytest.mark.parametrize("day", [0, None])
def test_prices_that_need_no_adjustment_pass(day):
    had = check(history(dividend_day=day))
    assert had.table.index.tz is None
    assert (had.zone, had.remark) == ("America/New_York", "")


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "Europe/London", "America/Sao_Paulo"])
def test_days_are_those_of_the_exchange(zone):
    assert list(check(history(zone=zone)).table.index) == list(DAYS)


def test_a_history_is_whole_where_the_firm_was_traded_for_part_of_the_days():
    late, gone = DAYS[30:], DAYS[:30]
    assert len(check(history(days=late), first=late[0]).table) == len(late)
    assert len(check(history(days=gone), last=gone[-1]).table) == len(gone)


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (DAYS[30:], "prices begin on 2015-02-16, but it was traded from 2015-01-05"),
        (DAYS[:30], "prices end on 2015-02-13, but it was traded until 2015-03-27"),
        (DAYS[:5].append(DAYS[-5:]), "prices on 10 of 60 weekdays from 2015-01-05 to 2015-03-27"),
    ],
)
def test_a_history_that_is_cut_short_is_refused(days, said):
    with pytest.raises(YahooFailure) as failed:
        check(history(days=days))
    assert (failed.value.status, failed.value.reason) == ("incomplete", said)


def test_days_beyond_those_asked_for_are_left_out():
    had = check(history(), start=date(2015, 1, 6), end=date(2015, 3, 26))
    assert list(had.table.index) == list(DAYS[1:-1])


def test_a_profile_without_a_quote_type_is_none():
    for info in (None, {}, {"trailingPegRatio": None}):
        with pytest.raises(YahooFailure, match="bad_answer: a profile without a quote type"):
            checked_profile(info)


def test_an_unforeseen_exception_keeps_its_name():
    failure = failure_of(ZeroDivisionError("division by zero\nsecond line"))
    assert failure.status == "bad_answer"
    assert failure.reason == "ZeroDivisionError: division by zero"


def test_a_reason_is_one_short_line():
    assert YahooFailure("timeout", "a\n b" + "c" * 999).reason == "a b" + "c" * (LENGTH - 3)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Too Many Requests\r\n", "Too Many Requests"),
        ("<html><body><h1>Will be right back...</h1></body></html>", "Will be right back..."),
        ('{"chart": {"result": null, "error": {"description": "No data"}}}', "No data"),
        ('{"finance": {"error": {"code": "Unauthorized"}}}', "Unauthorized"),
        ('{"chart": {"error": null}}', ""),
        ("[]", ""),
        ("", ""),
    ],
)
def test_the_words_of_an_answer(text, said):
    assert words(text) == said


@pytest.mark.parametrize(
    ("ticker", "symbol"),
    [
        (" aapl ", "AAPL"),
        ("BRK.B", "BRK-B"),
        ("bf.b", "BF-B"),
        ("HEI.A", "HEI-A"),
        ("BRK-B", "BRK-B"),
        ("VOD.L", "VOD.L"),
        ("7203.T", "7203.T"),
        ("SAP.DE", "SAP.DE"),
        ("BMW.F", "BMW.F"),
        ("ABC.V", "ABC.V"),
        ("0700.HK", "0700.HK"),
        ("^GSPC", "^GSPC"),
        ("BT-A.L", "BT-A.L"),
    ],
)
def test_symbols_as_yahoo_writes_them(ticker, symbol):
    assert yahoo_symbol(ticker) == symbol


def test_only_plain_symbols_are_taken_for_american():
    assert all(map(is_american, ["A", "AAPL", "BRK-B"]))
    assert not any(map(is_american, ["VOD.L", "^GSPC", "BTC-USD", "EURUSD=X", "7203.T", "0050"]))


def test_a_day_that_comes_twice_stands_once():
    table = history()
    twice = pd.concat([table, table.iloc[[-1]]])
    had = check(twice)
    assert list(had.table.index) == list(DAYS)
    assert had.remark == ""
    other = twice.copy()
    other.iloc[-1, 0] = 11.0
    had = check(other)
    assert had.table.loc[DAYS[-1], ["Close", "Adj Close"]].isna().all()
    assert had.remark == ("1 day given twice with different prices")
