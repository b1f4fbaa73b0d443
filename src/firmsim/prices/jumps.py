"""One-day moves far outside a firm's own range: missed splits, wrong adjustments, typos."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from firmsim.config import Audit
from firmsim.prices.findings import Findings

FEWEST = 10
"""Price changes a side needs before its spread means anything."""


def jumps(panel: pd.DataFrame, settings: Audit, findings: Findings) -> NDArray[np.bool_]:
    r"""Find jumps of single firms.

    With :math:`c_{it} = \ln(P_{it}/P_{i,t-1})` and :math:`e_{it} = c_{it}` less the median change
    of the *other* firms that day, day t is a jump when

    .. math:: m_{it} = \min(|c_{it}|, |e_{it}|) > \text{floor} \quad\text{and}\quad
              m_{it} > \text{scale} \cdot \max(s^-_{it}, s^+_{it})

    s is 1.4826 x the median of |e| over `jump_window` days before (after) t, a robust standard
    deviation around zero (Rousseeuw and Croux, 1993). Taking the more restless side keeps real
    crashes in: at the onset of one the days before are calm, the days after are not. One-day news
    on a calm firm cannot be told from an error by prices alone; few are flagged, and each costs
    that firm two growth rates.

    Among few firms the jump of one moves the median of the others; the least of |c| and |e| keeps
    it from being found in firms that hardly moved.

    A jump that the next day takes back is one wrong price, hence one finding.

    Parameters
    ----------
    panel : DataFrame of shape (n_days, n_firms)
        Prices above zero or missing.
    settings : Audit
        ``jump_floor`` (log price change), ``jump_scale`` (robust standard deviations),
        ``jump_window`` (trading days).
    findings : Findings
        Written to, kind ``jump``.

    Returns
    -------
    array of bool, shape (n_days, n_firms)
        Days of the jumps. A side with fewer than 10 changes is not asked; with neither, nothing
        is a jump.
    """
    flagged = np.zeros(panel.shape, dtype=bool)
    logs = np.log(panel.to_numpy())
    changes = np.full(panel.shape, np.nan)
    changes[1:] = np.diff(logs, axis=0)
    net = changes - median_of_others(changes)
    sizes = np.minimum(np.abs(changes), np.abs(net))
    large = sizes > settings.jump_floor
    for firm, day in np.argwhere(large.T).tolist():
        before = net[max(0, day - settings.jump_window) : day, firm]
        after = net[day + 1 : day + 1 + settings.jump_window, firm]
        spread = max(_spread(before), _spread(after))
        if not spread >= 0 or sizes[day, firm] <= settings.jump_scale * spread:
            continue
        if (
            flagged[day - 1, firm]
            and abs(net[day, firm] + net[day - 1, firm]) < settings.jump_floor
        ):
            continue  # back from yesterday's wrong price
        flagged[day, firm] = True
        size = f"{sizes[day, firm] / spread:.0f} robust standard deviations" if spread else ""
        value = f"{np.expm1(changes[day, firm]):+.1%} in a day, {size or 'after standing still'}"
        findings.add(panel.columns[firm], panel.index[day], "jump", value)
    return flagged


def median_of_others(changes: NDArray[np.float64]) -> NDArray[np.float64]:
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
    ordered = np.sort(changes, axis=1)  # missing values go last
    rank = np.argsort(np.argsort(changes, axis=1), axis=1)

    def at(position: NDArray[np.intp]) -> NDArray[np.float64]:
        """Value at a position of the sorted list from which the firm itself was taken."""
        place = np.clip(position + (position >= rank), 0, changes.shape[1] - 1)
        return np.take_along_axis(ordered, place, axis=1)

    median = 0.5 * (at((others - 1) // 2) + at(others // 2))
    return np.where(others > 0, median, 0.0)


def _spread(changes: NDArray[np.float64]) -> float:
    """Robust standard deviation around zero; -1 when there are too few changes."""
    known = np.abs(changes[np.isfinite(changes)])
    return 1.4826 * float(np.median(known)) if len(known) >= FEWEST else -1.0
