"""Whether scores of the fit period hold in the days that follow."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import rankdata

from firmsim.association.estimate import Estimate, impossible, jackknifed
from firmsim.similarity.correlation import masked_correlation


def future_spearman(scores: pd.DataFrame, later_q: pd.DataFrame) -> Estimate:
    """Spearman correlation, over pairs, of scores with the rank correlation of later days.

    Parameters
    ----------
    scores : DataFrame of shape (n_firms, n_firms)
        Scores that saw no day of `later_q`.
    later_q : DataFrame of shape (n_days, n_firms)
        Normal scores of the later days; missing values allowed. Only firms and pairs that have a
        rank correlation there count.

    Returns
    -------
    Estimate
        In [-1, 1], with the firm-level jackknife interval. Ranking all pairs again without each
        firm would be slow; the change is linearised by the influence function of Spearman's
        correlation instead (Croux and Dehon 2010, Statistical Methods and Applications 19), which
        counts a pair's own product and how it shifts the ranks of the others.
    """
    correlation = later_correlation(scores, later_q)
    firms, later = correlation.index, correlation.to_numpy()
    if len(firms) < 3:
        return impossible(f"needs 3 firms with later prices; there are {len(firms)}")
    first, second = np.triu_indices(len(firms), 1)
    known = ~np.isnan(later[first, second])
    if known.sum() < 3:
        return impossible(f"needs 3 pairs with enough later days; there are {known.sum()}")
    first, second = first[known], second[known]
    now = scores.loc[firms, firms].to_numpy(dtype=np.float64)[first, second]
    later = later[first, second]
    if np.ptp(now) == 0 or np.ptp(later) == 0:
        return impossible("all scores, or all later rank correlations, are equal")
    u, v = _grades(now), _grades(later)
    scale = np.sqrt((u @ u) * (v @ v))
    influence = u * v + _above(now, v) + _above(later, u)
    influence = (influence - influence.mean()) * now.size / scale
    of_firm = np.bincount(first, influence, len(firms)) + np.bincount(second, influence, len(firms))
    pairs = np.bincount(first, minlength=len(firms)) + np.bincount(second, minlength=len(firms))
    left = now.size - pairs
    value = float(u @ v / scale)
    without = np.where(left > 1, value - of_firm / np.maximum(left, 1), np.nan)
    return jackknifed(value, without, (-1.0, 1.0))


def later_correlation(scores: pd.DataFrame, later_q: pd.DataFrame) -> pd.DataFrame:
    """Rank correlation of later days between the firms that have such days.

    Parameters
    ----------
    scores : DataFrame of shape (n_firms, n_firms)
        Scores; only their firms count.
    later_q : DataFrame of shape (n_days, n_firms)
        Normal scores of the later days; missing values allowed.

    Returns
    -------
    DataFrame of shape (n_known, n_known)
        Missing for pairs with too few common days; firms without any pair are left out.
    """
    firms = scores.index.intersection(later_q.columns, sort=False)
    later = masked_correlation(later_q[firms].to_numpy(dtype=np.float64))
    np.fill_diagonal(later, np.nan)
    there = np.flatnonzero(~np.isnan(later).all(axis=1))
    return pd.DataFrame(later[np.ix_(there, there)], index=firms[there], columns=firms[there])


def _grades(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mid-ranks as shares of their number, centred."""
    ranks = rankdata(values) / values.size
    return np.asarray(ranks - ranks.mean())


def _above(values: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean over all pairs of the weights of those with a larger value: what one rank shifts."""
    order = np.argsort(values, kind="stable")
    sums = np.empty_like(weights)
    sums[order] = np.cumsum(weights[order][::-1])[::-1]
    return (sums - weights / 2) / values.size
