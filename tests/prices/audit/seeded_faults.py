"""Faults of every kind, put into clean series one at a time.

Each seeder takes a clean series, a random generator and the panel it is from; it gives the spoilt
series and the rows (first and last) the fault concerns.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd

RATIOS = [3 / 2, 2, 3, 4, 5, 7, 10, 20]
"""Split ratios, drawn with equal chances."""
EDGE = 20
"""Rows at either end that get no step."""
HISTORY = 80
"""Rows either side of a reused ticker's gap has at least."""
STEPS = {"split", "jump", "unit_error"}
"""Kinds that take out a day far off, whatever they call it."""


class Fault(NamedTuple):
    """A way to spoil a series, and the kinds of finding that would catch it."""

    seed: Callable
    kinds: set[str]
    quiet: bool = False
    """Only in the calmer half of all firm-days."""


def place(one, rng, days=1, edge=EDGE):
    """Random first row of a run of days, away from the ends."""
    return int(rng.integers(edge, max(len(one) - edge - days, edge + 1)))


def impossible(one, rng, panel):
    days = int(rng.integers(1, 6))
    row = place(one, rng, days)
    one.iloc[row : row + days] = rng.choice([0.0, -1.0])
    return one, row, row + days - 1


def repeated_day(one, rng, panel):
    row = place(one, rng)
    again = one.iloc[[row]] * (1 + rng.uniform(0.001, 0.05))
    return pd.concat([one.iloc[: row + 1], again, one.iloc[row + 1 :]]), row, row


def live_row(one, rng, panel):
    again = one.iloc[[-1]] * (1 + rng.uniform(0.001, 0.02))
    return pd.concat([one, again]), len(one) - 1, len(one) - 1


def unsorted_days(one, rng, panel):
    row = place(one, rng)
    return pd.concat([one.iloc[row:], one.iloc[:row]]), 0, len(one) - 1


def gap(one, rng, panel):
    days = int(rng.integers(5, 40))
    row = place(one, rng, days)
    return one.drop(one.index[row : row + days]), row, row + days - 1


def stale(one, rng, panel):
    days = int(rng.integers(10, 61))
    row = place(one, rng, days)
    one.iloc[row : row + days] = one.iloc[row]
    return one, row, row + days - 1


def backfilled(one, rng, panel):
    days = int(rng.integers(10, 251))
    one.iloc[:days] = one.iloc[days - 1]
    return one, 0, days - 1


def hundredfold_row(one, rng, panel):
    return hundredfold(one, rng, 1)


def hundredfold_run(one, rng, panel):
    return hundredfold(one, rng, int(rng.integers(2, 121)))


def hundredfold(one, rng, days):
    row = place(one, rng, days)
    one.iloc[row : row + days] *= rng.choice([100, 0.01])
    return one, row, row + days - 1


def step(one, row, factor):
    """Prices before the row are that many times what they should be."""
    one.iloc[:row] *= factor
    return one, row, row


def missed_split(one, rng, panel, ratio=None):
    ratio = rng.choice(RATIOS) if ratio is None else ratio
    return step(one, place(one, rng), ratio)


def missed_reverse_split(one, rng, panel, ratio=None):
    ratio = rng.choice(RATIOS) if ratio is None else ratio
    return step(one, place(one, rng), 1 / ratio)


def split_twice(one, rng, panel):
    """Earlier prices, right after one division by the ratio (or its inverse), divided again."""
    return step(one, place(one, rng), 1 / rng.choice([*RATIOS, *(1 / r for r in RATIOS)]))


def spin_off(one, rng, panel, size=None, row=None):
    """As DHR in July 2016 (+0.48), or missed; `row` where the series is quiet."""
    size = rng.uniform(0.4, 0.8) if size is None else size
    row = place(one, rng) if row is None else row
    return step(one, row, np.exp(size * rng.choice([-1, 1])))


def wrong_price(one, rng, panel):
    row = place(one, rng)
    one.iloc[row] *= np.exp(rng.uniform(0.6, 2.3) * rng.choice([-1, 1]))
    return one, row, row


def reused(one, rng, panel):
    days = int(rng.integers(40, 251))
    row = place(one, rng, days, HISTORY)
    back = one.index[row + days]
    going_on = [other for other in panel if other.index[0] <= back and other.name != one.name]
    other = going_on[int(rng.integers(len(going_on)))]
    after = other[other.index >= back].rename(one.name)
    return pd.concat([one.iloc[:row], after]), row, row + days


def long_gap(one, rng, panel):
    """The same firm after the gap of a reused ticker."""
    days = int(rng.integers(40, 251))
    row = place(one, rng, days, HISTORY)
    return one.drop(one.index[row : row + days]), row, row + days


def short(one, rng, panel):
    days = int(rng.integers(20, 250))
    return one.iloc[-days:], len(one) - days, len(one) - 1


FAULTS = {
    "impossible price": Fault(impossible, {"nonpositive_price"}),
    "day given twice": Fault(repeated_day, {"duplicate_date"}),
    "live row": Fault(live_row, {"live_row"}),
    "days out of order": Fault(unsorted_days, {"unsorted_date"}),
    "gap": Fault(gap, {"gap"}),
    "stale run": Fault(stale, {"stale_run"}),
    "back-filled start": Fault(backfilled, {"backfilled_start"}),
    "x100, one row": Fault(hundredfold_row, {"unit_error"}),
    "x100, 2 to 120 rows": Fault(hundredfold_run, {"unit_error"}),
    "split missed": Fault(missed_split, STEPS),
    "reverse split missed": Fault(missed_reverse_split, STEPS),
    "split applied twice": Fault(split_twice, STEPS),
    "spin-off, quiet series": Fault(spin_off, STEPS, quiet=True),
    "one wrong price": Fault(wrong_price, STEPS),
    "ticker reused": Fault(reused, {"ticker_reuse"}),
    "short history": Fault(short, {"short_history"}),
}
"""Faults within one series."""


def copied(one, rng, panel):
    """Another ticker with the same prices, but for up to 5% of the days."""
    other = one.rename(f"{one.name}-COPY")
    days = rng.random(len(other)) < rng.uniform(0, 0.05)
    return other * (1 + days * rng.normal(0, 0.01, len(other)))


def share_class(one, rng, panel):
    """Another ticker whose price stays near: spread of its own a fifth of the firm's."""
    own = 0.2 * np.log(one).diff().std()
    noise = rng.normal(0, own / np.sqrt(2), len(one))
    return (one * np.exp(noise)).rename(f"{one.name}-B")


def dividends(one, rng, *, adjusted):
    """Series, and the quotes that show whether its four dividends a year are in it."""
    days = np.arange(int(rng.integers(5, 60)), len(one), 63)
    yields = rng.uniform(0.002, 0.01, len(days))
    factor = np.ones(len(one))
    for day, part in zip(days, yields, strict=True):
        factor[:day] *= 1 - part
    close = one / factor
    paid = pd.Series(0.0, one.index)
    paid.iloc[days] = (close.shift().iloc[days] * yields).round(4)
    series = one if adjusted else close.rename(one.name)
    quotes = {"close": close.round(2), "adjusted": series.round(4), "dividends": paid}
    return series, pd.DataFrame(quotes)
