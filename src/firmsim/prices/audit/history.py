"""Short histories: firms with too few prices."""

from __future__ import annotations

import numpy as np
import pandas as pd

from firmsim.prices.audit.check import Context, Found
from firmsim.prices.audit.findings import Finding


def short_histories(panel: pd.DataFrame, context: Context) -> Found:
    """Find firms with too few prices left.

    Parameters
    ----------
    panel : DataFrame of shape (n_days, n_firms)
        Prices after all masking.
    context : Context
        ``min_history`` (fewest prices, in trading days).

    Returns
    -------
    Found
        Kind ``short_history``; nothing to mask.
    """
    least = context.settings.min_history
    observed = panel.notna().to_numpy()
    rows = []
    for firm, count in enumerate(observed.sum(axis=0)):
        if count < least:
            day = panel.index[int(np.argmax(observed[:, firm]))] if count else None
            value = f"{count} prices, {least} are needed"
            rows.append(Finding(panel.columns[firm], day, "short_history", value))
    return Found(rows)
