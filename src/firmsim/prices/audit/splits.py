"""Steps by a usual split ratio: splits that are not adjusted for, or adjusted for twice."""

from __future__ import annotations

import numpy as np
import pandas as pd

from firmsim.config import Audit
from firmsim.prices.audit.changes import LEAST_SPREAD, Moves, closeness
from firmsim.prices.audit.findings import Findings

RATIOS = np.array([1.5, 2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 20, 25, 30, 40, 50])
"""New shares for one old, or old for one new. Smaller ones (5 for 4) look like any bad news."""
NEAR = 4.0
"""Robust standard deviations beyond which a move is not that split."""


def splits(panel: pd.DataFrame, large: Moves, settings: Audit, findings: Findings) -> Moves:
    r"""Find moves that are a split ratio and nothing else.

    A missed split divides the price by r on a day that is otherwise like any other, so the move
    lies within the firm's usual daily range of log r. With the weight w and the robust standard
    deviation s of `firmsim.prices.audit.changes.moves`, and r the nearest ratio,

    .. math:: w \left( \frac{f(d)}{f(0)} \right)^{1/4} > \text{split\_scale}, \qquad
              d = \frac{|\,|e| - \ln r\,|}{s} \le 4

    where f is Student's t density with 3 degrees of freedom. Volume would tell more; it is not
    asked for. Prices cannot tell a split missed from a reverse split adjusted for twice.

    Parameters
    ----------
    panel : DataFrame of shape (n_days, n_firms)
        Prices above zero or missing.
    large : Moves
        Its large moves.
    settings : Audit
        ``split_scale`` (weight).
    findings : Findings
        Written to, kind ``split``.

    Returns
    -------
    Moves
        The steps.
    """
    distances = np.abs(np.abs(large.net)[:, None] - np.log(RATIOS))
    nearest = distances.argmin(axis=1)
    scale = np.maximum(large.spread, LEAST_SPREAD)
    off = distances[np.arange(len(nearest)), nearest] / scale
    chosen = (off <= NEAR) & (large.weight * closeness(off) > settings.split_scale)
    found = large.where(chosen)
    ratios = RATIOS[nearest[chosen]]
    for day, firm, change, ratio in zip(found.day, found.firm, found.log, ratios, strict=True):
        new, old = (3, 2) if ratio == 1.5 else (int(ratio), 1)
        if change > 0:
            new, old = old, new
        value = f"{np.expm1(change):+.1%} in a day: a {new}-for-{old} split missed, or a "
        value += f"{old}-for-{new} split adjusted for twice"
        findings.add(panel.columns[firm], panel.index[day], "split", value)
    return found
