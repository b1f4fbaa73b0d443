"""Firms that the imitation of Yahoo knows."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass, field, replace
from typing import Any
from zoneinfo import ZoneInfo

SECTORS = [
    ("Technology", "Semiconductors"),
    ("Healthcare", "Biotechnology"),
    ("Energy", "Oil & Gas E&P"),
    ("Financial Services", "Banks - Regional"),
    ("Utilities", "Utilities - Regulated Electric"),
]

PRICES = ("open", "high", "low", "close", "adjusted")


@dataclass(frozen=True)
class Row:
    """One trading day: prices adjusted for splits, `adjusted` for dividends too."""

    day: dt.date
    open: float
    high: float
    low: float
    close: float
    adjusted: float
    volume: int


@dataclass
class Symbol:
    """One listed symbol with its history, dividends (split-adjusted) and profile."""

    symbol: str
    rows: list[Row]
    dividends: dict[dt.date, float] = field(default_factory=dict)
    info: dict[str, Any] = field(default_factory=dict)
    splits: dict[dt.date, float] = field(default_factory=dict)
    currency: str = "USD"
    tz: str = "America/New_York"
    exchange: str = "NMS"
    quote_type: str = "EQUITY"

    def stamp(self, day: dt.date, hour: int = 9, minute: int = 30) -> int:
        """Unix time of a local time of day, by default the opening."""
        zone = ZoneInfo(self.tz)
        return int(dt.datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone).timestamp())


def synthetic(symbols, start="2015-01-01", end="2016-01-01", seed=0) -> dict[str, Symbol]:
    """Random walks with a market factor, Monday to Friday; every second pays dividends."""
    first, last = dt.date.fromisoformat(start), dt.date.fromisoformat(end)
    every = (first + dt.timedelta(days=k) for k in range((last - first).days))
    days = [day for day in every if day.weekday() < 5]
    chance = random.Random(seed)
    market = [chance.gauss(0.0003, 0.01) for _ in days]
    universe = {}
    for number, symbol in enumerate(symbols):
        # Its own generator: a symbol has the same prices whoever else is there.
        chance = random.Random(f"{seed}-{symbol}")
        price, closes = 20 + 80 * chance.random(), []
        for move in market:
            price *= max(0.5, 1 + move + chance.gauss(0, 0.012))
            closes.append(price)
        pays = range(40, len(days), 63) if number % 2 else ()
        dividends = {days[k]: round(closes[k] * 0.006, 4) for k in pays}
        sector, industry = SECTORS[number % len(SECTORS)]
        info = {
            "shortName": f"{symbol} Inc.",
            "longName": f"{symbol} Incorporated",
            "sector": sector,
            "industry": industry,
            "country": "United States",
            "marketCap": int(1e8 * (1 + number) * closes[-1]),
        }
        rows = _rows(days, closes, dividends, chance)
        universe[symbol] = Symbol(symbol, rows, dividends, info)
    return universe


def split(listed: Symbol, day: dt.date, ratio: float) -> Symbol:
    """The same firm after a split: all earlier prices divided, as Yahoo has it."""
    rows = [
        replace(
            row,
            **{name: getattr(row, name) / ratio for name in PRICES},
            volume=int(row.volume * ratio),
        )
        if row.day < day
        else row
        for row in listed.rows
    ]
    dividends = {
        paid: amount / ratio if paid < day else amount for paid, amount in listed.dividends.items()
    }
    return replace(listed, rows=rows, dividends=dividends, splits={**listed.splits, day: ratio})


def _rows(days, closes, dividends, chance) -> list[Row]:
    """Adjusted closes: a factor going backwards, as Yahoo and CRSP have it."""
    factor, rows = 1.0, []
    for k in range(len(days) - 1, -1, -1):
        close = closes[k]
        spread = abs(chance.gauss(0, 0.004))
        volume = int(chance.lognormvariate(14, 0.4))
        low, high = close * (1 - spread), close * (1 + spread)
        rows.append(Row(days[k], close, high, low, close, close * factor, volume))
        if days[k] in dividends and k > 0:
            factor *= 1 - dividends[days[k]] / closes[k - 1]
    return rows[::-1]
