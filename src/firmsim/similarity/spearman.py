"""Spearman correlation of growth rates, ranked over days."""

import pandas as pd

from firmsim.similarity.correlation import masked_correlation
from firmsim.typing import Floats


def spearman(growth: Floats) -> Floats:
    r"""Correlation of every pair of firms' mid-ranks over days.

    .. math:: s_{ij} = \mathrm{corr}(\mathrm{rank}_t \mu_{it}, \mathrm{rank}_t \mu_{jt})

    Each firm is ranked over its own days, not over the common days of each pair. Ranking once per
    firm keeps thousands of firms feasible. Where no day is missing, this is the exact Spearman
    correlation.

    Parameters
    ----------
    growth : array of shape (n_days, n_firms)
        Growth rates (1/year); NaN where missing.

    Returns
    -------
    array of shape (n_firms, n_firms)
        Symmetric, in [-1, 1]; NaN where `masked_correlation` is.
    """
    return masked_correlation(pd.DataFrame(growth).rank().to_numpy(dtype=float))
