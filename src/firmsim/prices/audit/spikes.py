"""Spikes: single wrong prices that the next day takes back."""

from __future__ import annotations

import numpy as np
import pandas as pd

from firmsim.prices.audit.check import Context, Found
from firmsim.prices.audit.constants import CONSTANTS
from firmsim.prices.audit.findings import Finding
from firmsim.prices.audit.moves import moves


def spikes(panel: pd.DataFrame, context: Context) -> Found:
    """Find single wrong prices: large moves that the next day takes back.

    Both moves are larger than ``spike_scale`` robust standard deviations and cancel within 3.

    Parameters
    ----------
    panel : DataFrame of shape (n_days, n_firms)
        Prices above zero or missing.
    context : Context
        ``jump_floor``, ``jump_window`` and ``spike_scale``, and price changes.

    Returns
    -------
    Found
        Kind ``jump``.
    """
    settings = context.settings
    changes = context.changes(panel).without(context.flags(panel, "ticker_reuse"))
    large = moves(changes, settings.jump_floor, settings.jump_window)
    next_day = np.minimum(large.day + 1, len(panel) - 1)
    back = np.where(large.day < next_day, changes.net[next_day, large.firm], np.nan)
    back_size = changes.size[next_day, large.firm]
    scale = np.maximum(large.spread, CONSTANTS.least_spread)
    found = large.where(
        (np.abs(large.net + back) <= CONSTANTS.reversal_spreads * scale)
        & (np.minimum(large.size, back_size) > settings.spike_scale * scale)
    )
    rows = []
    for day, firm, change in zip(found.day, found.firm, found.log, strict=True):
        value = f"{np.expm1(change):+.1%} in a day, taken back the next day"
        rows.append(Finding(panel.columns[firm], panel.index[day], "jump", value))
    return Found(rows, {"jump": found.flags(panel.shape)})
