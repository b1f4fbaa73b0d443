"""Whether scores of the fit period hold in the days that follow."""

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import rankdata

from firmsim.association.estimate import Estimate, impossible, jackknifed
from firmsim.similarity.correlation import masked_correlation


def future_spearman(scores: pd.DataFrame, later: pd.DataFrame) -> Estimate:
    """Spearman correlation, over pairs, of scores with the rank correlation of later days.

    Parameters
    ----------
    scores : DataFrame of shape (n_firms, n_firms)
        Scores that saw no later day.
    later : DataFrame of shape (n_known, n_known)
        As :func:`later_correlation` tells; only its firms and known pairs count.

    Returns
    -------
    Estimate
        In [-1, 1], with the firm-level jackknife interval. Ranking all pairs again without each
        firm would be slow; the change is linearised by the influence function of Spearman's
        correlation instead (Croux and Dehon 2010, Statistical Methods and Applications 19), which
        counts a pair's own product and how it shifts the ranks of the others.
    """
    firms = later.index
    if len(firms) < 3:
        return impossible(f"needs 3 firms with later prices; there are {len(firms)}")
    first, second = np.triu_indices(len(firms), 1)
    then = later.to_numpy(dtype=np.float64)[first, second]
    known = ~np.isnan(then)
    if known.sum() < 3:
        return impossible(f"needs 3 pairs with enough later days; there are {known.sum()}")
    first, second = first[known], second[known]
    now = scores.loc[firms, firms].to_numpy(dtype=np.float64)[first, second]
    then = then[known]
    if np.ptp(now) == 0 or np.ptp(then) == 0:
        return impossible("all scores, or all later rank correlations, are equal")
    u, v = _grades(now), _grades(then)
    scale = np.sqrt((u @ u) * (v @ v))
    influence = u * v + _above(now, v) + _above(then, u)
    influence = (influence - influence.mean()) * now.size / scale
    of_firm = np.bincount(first, influence, len(firms)) + np.bincount(second, influence, len(firms))
    pairs = np.bincount(first, minlength=len(firms)) + np.bincount(second, minlength=len(firms))
    left = now.size - pairs
    value = float(u @ v / scale)
    without = np.where(left > 1, value - of_firm / np.maximum(left, 1), np.nan)
    return jackknifed(value, without, (-1.0, 1.0))


def future_peers(
    scores: pd.DataFrame, later: pd.DataFrame, k: int = 10, *, interval: bool = True
) -> Estimate:
    """Mean later rank correlation of firms with their k nearest peers.

    Parameters
    ----------
    scores : DataFrame of shape (n_firms, n_firms)
        Scores that saw no later day.
    later : DataFrame of shape (n_known, n_known)
        As :func:`later_correlation` tells; peers are sought among its firms.
    k : int
        Peers of a firm; fewer when there are fewer other firms.
    interval : bool
        Whether to work out the jackknife, which takes most of the time.

    Returns
    -------
    Estimate
        In [-1, 1], with the firm-level jackknife interval. A pair whose later correlation is not
        known is no peer.
    """
    firms = later.index
    if len(firms) < 3:
        return impossible(f"needs 3 firms with later prices; there are {len(firms)}")
    then = later.to_numpy(dtype=np.float64)
    now = scores.loc[firms, firms].to_numpy(dtype=np.float64)
    order = np.argsort(np.where(np.isnan(then), np.inf, -now), axis=1, kind="stable")
    order = order[:, : k + 1]  # one more, who follows when a peer leaves
    sorted_then = np.take_along_axis(np.nan_to_num(then), order, axis=1)
    observed = np.take_along_axis(~np.isnan(then), order, axis=1)

    def mean_of(kept: NDArray[np.bool_]) -> NDArray[np.float64]:
        return np.asarray((sorted_then * kept).sum(axis=1) / np.maximum(kept.sum(axis=1), 1))

    of_k = np.arange(order.shape[1]) < k
    each = mean_of(observed & of_k)
    if not interval:
        return Estimate(float(each.mean()), own=each)
    without = np.empty(len(firms))
    for i in range(len(firms)):
        gone = order == i
        stood = (gone & of_k).any(axis=1)
        others = np.where(stood, mean_of(observed & ~gone), each)
        without[i] = np.delete(others, i).mean()
    return replace(jackknifed(float(each.mean()), without, (-1.0, 1.0)), own=each)


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
    observed = np.flatnonzero(~np.isnan(later).all(axis=1))
    return pd.DataFrame(
        later[np.ix_(observed, observed)], index=firms[observed], columns=firms[observed]
    )


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
