"""Daily price changes of a panel, and how far one lies outside its firm's own range."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from firmsim.prices.sessions import over_closed_days

Floats = NDArray[np.float64]

FEWEST = 10
"""Price changes a side needs before its spread means anything."""
LEAST_SPREAD = 1e-4
"""Log price change a day that a firm standing still is taken to have."""
TAIL = 4.0
"""Density of large returns falls with this power of their size (Cont, 2001: a tail index of 3)."""
AFTERSHOCKS = np.array([2.2, 1.5, 1.5, 1.5, 1.5])
"""Times the firm's usual spread that it moves on the days after real news, first day first."""
FALLS = 1.65
"""Falls among large moves for one rise: 0.3 (log) and more, in a day, on three real panels."""
HABIT_MOST = 0.5
"""Log price change from which a move counts no more towards its firm's habit."""
PINNED_DAYS = 20
"""Days after a move that tell whether the price is pinned."""
YEAR = 250
"""Days before a move that tell how much the price moves otherwise, but for its last weeks."""
PINNED = 0.3
"""Part of its usual daily changes below which a price is pinned, as it is by a bid."""


@dataclass(frozen=True)
class Changes:
    """Log price changes of a panel, days x firms.

    Attributes
    ----------
    log : array of shape (n_days, n_firms)
        c: the firm's own; missing on the first day and where either price is missing.
    net : array of shape (n_days, n_firms)
        e: less the median of the *other* firms that day, so that no crash of everybody is a move.
    size : array of shape (n_days, n_firms)
        min(abs(c), abs(e)): among few firms the move of one shifts the median of the others, and
        must not be found in firms that hardly moved.
    """

    log: Floats
    net: Floats
    size: Floats

    def without(self, prices: NDArray[np.bool_]) -> Changes:
        """The same, missing where either price of a change is one of these.

        The medians stay: a few prices of thousands do not move them.
        """
        touched = prices.copy()
        touched[1:] |= prices[:-1]
        return Changes(*(np.where(touched, np.nan, array) for array in vars(self).values()))


@dataclass(frozen=True)
class Moves:
    """Large moves and what surrounds each; arrays have one element a move.

    Attributes
    ----------
    day, firm : array of int
        Row and column; firm by firm, days ascending.
    log, net, size : array
        c, e and min(abs(c), abs(e)) of that day.
    spread : array
        s: robust standard deviation (log price change a day) of the more restless side.
    scale : array
        Geometric mean of s and the firm's habit of large moves; see `moves`.
    weight : array
        See `moves`.
    pinned : array of bool
        Whether the price hardly moves afterwards; see `moves`.
    """

    day: NDArray[np.intp]
    firm: NDArray[np.intp]
    log: Floats
    net: Floats
    size: Floats
    spread: Floats
    scale: Floats
    weight: Floats
    pinned: NDArray[np.bool_]

    def where(self, chosen: NDArray[np.bool_]) -> Moves:
        """Keep the chosen moves."""
        return Moves(**{name: values[chosen] for name, values in vars(self).items()})

    def flags(self, shape: tuple[int, ...]) -> NDArray[np.bool_]:
        """Where they are in a panel of this shape."""
        flags = np.zeros(shape, dtype=bool)
        flags[self.day, self.firm] = True
        return flags


def changes_of(panel: pd.DataFrame, closed: NDArray[np.bool_] | None = None) -> Changes:
    """Changes of a panel.

    Parameters
    ----------
    panel : DataFrame of shape (n_days, n_firms)
        Prices above zero or missing.
    closed : array of bool, shape (n_days, n_firms), optional
        Days without a session of the firm's exchange: the next change reaches back over them.

    Returns
    -------
    Changes
    """
    logs = np.log(panel.to_numpy(dtype=np.float64))
    log = np.full(panel.shape, np.nan)
    last = logs if closed is None else over_closed_days(logs, closed)
    log[1:] = logs[1:] - last[:-1]
    net = log - median_of_others(log)
    return Changes(log, net, np.minimum(np.abs(log), np.abs(net)))


