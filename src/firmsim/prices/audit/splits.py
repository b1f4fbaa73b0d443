"""Splits: steps by a usual ratio that prices are not adjusted for, or adjusted for twice."""

from __future__ import annotations

import numpy as np
import pandas as pd

from firmsim.prices.audit.check import Context, Found
from firmsim.prices.audit.constants import CONSTANTS
from firmsim.prices.audit.findings import Finding
from firmsim.prices.audit.moves import closeness, unexplained_moves


def splits(panel: pd.DataFrame, context: Context) -> Found:
    r"""Find moves that are a split ratio and nothing else.

    A missed split divides the price by r on a day that is otherwise like any other. The move then
    lies within the firm's usual daily range of log r. With the weight w and the robust standard
    deviation s of `firmsim.prices.audit.moves.moves`, and r the nearest ratio,

    .. math:: w \left( \frac{f(d)}{f(0)} \right)^{1/4} > \text{split\_scale}, \qquad
              d = \frac{|\,|e| - \ln r\,|}{s} \le 4

    where f is Student's t density with 3 degrees of freedom. Volume would tell more, but is not
    read. Prices cannot tell a missed split from a reverse split adjusted for twice.

    Parameters
    ----------
    panel : DataFrame of shape (n_days, n_firms)
        Prices above zero or missing.
    context : Context
        ``split_scale`` (least weight) and large moves.

    Returns
    -------
    Found
        Kind ``split``.
    """
    large = unexplained_moves(panel, context)
    known = np.array(CONSTANTS.split_ratios)
    distances = np.abs(np.abs(large.net)[:, None] - np.log(known))
    nearest = distances.argmin(axis=1)
    scale = np.maximum(large.spread, CONSTANTS.least_spread)
    off = distances[np.arange(len(nearest)), nearest] / scale
    heavy = large.weight * closeness(off) > context.settings.split_scale
    chosen = (off <= CONSTANTS.split_spreads) & heavy
    found = large.where(chosen)
    rows = []
    ratios = known[nearest[chosen]]
    for day, firm, change, ratio in zip(found.day, found.firm, found.log, ratios, strict=True):
        new, old = (3, 2) if ratio == 1.5 else (int(ratio), 1)
        if change > 0:
            new, old = old, new
        value = f"{np.expm1(change):+.1%} in a day: a {new}-for-{old} split missed, or a "
        value += f"{old}-for-{new} split adjusted for twice"
        rows.append(Finding(panel.columns[firm], panel.index[day], "split", value))
    return Found(rows, {"split": found.flags(panel.shape)})
