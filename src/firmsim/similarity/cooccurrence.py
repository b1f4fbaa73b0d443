"""Embedding of firms by those whose growth rates were nearest to theirs, day by day."""

import numpy as np

from firmsim.similarity.correlation import scorable
from firmsim.similarity.spectrum import cosine
from firmsim.typing import Floats

CONTEXT = 3
"""Firms in the context of a target, as in the paper."""
EMBEDDING = 20
"""Size of the embedding, as in the paper."""


def context_counts(growth: Floats) -> Floats:
    """Number of days on which a firm is in the context of another.

    The context of a target on a day is the 3 firms whose growth rates are nearest to its own. Days
    on which the target is between the day's quartiles are left out: there, nearly all firms are
    near by chance.

    Parameters
    ----------
    growth : array of shape (n_days, n_firms)
        Growth rates (1/year); NaN where missing: such a firm is neither target nor context.

    Returns
    -------
    array of shape (n_firms, n_firms)
        Row: target, column: context. Zero diagonal, not symmetric.
    """
    n_firms = growth.shape[1]
    counts = np.zeros((n_firms, n_firms))
    reach = np.concatenate([np.arange(-CONTEXT, 0), np.arange(1, CONTEXT + 1)])
    for day in growth:
        observed = np.flatnonzero(~np.isnan(day))
        if len(observed) < 2:
            continue
        order = observed[np.argsort(day[observed], kind="stable")]
        values = day[order]
        low, high = np.quantile(values, [0.25, 0.75])
        targets = np.flatnonzero((values < low) | (values > high))
        # in order of growth rates, the nearest are among the next few on either side
        places = targets[:, None] + reach
        inside = (places >= 0) & (places < len(order))
        places = np.clip(places, 0, len(order) - 1)
        gap = np.where(inside, np.abs(values[places] - values[targets, None]), np.inf)
        nearest = np.argsort(gap, axis=1, kind="stable")[:, : min(CONTEXT, len(order) - 1)]
        context = np.take_along_axis(places, nearest, axis=1)
        counts[order[targets, None], order[context]] += 1
    return counts


def cooccurrence(growth: Floats) -> Floats:
    r"""Cosine of embeddings that factorise how often firms are in each other's context.

    Dolphin, Smyth and Dong (2022, arXiv:2202.08968) train an embedding that predicts a target from
    its context, as word2vec does for words. Here the counts of the same contexts are factorised,
    which needs no seed. The positive pointwise mutual information is

    .. math:: m_{ij} = \max\left(0, \ln \frac{n_{ij} \, n}{n_i \, n_j}\right)

    with n_ij days on which one firm is in the context of the other. The embedding is its leading 20
    eigenvectors, each times the root of its eigenvalue. Levy and Goldberg (2014, Advances in Neural
    Information Processing Systems 27) show that word2vec factorises nearly the same matrix.

    Parameters
    ----------
    growth : array of shape (n_days, n_firms)
        Growth rates (1/year); NaN where missing.

    Returns
    -------
    array of shape (n_firms, n_firms)
        Symmetric, in [-1, 1]; NaN for firms that have too few days or never move.
    """
    moving = scorable(growth)
    scores = np.full((growth.shape[1],) * 2, np.nan)
    if not moving.any():
        return scores
    counts = context_counts(growth[:, moving])
    counts = counts + counts.T
    total = counts.sum(axis=1)
    expected = np.outer(total, total) / max(counts.sum(), 1.0)
    # a count of 0 has information of minus infinity, which becomes 0 like that of any ratio below 1
    ratio = np.divide(counts, expected, where=expected > 0, out=np.zeros_like(counts))
    values, vectors = np.linalg.eigh(np.log(np.maximum(ratio, 1.0)))
    leading = slice(-EMBEDDING, None)
    embeddings = vectors[:, leading] * np.sqrt(np.maximum(values[leading], 0.0))
    scores[np.ix_(moving, moving)] = cosine(embeddings)
    return scores
