"""Share classes: two tickers of one firm that move as one."""

from __future__ import annotations

import numpy as np
import pandas as pd

from firmsim.prices.audit.check import Context, Found
from firmsim.prices.audit.constants import CONSTANTS
from firmsim.prices.audit.findings import Finding


def share_classes(panel: pd.DataFrame, context: Context) -> Found:
    """Find firms whose price changes are nearly those of an earlier one.

    GOOG and GOOGL are one firm, as are two listings of a dual-listed one. Their prices are right,
    and each is the other's nearest peer by construction. Whether that is wanted is the user's
    decision.

    Parameters
    ----------
    panel : DataFrame of shape (n_days, n_firms)
        Prices above zero or missing.
    context : Context
        ``share_correlation``: least correlation of the daily log price changes, over at least 60
        common days.

    Returns
    -------
    Found
        Kind ``share_class``, under the later ticker; nothing to mask.
    """
    changes = np.diff(np.log(panel.to_numpy(dtype=np.float64)), axis=0)
    observed = np.isfinite(changes)
    count = np.maximum(observed.sum(axis=0), 1)
    centred = changes - np.where(observed, changes, 0).sum(axis=0) / count
    clipped = np.clip(centred, -CONSTANTS.class_clip, CONSTANTS.class_clip)
    # single precision: only the nearest pairs matter, and thousands of firms must take seconds
    x = np.where(observed, clipped, 0).astype(np.float32)
    weight = observed.astype(np.float32)
    squares = (x**2).T @ weight
    with np.errstate(divide="ignore", invalid="ignore"):
        scores = (x.T @ x) / np.sqrt(squares * squares.T)
    near = (scores > context.settings.share_correlation) & (
        weight.T @ weight >= CONSTANTS.class_changes
    )
    rows = []
    for first, second in np.argwhere(np.triu(near, k=1)).tolist():
        score = min(float(scores[first, second]), 1.0)
        value = f"moves as {panel.columns[first]} does: correlation {score:.3f}; share classes?"
        day = panel.index[1:][observed[:, first] & observed[:, second]][0]
        rows.append(Finding(panel.columns[second], day, "share_class", value))
    return Found(rows)
