"""Daily price changes of a panel, and their robust spread."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from firmsim.prices.audit.constants import CONSTANTS
from firmsim.prices.sessions import over_closed_days
from firmsim.typing import Flags, Floats, Indices


@dataclass(frozen=True)
class Changes:
    """Log price changes of a panel; missing where either price is.

    Attributes
    ----------
    log : array of shape (n_days, n_firms)
        c: change of the firm itself; missing on the first day.
    net : array of shape (n_days, n_firms)
        e: c less the median of the *other* firms that day. A crash of all firms is no move of one.
    size : array of shape (n_days, n_firms)
        min(abs(c), abs(e)). Among few firms the move of one shifts the median of the others; this
        minimum keeps it from being found in firms that hardly moved.
    """

    log: Floats
    net: Floats
    size: Floats

    def without(self, prices: Flags) -> Changes:
        """Mask the changes to and from some prices.

        The medians stay as they are: a few prices among thousands do not move them.

        Parameters
        ----------
        prices : array of bool, shape (n_days, n_firms)
            Prices to leave out.

        Returns
        -------
        Changes
            Missing where either price of a change is left out.
        """
        touched = prices.copy()
        touched[1:] |= prices[:-1]
        return Changes(*(np.where(touched, np.nan, array) for array in vars(self).values()))


def changes_of(panel: pd.DataFrame, closed: Flags | None = None) -> Changes:
    """Price changes of a panel.

    Parameters
    ----------
    panel : DataFrame of shape (n_days, n_firms)
        Prices above zero or missing.
    closed : array of bool, shape (n_days, n_firms), optional
        Days without a session of the firm's exchange: the next change reaches back over them.

    Returns
    -------
    Changes
        Log price changes.

    Examples
    --------
    >>> changes_of(pd.DataFrame({"A": [1.0, 2.0], "B": [1.0, 2.0]})).net[1].tolist()
    [0.0, 0.0]
    """
    logs = np.log(panel.to_numpy(dtype=np.float64))
    log = np.full(panel.shape, np.nan)
    last = logs if closed is None else over_closed_days(logs, closed)
    log[1:] = logs[1:] - last[:-1]
    net = log - median_of_others(log)
    return Changes(log, net, np.minimum(np.abs(log), np.abs(net)))


def robust_spread(changes: Floats) -> Floats:
    """Robust standard deviation around zero along the last axis.

    Parameters
    ----------
    changes : array
        Net changes, missing allowed; at least one along the last axis.

    Returns
    -------
    array
        1.4826 x the median size (Rousseeuw and Croux, 1993); -1 with fewer than 10 changes.
    """
    sizes = np.sort(np.abs(changes), axis=-1)  # missing values go last
    counts = np.isfinite(sizes).sum(axis=-1)
    middle = np.stack([np.maximum(counts - 1, 0) // 2, counts // 2], axis=-1)
    middle = np.minimum(middle, sizes.shape[-1] - 1)
    median = np.take_along_axis(sizes, middle, axis=-1).mean(axis=-1)
    return np.where(counts >= CONSTANTS.min_changes, 1.4826 * median, -1.0)


def median_of_others(changes: Floats) -> Floats:
    """Median of all firms but one per day, for each firm.

    With few firms the plain median would be one of them, and its own move would vanish.

    Parameters
    ----------
    changes : array of shape (n_days, n_firms)
        Missing values allowed.

    Returns
    -------
    array of shape (n_days, n_firms)
        Zero where no other firm has a value.

    Examples
    --------
    >>> median_of_others(np.array([[1.0, 2.0, 4.0]])).tolist()
    [[3.0, 2.5, 1.5]]
    """
    others = np.isfinite(changes).sum(axis=1, keepdims=True) - np.isfinite(changes)
    order = np.argsort(changes, axis=1)  # missing values go last
    ordered = np.take_along_axis(changes, order, axis=1)
    rank = np.empty_like(order)
    np.put_along_axis(rank, order, np.arange(changes.shape[1])[None, :], axis=1)

    def at(position: Indices) -> Floats:
        """Value at a position of the sorted list without the firm itself."""
        place = np.clip(position + (position >= rank), 0, changes.shape[1] - 1)
        return np.take_along_axis(ordered, place, axis=1)

    median = 0.5 * (at((others - 1) // 2) + at(others // 2))
    return np.where(others > 0, median, 0.0)
