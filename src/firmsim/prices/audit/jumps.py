"""One day far off in a quiet series: spin-offs wrongly adjusted for, single wrong prices."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from firmsim.config import Audit
from firmsim.prices.audit.changes import FALLS, LEAST_SPREAD, TAIL, Changes, Moves, moves
from firmsim.prices.audit.findings import Findings

TAKEN_BACK = 3.0
"""Robust standard deviations within which two moves cancel."""
BID = float(np.log(1.5))
"""A rise of more than half (log): aftershocks say nothing of one so large."""


def spikes(
    panel: pd.DataFrame, changes: Changes, settings: Audit, findings: Findings
) -> NDArray[np.bool_]:
    """Find single wrong prices: large moves that the next day takes back.

    Both moves are larger than ``spike_scale`` robust standard deviations, and cancel within 3.

    Parameters
    ----------
    panel : DataFrame of shape (n_days, n_firms)
        Prices above zero or missing.
    changes : Changes
        Of the panel.
    settings : Audit
        ``jump_floor``, ``jump_window``, ``spike_scale``.
    findings : Findings
        Written to, kind ``jump``.

    Returns
    -------
    array of bool, shape (n_days, n_firms)
        The wrong prices.
    """
    large = moves(changes, settings.jump_floor, settings.jump_window)
    next_day = np.minimum(large.day + 1, len(panel) - 1)
    back = np.where(large.day < next_day, changes.net[next_day, large.firm], np.nan)
    back_size = changes.size[next_day, large.firm]
    scale = np.maximum(large.spread, LEAST_SPREAD)
    found = large.where(
        (np.abs(large.net + back) <= TAKEN_BACK * scale)
        & (np.minimum(large.size, back_size) > settings.spike_scale * scale)
    )
    for day, firm, change in zip(found.day, found.firm, found.log, strict=True):
        value = f"{np.expm1(change):+.1%} in a day, taken back the next day"
        findings.add(panel.columns[firm], panel.index[day], "jump", value)
    return found.flags(panel.shape)


def jumps(panel: pd.DataFrame, large: Moves, settings: Audit, findings: Findings) -> Moves:
    r"""Find moves far too large for a quiet series.

    With the weight w and the scale sqrt(s m) of `firmsim.prices.audit.changes.moves`, a move is a
    jump when

    .. math:: w > \text{jump\_scale} \cdot \max(1, \sqrt{s m} / \text{jump\_quiet})

    One-day news on a calm firm that has no aftershock cannot be told from an error by prices alone;
    few are flagged, and each costs that firm two growth rates. Aftershocks do not speak for a rise
    of more than half: spin-offs adjusted for twice are such rises.

    Parameters
    ----------
    panel : DataFrame of shape (n_days, n_firms)
        Prices above zero or missing.
    large : Moves
        Its large moves.
    settings : Audit
        ``jump_scale`` (weight), ``jump_quiet`` (log price change a day).
    findings : Findings
        Written to, kind ``jump``.

    Returns
    -------
    Moves
        The jumps.
    """
    bare = large.size / large.scale * FALLS ** (1 / TAIL)
    weight = np.where(large.log > BID, np.maximum(large.weight, bare), large.weight)
    needed = settings.jump_scale * np.maximum(1, large.scale / settings.jump_quiet)
    found = large.where(weight > needed)
    for day, firm, change, size, spread in zip(
        found.day, found.firm, found.log, found.size, found.spread, strict=True
    ):
        times = f"{size / spread:.0f} robust standard deviations" if spread else ""
        value = f"{np.expm1(change):+.1%} in a day, {times or 'after standing still'}"
        findings.add(panel.columns[firm], panel.index[day], "jump", value)
    return found
