"""Prices in another unit: pence for pounds, cents for dollars."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from firmsim.prices.audit.checks import runs
from firmsim.prices.audit.findings import Findings

FACTOR = 100.0
TOLERANCE = 0.5
"""Log price change by which a step may miss the factor, for what the price itself did."""
APART = 10
"""Rows between two prices beyond which a step may be time, or another firm."""


def unit_errors(panel: pd.DataFrame, findings: Findings) -> NDArray[np.bool_]:
    """Find prices a hundred times too large or too small; one finding a run of days.

    No price rises or falls a hundredfold in days, so each such step is a change of unit. The unit
    of most of a firm's prices is taken as the right one.

    Parameters
    ----------
    panel : DataFrame of shape (n_days, n_firms)
        Prices above zero or missing.
    findings : Findings
        Written to, kind ``unit_error``.

    Returns
    -------
    array of bool, shape (n_days, n_firms)
        Prices in the other unit.
    """
    values = panel.to_numpy(dtype=np.float64)
    logs = np.log(values)
    wrong = np.zeros(panel.shape, dtype=bool)
    step = np.log(FACTOR)
    highest = np.fmax.reduce(logs, axis=0, initial=-np.inf)
    lowest = np.fmin.reduce(logs, axis=0, initial=np.inf)
    for firm in np.flatnonzero(highest - lowest > step - TOLERANCE).tolist():
        observed = np.flatnonzero(np.isfinite(logs[:, firm]))
        change = np.diff(logs[observed, firm])
        steps = (np.abs(np.abs(change) - step) < TOLERANCE) & (np.diff(observed) <= APART)
        unit = np.concatenate([[0], np.cumsum(np.sign(change) * steps)])
        units, counts = np.unique(unit, return_counts=True)
        wrong[observed, firm] = unit != units[counts.argmax()]
    for firm, first, days in runs(wrong):
        value = f"price {values[first, firm]:g} on {days} trading days, a hundredfold off"
        findings.add(panel.columns[firm], panel.index[first], "unit_error", value)
    return wrong
