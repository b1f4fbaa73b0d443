"""Firms of planted sectors and industries, and scores of windows; not a test itself."""

import numpy as np
import pandas as pd

from firmsim.association.measures import evaluation_measures
from firmsim.evaluation.windows import WHOLE, Window
from firmsim.similarity.correlation import masked_correlation

TICKERS = [f"F{i:02}" for i in range(36)]
FAST = [entry.name for entry in evaluation_measures() if not entry.measure.slow]
"""Measures of every window."""
WINDOWS = [Window("60", 0, 60, 160), Window("60", 60, 120, 220), Window(WHOLE, 0, 120, 220)]


def correlation(q, noise=0.0):
    """Scores of a window: its correlation, and some noise."""

    def score(position):
        window = WINDOWS[position]
        scores = masked_correlation(q.iloc[window.start : window.end].to_numpy())
        shaken = np.random.default_rng(position).uniform(-noise, noise, scores.shape)
        scores = np.clip(scores + (shaken + shaken.T) / 2, -1, 1)
        np.fill_diagonal(scores, 1.0)
        return pd.DataFrame(scores, TICKERS, TICKERS)

    return score
