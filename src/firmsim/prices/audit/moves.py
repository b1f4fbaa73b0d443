"""Large moves of single firms, each weighed by what the firm does before and after it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from firmsim.prices.audit.changes import Changes, robust_spread
from firmsim.prices.audit.check import Context
from firmsim.prices.audit.constants import CONSTANTS
from firmsim.typing import Flags, Floats, Indices


@dataclass(frozen=True)
class Moves:
    """Large moves and what surrounds each; every array has one element per move.

    Attributes
    ----------
    day, firm : array of int
        Row and column; firm by firm, days ascending.
    log, net, size : array
        c, e and min(abs(c), abs(e)) of that day (log price change).
    spread : array
        s: robust standard deviation of the more restless side (log price change).
    scale : array
        Geometric mean of s and the firm's habit of large moves; see `moves`.
    weight : array
        See `moves`.
    pinned : array of bool
        Whether the price hardly moves afterwards; see `moves`.
    """

    day: Indices
    firm: Indices
    log: Floats
    net: Floats
    size: Floats
    spread: Floats
    scale: Floats
    weight: Floats
    pinned: Flags

    def where(self, chosen: Flags) -> Moves:
        """Keep the chosen moves."""
        return Moves(**{name: values[chosen] for name, values in vars(self).items()})

    def flags(self, shape: tuple[int, ...]) -> Flags:
        """Flags of the moves in a panel of this shape."""
        flags = np.zeros(shape, dtype=bool)
        flags[self.day, self.firm] = True
        return flags


def moves(changes: Changes, floor: float, window: int) -> Moves:
    r"""Large moves and their weights.

    .. math:: w = \frac{\min(|c_t|, |e_t|)}{\sqrt{s m}} \left( g \prod_{k=1}^{5}
              \frac{f(u_k)}{f(u_k / \kappa_k) / \kappa_k} \right)^{1/4}, \qquad
              u_k = \frac{e_{t+k}}{s}

    s is 1.4826 x the median of abs(e) over `window` days before or after t, whichever is more. This
    is a robust standard deviation around zero (Rousseeuw and Croux, 1993). The more restless side
    keeps real crashes in: at the onset of one the days before are calm, the days after are not.

    m is the firm's habit of large moves, the cube root of the mean of min(abs(c), abs(e), 0.5)^3
    over its other days. With a tail index of 3 that mean tells how often a move of any size comes.
    A firm of sudden moves and a calm one may have the same s; what is news in the first would be an
    error in the second. The largest of the other days is left out, so that two errors do not hide
    each other.

    The product compares two readings of the five days after. After an error the firm goes on as
    usual. After news its volatility stays up: kappa is 2.2 times the usual on the first day, 1.5 on
    the others. The density f is Student's t with 3 degrees of freedom. A rise has g = 1.65 and a
    fall g = 1, as news of that size is more often bad. The density of large returns falls as w^-4,
    hence the root: w to the fourth is, up to a constant, the odds of an error.

    A price is pinned when its spread over the 20 days after is below 0.3 of that over `window` days
    and over a year before. Its own changes c count, not those net of the market.

    Parameters
    ----------
    changes : Changes
        Price changes of a panel.
    floor : float
        Least size (log price change).
    window : int
        Days on either side that give s.

    Returns
    -------
    Moves
        A side with fewer than 10 changes does not count; a move with neither side is left out.
    """
    firm, day = np.nonzero((changes.size > floor).T)
    firms, place = np.unique(firm, return_inverse=True)

    def at(values: Floats, first: int, last: int) -> Floats:
        """Values on the days `first` to `last` after each move: (n_moves, n_days)."""
        ends = ((max(-first, 0), max(last, 0)), (0, 0))
        around = np.pad(values, ends, constant_values=np.nan)
        rows = day[:, None] + np.arange(first, last + 1) + ends[0][0]
        return np.asarray(around[rows, firm[:, None]])

    aftershocks = np.array(CONSTANTS.aftershocks)
    before, after = at(changes.net, -window, -1), at(changes.net, 1, window)
    spread = np.maximum(robust_spread(before), robust_spread(after))
    least = np.maximum(spread, CONSTANTS.least_spread)
    beyond = after[:, : len(aftershocks)] / least[:, None]
    odds = _log_t(beyond) - _log_t(beyond / aftershocks) + np.log(aftershocks)
    size, log = changes.size[day, firm], changes.log[day, firm]
    scale = np.sqrt(least * habit(changes.size[:, firms], day, place))
    rises = np.where(log > 0, np.log(CONSTANTS.falls_per_rise), 0)
    weight = size / scale * np.exp((np.nansum(odds, axis=1) + rises) / CONSTANTS.tail_power)

    still = robust_spread(at(changes.log, 1, CONSTANTS.pinned_days))
    usual = [robust_spread(at(changes.log, -days, -1)) for days in (window, CONSTANTS.year_days)]
    pinned = (still >= 0) & (still < CONSTANTS.pinned_share * np.minimum(*usual))
    net = changes.net[day, firm]
    found = Moves(day, firm, log, net, size, spread, scale, weight, pinned)
    return found.where(spread >= 0)


def unexplained_moves(panel: pd.DataFrame, context: Context) -> Moves:
    """Large moves that neither another firm under the ticker nor a wrong price explains.

    A rise after which the price is pinned is a bid; it is explained, too.

    Parameters
    ----------
    panel : DataFrame of shape (n_days, n_firms)
        Prices above zero or missing.
    context : Context
        ``jump_floor`` and ``jump_window`` of its settings, and what earlier checks of the stage
        flagged as ``ticker_reuse`` and, for `firmsim.prices.audit.spikes.spikes`, as ``jump``.

    Returns
    -------
    Moves
        Moves to explain.
    """
    settings = context.settings
    changes = context.changes(panel).without(context.flags(panel, "ticker_reuse", "jump"))
    large = moves(changes, settings.jump_floor, settings.jump_window)
    return large.where(~((large.log > 0) & large.pinned))


def habit(sizes: Floats, day: Indices, firm: Indices) -> Floats:
    """Size of a firm's moves on all days but one, without the largest of these.

    Parameters
    ----------
    sizes : array of shape (n_days, n_firms)
        Sizes of moves (log price change), missing allowed.
    day, firm : array of int, shape (n_moves,)
        Rows and columns of the moves.

    Returns
    -------
    array of shape (n_moves,)
        Cube root of the mean third power of the sizes, each at most 0.5; at least 0.0001.
    """
    if not len(day):
        return np.empty(0)
    cubes = np.minimum(sizes, CONSTANTS.habit_cap) ** 3
    counts = np.isfinite(cubes).sum(axis=0)
    cubes = np.nan_to_num(cubes)
    second, first = np.sort(cubes, axis=0)[-2:, firm]
    own = cubes[day, firm]
    rest = cubes.sum(axis=0)[firm] - own - np.where(own < first, first, second)
    mean = np.maximum(rest, 0) / np.maximum(counts[firm] - 2, 1)
    habits: Floats = np.maximum(np.cbrt(mean), CONSTANTS.least_spread)
    return habits


def closeness(distance: Floats) -> Floats:
    """Factor on the weight of a move by its distance from what it should be.

    Parameters
    ----------
    distance : array
        Distance (robust standard deviations).

    Returns
    -------
    array
        Fourth root of Student's t density (3 degrees of freedom), relative to its maximum.

    Examples
    --------
    >>> closeness(np.array([0.0, 3.0])).tolist()
    [1.0, 0.5]
    """
    factor: Floats = np.exp((_log_t(distance) - _log_t(np.zeros(1))) / CONSTANTS.tail_power)
    return factor


def _log_t(values: Floats) -> Floats:
    """Logarithm of Student's t density with 3 degrees of freedom, up to a constant."""
    return -2 * np.log1p(values**2 / 3)
