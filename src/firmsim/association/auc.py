"""Area under the ROC curve of pairs: scores of pairs of one sector and of pairs of two."""

import numpy as np
from scipy.stats import rankdata

from firmsim.association.estimate import Estimate, impossible, jackknifed
from firmsim.association.labels import possible_without, why_not
from firmsim.typing import Flags, Floats, Indices, Labels


def same_sector_auc(scores: Floats, labels: Labels | Indices) -> Estimate:
    """Probability that a pair of one sector scores higher than a pair of two sectors.

    It is the area under the receiver operating characteristic (ROC) curve of pairs; ties count one
    half (Hanley and McNeil 1982, Radiology 143).

    Parameters
    ----------
    scores : array of shape (n_firms, n_firms)
        Symmetric; the diagonal is not used.
    labels : array of shape (n_firms,)
        Sector of each firm.

    Returns
    -------
    Estimate
        In [0, 1], 0.5 by chance.

    Notes
    -----
    The jackknife removes a firm's pairs from the Mann-Whitney count. The firm's pairs are counted
    against all, once from each side. What is then removed twice is the count within the firm's own
    row, which is added back.

    Examples
    --------
    >>> scores = np.array([[1, 0.9, 0.2], [0.9, 1, 0.4], [0.2, 0.4, 1]])
    >>> same_sector_auc(scores, np.array(["Energy", "Energy", "Utilities"])).value
    1.0
    """
    if reason := why_not(labels):
        return impossible(reason)
    n = len(labels)
    same = labels[:, None] == labels
    first, second = np.triu_indices(n, 1)
    pair, alike = scores[first, second], same[first, second]
    positives, negatives = int(alike.sum()), int((~alike).sum())

    won = _won(pair, alike)
    total = won[alike].sum()
    of_firm = np.bincount(first, won, n) + np.bincount(second, won, n)

    own_positives = same.sum(axis=1) - 1
    off_diagonal = scores.copy()
    np.fill_diagonal(off_diagonal, -np.inf)
    ranks = rankdata(off_diagonal, axis=1) - 1
    np.fill_diagonal(same, val=False)
    within = np.where(same, ranks, 0.0).sum(axis=1) - own_positives * (own_positives + 1) / 2

    left = (positives - own_positives) * (negatives - (n - 1 - own_positives))
    without = (total - of_firm + within) / np.maximum(left, 1)
    without[~possible_without(labels)] = np.nan
    value = total / (positives * negatives)
    return jackknifed(value, without, (0.0, 1.0), n_taking_part=int((own_positives > 0).sum()))


def _won(pair: Floats, alike: Flags) -> Floats:
    """Number of pairs of the other kind that each pair wins against; ties count one half.

    `alike` pairs win against pairs with lower scores, the others against pairs with higher scores.
    """
    order = np.argsort(pair)
    ordered = pair[order]
    starts = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
    ends = np.append(starts[1:], pair.size)
    tie = np.repeat(np.arange(starts.size), ends - starts)
    positives = np.concatenate(([0], np.cumsum(alike[order])))
    # twice those below, pairs of the same value counted half
    lower_positives = positives[starts] + positives[ends]
    lower = np.where(alike[order], (starts + ends - lower_positives)[tie], 0)
    upper = np.where(alike[order], 0, (2 * positives[-1] - lower_positives)[tie])
    won = np.empty_like(pair)
    won[order] = (lower + upper) / 2
    return won
