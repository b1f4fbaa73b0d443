"""Responses of the Yahoo endpoints that yfinance 1.7 requests, and how a fault changes them.

Faults of the chart: empty_result, null_result, no_adjclose, nan_holes (rows), null_close (rows),
zero_rows (rows), x100 (rows), infinity (rows), unapplied_split (row, ratio), unsorted, duplicated
(rows; the second with other prices where `factor` is given), short_history (keep), bad_meta (drop).
Of the profile: missing (fields), no_profile.
"""

from __future__ import annotations

import datetime as dt
import math
import random
import time
from zoneinfo import ZoneInfo

from yahoo.universe import Symbol

PRICED = ("open", "high", "low", "close", "adjclose")
PRICES = ("open", "high", "low", "close", "volume")
UNKNOWN = {"code": "Not Found", "description": "No data found, symbol may be delisted"}


def chart(listed: Symbol | None, query, fault):
    """Daily prices (``v8/finance/chart``), or the last day alone for a request of its time zone."""
    kind = fault.get("kind")
    if listed is None:
        return 404, {"chart": {"result": None, "error": UNKNOWN}}
    if kind == "empty_result":
        return 200, {"chart": {"result": [], "error": None}}
    if kind == "null_result":
        return 200, {"chart": {"result": None, "error": None}}
    if query.get("range"):
        rows = listed.rows[-1:]
    else:
        begin, end = int(query.get("period1", 0)), int(query.get("period2", time.time()))
        rows = [row for row in listed.rows if begin <= listed.stamp(row.day) < end]
        if not rows:
            said = f"Data doesn't exist for startDate = {begin}, endDate = {end}"
            error = {"code": "Bad Request", "description": said}
            return 400, {"chart": {"result": None, "error": error}}
    if kind == "short_history":
        rows = rows[-fault["keep"] :]
    stamps = [listed.stamp(row.day) for row in rows]
    columns = {name: [getattr(row, name) for row in rows] for name in PRICES}
    columns["adjclose"] = [row.adjusted for row in rows]
    _spoil(kind, fault, stamps, columns)
    adjusted = columns.pop("adjclose")
    result = {
        "meta": _meta(listed, rows, query, fault),
        "timestamp": stamps,
        "indicators": {"quote": [columns], "adjclose": [{"adjclose": adjusted}]},
    }
    if kind == "no_adjclose":
        del result["indicators"]["adjclose"]
    events = {
        "dividends": {day: {"amount": amount} for day, amount in listed.dividends.items()},
        "splits": {
            day: {"numerator": ratio, "denominator": 1.0, "splitRatio": f"{ratio:g}:1"}
            for day, ratio in listed.splits.items()
        },
    }
    if "events" in query:
        result["events"] = {
            kind: {
                str(listed.stamp(day)): {**event, "date": listed.stamp(day)}
                for day, event in of_kind.items()
                if rows[0].day <= day <= rows[-1].day
            }
            for kind, of_kind in events.items()
        }
    return 200, {"chart": {"result": [result], "error": None}}


def _spoil(kind, fault, stamps, columns) -> None:
    """Change the columns in place as the fault says."""
    chosen = fault.get("rows", [])
    if kind in ("nan_holes", "zero_rows"):
        for column in columns.values():
            for row in chosen:
                column[row] = None if kind == "nan_holes" else 0
    if kind in ("null_close", "infinity", "x100"):
        for name in ("close", "adjclose") if kind != "x100" else PRICED:
            for row in chosen:
                wrong = {"null_close": None, "infinity": math.inf, "x100": columns[name][row] * 100}
                columns[name][row] = wrong[kind]
    if kind == "unapplied_split":
        for name in PRICED:
            before = columns[name][: fault["row"]]
            columns[name][: fault["row"]] = [price * fault["ratio"] for price in before]
    if kind == "duplicated":
        for row in sorted(chosen, reverse=True):
            stamps.insert(row + 1, stamps[row])
            for name, column in columns.items():
                factor = 1 if name == "volume" else fault.get("factor", 1)
                column.insert(row + 1, column[row] * factor)
    if kind == "unsorted":
        order = list(range(len(stamps)))
        random.Random(3).shuffle(order)
        for column in (stamps, *columns.values()):
            column[:] = [column[row] for row in order]


def _meta(listed: Symbol, rows, query, fault):
    last = listed.rows[-1].day
    noon = dt.datetime.combine(last, dt.time(12), ZoneInfo(listed.tz))
    offset = int(noon.utcoffset().total_seconds())
    begin, close = listed.stamp(last), listed.stamp(last, 16, 0)
    period = {"timezone": "EST", "start": begin, "end": close, "gmtoffset": offset}
    meta = {
        "currency": listed.currency,
        "symbol": listed.symbol,
        "exchangeName": listed.exchange,
        "instrumentType": listed.quote_type,
        "firstTradeDate": listed.stamp(listed.rows[0].day),
        "regularMarketTime": close,
        "gmtoffset": offset,
        "timezone": "EST",
        "exchangeTimezoneName": listed.tz,
        "regularMarketPrice": listed.rows[-1].close,
        "chartPreviousClose": rows[0].close,
        "priceHint": 2,
        "currentTradingPeriod": {"pre": period, "regular": period, "post": period},
        "dataGranularity": query.get("interval", "1d"),
        "range": query.get("range", ""),
        "validRanges": ["1d", "5d", "1mo", "1y", "max"],
    }
    return {key: value for key, value in meta.items() if key not in fault.get("drop", ())}


def quote_summary(listed: Symbol | None, query, fault):
    """Profile in modules (``v10/finance/quoteSummary``)."""
    if listed is None:
        error = {"code": "Not Found", "description": "Quote not found for symbol"}
        return 404, {"quoteSummary": {"result": None, "error": error}}
    info = _info(listed, fault)
    cap = {"marketCap": info["marketCap"]} if "marketCap" in info else {}
    modules = {
        "assetProfile": {
            key: info[key] for key in ("sector", "industry", "country") if key in info
        },
        "summaryDetail": {"currency": listed.currency, **cap},
        "defaultKeyStatistics": {"floatShares": 10**8},
        "financialData": {"financialCurrency": listed.currency},
        "quoteType": {
            "quoteType": listed.quote_type,
            "symbol": listed.symbol,
            "shortName": info.get("shortName"),
            "longName": info.get("longName"),
            "timeZoneFullName": listed.tz,
        },
    }
    if fault.get("kind") == "no_profile":
        del modules["assetProfile"]
    asked = query.get("modules", "").split(",")
    result = {name: modules[name] for name in asked if name in modules}
    return 200, {"quoteSummary": {"result": [result], "error": None}}


def quote(listed: Symbol | None, query, fault):
    """Short quote (``v7/finance/quote``)."""
    if listed is None:
        return 200, {"quoteResponse": {"result": [], "error": None}}
    info = _info(listed, fault)
    result = {
        "symbol": listed.symbol,
        "quoteType": listed.quote_type,
        "currency": listed.currency,
        "exchange": listed.exchange,
        **{key: info[key] for key in ("shortName", "longName", "marketCap") if key in info},
    }
    return 200, {"quoteResponse": {"result": [result], "error": None}}


def timeseries(listed: Symbol | None, query, fault):
    """Fundamental ratios (``ws/fundamentals-timeseries``); yfinance asks one with each profile."""
    known = {"meta": {"symbol": [listed.symbol if listed else ""]}}
    return 200, {"timeseries": {"result": [known], "error": None}}


def _info(listed: Symbol, fault):
    return {key: value for key, value in listed.info.items() if key not in fault.get("fields", ())}