def moves(changes: Changes, floor: float, window: int) -> Moves:
    r"""Large moves, each weighed by what the firm does before and after it.

    .. math:: w = \frac{\min(|c_t|, |e_t|)}{\sqrt{s m}} \left( g \prod_{k=1}^{5}
              \frac{f(u_k)}{f(u_k / \kappa_k) / \kappa_k} \right)^{1/4}, \qquad
              u_k = \frac{e_{t+k}}{s}

    s is 1.4826 x the median of abs(e) over `window` days before or after t, whichever is more: a
    robust standard deviation around zero (Rousseeuw and Croux, 1993). Taking the more restless side
    keeps real crashes in: at the onset of one the days before are calm, the days after are not.

    m is the firm's habit of large moves, the cube root of the mean of min(abs(c), abs(e), 0.5)^3
    over its other days. With a tail index of 3 that mean tells how often a move of any size comes:
    what is news in a firm of sudden moves would be an error in one without, though both have the
    same s. The largest of the other days is left out, so that two errors do not hide each other.

    The product compares two readings of the five days after. After an error the firm goes on as
    usual; after news its volatility stays up (kappa = 2.2 times the usual on the first day, 1.5 on
    the others). f is Student's t with 3 degrees of freedom. g is 1.65 for a rise and 1 for a fall,
    as news of that size is more often bad. Its density falls as w^-4, hence the root: w to the
    fourth is, up to a constant, the odds of an error.

    A price is pinned when its own changes c over the 20 days after are, by robust standard
    deviation, less than 0.3 of those over `window` days and over a year before.

    Parameters
    ----------
    changes : Changes
        Of the panel.
    floor : float
        Least size (log price change).
    window : int
        Days on either side that give s.

    Returns
    -------
    Moves
        A side with fewer than 10 changes is not asked; a move with neither side is left out.
    """
    firm, day = np.nonzero((changes.size > floor).T)
    firms, place = np.unique(firm, return_inverse=True)

    def at(values: Floats, first: int, last: int) -> Floats:
        """Values from so many days after each move to so many, both included: moves x days."""
        ends = ((max(-first, 0), max(last, 0)), (0, 0))
        around = np.pad(values, ends, constant_values=np.nan)
        rows = day[:, None] + np.arange(first, last + 1) + ends[0][0]
        return np.asarray(around[rows, firm[:, None]])

    before, after = at(changes.net, -window, -1), at(changes.net, 1, window)
    spread = np.maximum(robust_spread(before), robust_spread(after))
    least = np.maximum(spread, LEAST_SPREAD)
    beyond = after[:, : len(AFTERSHOCKS)] / least[:, None]
    odds = _log_t(beyond) - _log_t(beyond / AFTERSHOCKS) + np.log(AFTERSHOCKS)
    size, log = changes.size[day, firm], changes.log[day, firm]
    scale = np.sqrt(least * habit(changes.size[:, firms], day, place))
    rises = np.where(log > 0, np.log(FALLS), 0)
    weight = size / scale * np.exp((np.nansum(odds, axis=1) + rises) / TAIL)

    still = robust_spread(at(changes.log, 1, PINNED_DAYS))
    usual = [robust_spread(at(changes.log, -days, -1)) for days in (window, YEAR)]
    pinned = (still >= 0) & (still < PINNED * np.minimum(*usual))
    net = changes.net[day, firm]
    found = Moves(day, firm, log, net, size, spread, scale, weight, pinned)
    return found.where(spread >= 0)


def habit(sizes: Floats, day: NDArray[np.intp], firm: NDArray[np.intp]) -> Floats:
    """How large a firm's moves are on all other days, the largest of these left out.

    Parameters
    ----------
    sizes : array of shape (n_days, n_firms)
        Sizes of moves (log price change), missing allowed.
    day, firm : array of int
        The moves whose firms are asked for; rows and columns.

    Returns
    -------
    array
        Cube root of the mean third power of the sizes, each 0.5 at most; `LEAST_SPREAD` at least.
    """
    if not len(day):
        return np.empty(0)
    cubes = np.minimum(sizes, HABIT_MOST) ** 3
    known = np.isfinite(cubes).sum(axis=0)
    cubes = np.nan_to_num(cubes)
    second, first = np.sort(cubes, axis=0)[-2:, firm]
    own = cubes[day, firm]
    rest = cubes.sum(axis=0)[firm] - own - np.where(own < first, first, second)
    mean = np.maximum(rest, 0) / np.maximum(known[firm] - 2, 1)
    habits: Floats = np.maximum(np.cbrt(mean), LEAST_SPREAD)
    return habits


def closeness(distance: Floats) -> Floats:
    """Factor on the weight of a move that misses what it should be.

    Parameters
    ----------
    distance : array
        By how much, in robust standard deviations.

    Returns
    -------
    array
        Fourth root of Student's t density (3 degrees of freedom) over its greatest value.
    """
    factor: Floats = np.exp((_log_t(distance) - _log_t(np.zeros(1))) / TAIL)
    return factor


def robust_spread(changes: Floats) -> Floats:
    """Robust standard deviation around zero along the last axis; -1 with fewer than 10 changes.

    Parameters
    ----------
    changes : array
        Net changes, missing allowed; one at least along the last axis.

    Returns
    -------
    array
        1.4826 x the median size.
    """
    sizes = np.sort(np.abs(changes), axis=-1)  # missing values go last
    known = np.isfinite(sizes).sum(axis=-1)
    middle = np.stack([np.maximum(known - 1, 0) // 2, known // 2], axis=-1)
    middle = np.minimum(middle, sizes.shape[-1] - 1)
    median = np.take_along_axis(sizes, middle, axis=-1).mean(axis=-1)
    return np.where(known >= FEWEST, 1.4826 * median, -1.0)


def median_of_others(changes: Floats) -> Floats:
    """Each day's median over all firms but one, for each firm.

    With few firms the plain median would be one of them, and its own move would vanish.

    Parameters
    ----------
    changes : array of shape (n_days, n_firms)
        Missing values allowed.

    Returns
    -------
    array of shape (n_days, n_firms)
        Zero where no other firm has a value.
    """
    others = np.isfinite(changes).sum(axis=1, keepdims=True) - np.isfinite(changes)
    order = np.argsort(changes, axis=1)  # missing values go last
    ordered = np.take_along_axis(changes, order, axis=1)
    rank = np.empty_like(order)
    np.put_along_axis(rank, order, np.arange(changes.shape[1])[None, :], axis=1)

    def at(position: NDArray[np.intp]) -> Floats:
        """Value at a position of the sorted list from which the firm itself was taken."""
        place = np.clip(position + (position >= rank), 0, changes.shape[1] - 1)
        return np.take_along_axis(ordered, place, axis=1)

    median = 0.5 * (at((others - 1) // 2) + at(others // 2))
    return np.where(others > 0, median, 0.0)


def _log_t(values: Floats) -> Floats:
    """Logarithm of Student's t density with 3 degrees of freedom, less its constant."""
    return -2 * np.log1p(values**2 / 3)
