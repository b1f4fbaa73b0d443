"""Unit errors: prices in pence for pounds, or cents for dollars."""

from __future__ import annotations

import numpy as np
import pandas as pd

from firmsim.prices.audit.check import Context, Found
from firmsim.prices.audit.constants import CONSTANTS
from firmsim.prices.audit.findings import Finding
from firmsim.prices.audit.runs import runs


def unit_errors(panel: pd.DataFrame, context: Context) -> Found:  # noqa: ARG001 - as every check
    """Find prices a hundred times too large or too small; one finding per run of days.

    No price rises or falls a hundredfold in days, so each such step is a change of unit. The unit
    of most of a firm's prices counts as the right one.

    Parameters
    ----------
    panel : DataFrame of shape (n_days, n_firms)
        Prices above zero or missing.
    context : Context
        Not read.

    Returns
    -------
    Found
        Kind ``unit_error``; prices in the other unit are flagged.
    """
    values = panel.to_numpy(dtype=np.float64)
    logs = np.log(values)
    wrong = np.zeros(panel.shape, dtype=bool)
    step, tolerance = np.log(CONSTANTS.unit_factor), CONSTANTS.unit_tolerance
    highest = np.fmax.reduce(logs, axis=0, initial=-np.inf)
    lowest = np.fmin.reduce(logs, axis=0, initial=np.inf)
    for firm in np.flatnonzero(highest - lowest > step - tolerance).tolist():
        observed = np.flatnonzero(np.isfinite(logs[:, firm]))
        change = np.diff(logs[observed, firm])
        near = np.diff(observed) <= CONSTANTS.unit_days  # a longer way may be time, or another firm
        steps = (np.abs(np.abs(change) - step) < tolerance) & near
        unit = np.concatenate([[0], np.cumsum(np.sign(change) * steps)])
        units, counts = np.unique(unit, return_counts=True)
        wrong[observed, firm] = unit != units[counts.argmax()]
    rows = []
    for firm, first, days in runs(wrong):
        value = f"price {values[first, firm]:g} on {days} trading days, a hundredfold off"
        rows.append(Finding(panel.columns[firm], panel.index[first], "unit_error", value))
    return Found(rows, {"unit_error": wrong})
