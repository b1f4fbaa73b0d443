"""Jumps: single moves far outside a quiet firm's range, as of spin-offs not adjusted for."""

from __future__ import annotations

import numpy as np
import pandas as pd

from firmsim.prices.audit.check import Context, Found
from firmsim.prices.audit.constants import CONSTANTS
from firmsim.prices.audit.findings import Finding
from firmsim.prices.audit.moves import unexplained_moves


def jumps(panel: pd.DataFrame, context: Context) -> Found:
    r"""Find moves far too large for a quiet series that are no split.

    With the weight w and the scale sqrt(s m) of `firmsim.prices.audit.moves.moves`, a move is a
    jump when

    .. math:: w > \text{jump\_scale} \cdot \max(1, \sqrt{s m} / \text{jump\_quiet})

    Prices alone cannot tell an error from one-day news on a calm firm without aftershocks. Few such
    moves are flagged, and each costs that firm two growth rates. For a rise of more than half the
    days after do not count: spin-offs adjusted for twice are such rises.

    Parameters
    ----------
    panel : DataFrame of shape (n_days, n_firms)
        Prices above zero or missing.
    context : Context
        ``jump_scale`` (least weight), ``jump_quiet`` (log price change per day), large moves and
        splits.

    Returns
    -------
    Found
        Kind ``jump``.
    """
    settings = context.settings
    large = unexplained_moves(panel, context)
    large = large.where(~context.flags(panel, "split")[large.day, large.firm])
    bare = large.size / large.scale * CONSTANTS.falls_per_rise ** (1 / CONSTANTS.tail_power)
    rise = large.log > CONSTANTS.large_rise
    weight = np.where(rise, np.maximum(large.weight, bare), large.weight)
    needed = settings.jump_scale * np.maximum(1, large.scale / settings.jump_quiet)
    found = large.where(weight > needed)
    rows = []
    for day, firm, change, size, spread in zip(
        found.day, found.firm, found.log, found.size, found.spread, strict=True
    ):
        times = f"{size / spread:.0f} robust standard deviations" if spread else ""
        value = f"{np.expm1(change):+.1%} in a day, {times or 'after standing still'}"
        rows.append(Finding(panel.columns[firm], panel.index[day], "jump", value))
    return Found(rows, {"jump": found.flags(panel.shape)})
