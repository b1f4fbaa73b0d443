"""Whether scores hold over the horizon: the days that follow those from which they were made."""

from dataclasses import replace

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from firmsim.association.estimate import Estimate, impossible, jackknifed
from firmsim.similarity.correlation import masked_correlation
from firmsim.typing import Flags, Floats


def horizon_correlation(scores: pd.DataFrame, horizon_q: pd.DataFrame) -> pd.DataFrame:
    """Rank correlation over the horizon between the firms that have days in it.

    Parameters
    ----------
    scores : DataFrame of shape (n_firms, n_firms)
        Scores; only their firms count.
    horizon_q : DataFrame of shape (n_days, n_firms)
        Normal scores of the days of the horizon; missing values allowed.

    Returns
    -------
    DataFrame of shape (n_observed, n_observed)
        Missing for pairs with too few common days; firms without any pair are left out.

    Examples
    --------
    >>> horizon_q = pd.DataFrame({"A": [1.0, -1, 0, 2], "B": [0.0, -1, 1, 2], "C": [1.0, 1, -1, 0]})
    >>> scores = pd.DataFrame(np.eye(3), list("ABC"), list("ABC"))
    >>> horizon_correlation(scores, horizon_q).round(2)
          A     B     C
    A   NaN  0.80 -0.13
    B  0.80   NaN -0.67
    C -0.13 -0.67   NaN
    """
    firms = scores.index.intersection(horizon_q.columns, sort=False)
    correlation = masked_correlation(horizon_q[firms].to_numpy(dtype=np.float64))
    np.fill_diagonal(correlation, np.nan)
    observed = np.flatnonzero(~np.isnan(correlation).all(axis=1))
    return pd.DataFrame(
        correlation[np.ix_(observed, observed)], index=firms[observed], columns=firms[observed]
    )


def horizon_spearman(scores: pd.DataFrame, correlation: pd.DataFrame) -> Estimate:
    """Spearman correlation, over pairs, of scores with the rank correlation over the horizon.

    Parameters
    ----------
    scores : DataFrame of shape (n_firms, n_firms)
        Scores made without any day of the horizon.
    correlation : DataFrame of shape (n_observed, n_observed)
        From `horizon_correlation`; only its firms and defined pairs count.

    Returns
    -------
    Estimate
        In [-1, 1], with the firm-level jackknife interval.

    Notes
    -----
    Ranking all pairs again without each firm would be slow. The influence function of Spearman's
    correlation linearises the change: it counts the product of a pair and how the pair shifts the
    ranks of the others (Croux and Dehon 2010, Statistical Methods and Applications 19).

    Examples
    --------
    >>> scores = pd.DataFrame([[1, 0.9, 0.1], [0.9, 1, 0.3], [0.1, 0.3, 1]])
    >>> correlation = pd.DataFrame([[np.nan, 0.8, -0.3], [0.8, np.nan, 0.2], [-0.3, 0.2, np.nan]])
    >>> round(horizon_spearman(scores, correlation).value, 6)
    1.0
    """
    firms = correlation.index
    if len(firms) < 3:
        return impossible(f"needs 3 firms with later prices; there are {len(firms)}")
    first, second = np.triu_indices(len(firms), 1)
    after = correlation.to_numpy(dtype=np.float64)[first, second]
    defined = ~np.isnan(after)
    if defined.sum() < 3:
        return impossible(f"needs 3 pairs with enough later days; there are {defined.sum()}")
    first, second = first[defined], second[defined]
    score = scores.loc[firms, firms].to_numpy(dtype=np.float64)[first, second]
    after = after[defined]
    if np.ptp(score) == 0 or np.ptp(after) == 0:
        return impossible("all scores, or all later rank correlations, are equal")
    u, v = _grades(score), _grades(after)
    scale = np.sqrt((u @ u) * (v @ v))
    influence = u * v + _above(score, v) + _above(after, u)
    influence = (influence - influence.mean()) * score.size / scale
    of_firm = np.bincount(first, influence, len(firms)) + np.bincount(second, influence, len(firms))
    pairs = np.bincount(first, minlength=len(firms)) + np.bincount(second, minlength=len(firms))
    left = score.size - pairs
    value = float(u @ v / scale)
    without = np.where(left > 1, value - of_firm / np.maximum(left, 1), np.nan)
    return jackknifed(value, without, (-1.0, 1.0))


def horizon_peers(
    scores: pd.DataFrame, correlation: pd.DataFrame, k: int = 10, *, interval: bool = True
) -> Estimate:
    """Mean rank correlation over the horizon of firms with their k nearest peers.

    Parameters
    ----------
    scores : DataFrame of shape (n_firms, n_firms)
        Scores made without any day of the horizon.
    correlation : DataFrame of shape (n_observed, n_observed)
        From `horizon_correlation`; peers are found among its firms.
    k : int
        Peers per firm; fewer when there are fewer other firms.
    interval : bool
        Whether to compute the jackknife, which takes most of the time.

    Returns
    -------
    Estimate
        In [-1, 1], with the firm-level jackknife interval. The firms of a pair without a
        correlation are not each other's peers.

    Examples
    --------
    >>> scores = pd.DataFrame([[1, 0.9, 0.1], [0.9, 1, 0.3], [0.1, 0.3, 1]])
    >>> correlation = pd.DataFrame([[np.nan, 0.8, -0.3], [0.8, np.nan, 0.2], [-0.3, 0.2, np.nan]])
    >>> round(horizon_peers(scores, correlation, k=1).value, 6)
    0.6
    """
    firms = correlation.index
    if len(firms) < 3:
        return impossible(f"needs 3 firms with later prices; there are {len(firms)}")
    after = correlation.to_numpy(dtype=np.float64)
    score = scores.loc[firms, firms].to_numpy(dtype=np.float64)
    order = np.argsort(np.where(np.isnan(after), np.inf, -score), axis=1, kind="stable")
    order = order[:, : k + 1]  # one more, who follows when a peer leaves
    sorted_after = np.take_along_axis(np.nan_to_num(after), order, axis=1)
    defined = np.take_along_axis(~np.isnan(after), order, axis=1)

    def mean_of(kept: Flags) -> Floats:
        return np.asarray((sorted_after * kept).sum(axis=1) / np.maximum(kept.sum(axis=1), 1))

    of_k = np.arange(order.shape[1]) < k
    each = mean_of(defined & of_k)
    if not interval:
        return Estimate(float(each.mean()), own=each)
    without = np.empty(len(firms))
    for i in range(len(firms)):
        gone = order == i
        among = (gone & of_k).any(axis=1)
        others = np.where(among, mean_of(defined & ~gone), each)
        without[i] = np.delete(others, i).mean()
    return replace(jackknifed(float(each.mean()), without, (-1.0, 1.0)), own=each)


def _grades(values: Floats) -> Floats:
    """Mid-ranks as shares of their number, centred."""
    ranks = rankdata(values) / values.size
    return np.asarray(ranks - ranks.mean())


def _above(values: Floats, weights: Floats) -> Floats:
    """Mean over all pairs of the weights of those with a larger value: the shift of one rank."""
    order = np.argsort(values, kind="stable")
    sums = np.empty_like(weights)
    sums[order] = np.cumsum(weights[order][::-1])[::-1]
    return (sums - weights / 2) / values.size
