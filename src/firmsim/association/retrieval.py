"""Does a firm find its own sector: AUC over pairs, and precision among its nearest firms.

Each function takes `scores`, an array of shape (n_firms, n_firms), symmetric, and `labels`, an
array of shape (n_firms,) with the sector of each firm; firms without a sector are left out by the
caller. Each returns an `Estimate` with an exact firm-level jackknife interval: every statistic is
recomputed without each firm (and with the same k), yet at the cost of a few sorts. Equal scores
rank in the order of the firms, so give firms in an order that says nothing about sectors, such as
that of their tickers. A firm alone in its sector has nothing to find and is left out of the
averages over firms, but it stays among the candidates of the others. Which k suits small sectors:
`firmsim.association.neighbour_count`.

The measures that are means over firms sort the others of each firm; `order`, as `others_by_score`
tells, does it once for several of them, and ``interval=False`` spares them the jackknife.
"""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from firmsim.association.estimate import Estimate, impossible, jackknifed

Scores = NDArray[np.float64]
Labels = NDArray[Any]
UNIT = (0.0, 1.0)


def same_sector_auc(scores: Scores, labels: Labels) -> Estimate:
    """Probability that a pair of one sector scores higher than a pair of two sectors.

    The area under the ROC curve of pairs; ties count one half (Hanley and McNeil 1982, Radiology
    143). The jackknife removes a firm's pairs from the Mann-Whitney count: those of its pairs
    against all, once from each side, less what was then removed twice, which is the count within
    the firm's own row.
    """
    if reason := _why_not(labels):
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
    without[~_possible_without(labels)] = np.nan
    value = total / (positives * negatives)
    return jackknifed(value, without, UNIT, n_taking_part=int((own_positives > 0).sum()))


def _won(pair: Scores, alike: NDArray[np.bool_]) -> Scores:
    """Pairs of the other kind that each pair beats, ties one half: those below it, or above it.

    One kind has to be larger: `alike` pairs win over what is below, the rest over what is above.
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


def others_by_score(scores: Scores) -> NDArray[np.intp]:
    """Other firms of each firm, most similar first: shape (n_firms, n_firms - 1)."""
    distance = -scores
    np.fill_diagonal(distance, np.inf)
    return np.asarray(np.argsort(distance, axis=1, kind="stable")[:, :-1])


def knn_accuracy(
    scores: Scores,
    labels: Labels,
    k: int = 5,
    *,
    order: NDArray[np.intp] | None = None,
    interval: bool = True,
) -> Estimate:
    """Share of firms whose k nearest other firms vote for their sector (leave one out).

    The majority wins; equal votes go to the larger summed score. Fewer than k when there are fewer
    other firms; with sectors of few firms take `k` from `neighbour_count`, or a perfectly separated
    firm is outvoted. Cover and Hart (1967), IEEE Transactions on Information Theory 13.
    """
    if reason := _why_not(labels):
        return impossible(reason)
    n = len(labels)
    codes = np.unique(labels, return_inverse=True)[1]
    order = others_by_score(scores) if order is None else order
    row = np.arange(n)

    def correct(positions: Any) -> NDArray[np.bool_]:
        nearest = order[:, positions]
        return np.asarray(_vote(codes[nearest], scores[row[:, None], nearest]) == codes)

    value = correct(np.arange(min(k, n - 1)))
    if not interval:
        return _mean_over_firms(value, None, labels)
    depth = min(k, n - 2)  # neighbours left to vote once a firm is gone
    without = np.repeat(correct(np.arange(depth))[:, None], n, axis=1)
    for position in range(depth):
        rest = np.delete(np.arange(depth + 1), position)
        without[row, order[:, position]] = correct(rest)
    return _mean_over_firms(value, without, labels)


def precision_at(
    scores: Scores,
    labels: Labels,
    k: int = 10,
    *,
    order: NDArray[np.intp] | None = None,
    interval: bool = True,
) -> Estimate:
    """Mean share of a firm's k nearest other firms that are in its sector.

    Fewer than k when there are fewer other firms. A sector with fewer than k + 1 firms cannot
    reach 1: with such sectors take `k` from `neighbour_count`. Manning, Raghavan and Schütze
    (2008), Introduction to Information Retrieval, 8.4.
    """
    if reason := _why_not(labels):
        return impossible(reason)
    n = len(labels)
    order = others_by_score(scores) if order is None else order
    depth, depth_without = min(k, n - 1), min(k, n - 2)
    value = _found(order[:, :depth], labels).mean(axis=1)
    if not interval:
        return _mean_over_firms(value, None, labels)
    without = _hits_without(order, labels, np.full((n, n), depth_without)) / depth_without
    return _mean_over_firms(value, without, labels)


def r_precision(
    scores: Scores,
    labels: Labels,
    *,
    order: NDArray[np.intp] | None = None,
    interval: bool = True,
) -> Estimate:
    """Mean share of a firm's R nearest other firms in its sector, R being how many there are.

    1 when every firm's sector comes before everybody else. Manning, Raghavan and Schütze (2008),
    Introduction to Information Retrieval, 8.4.
    """
    if reason := _why_not(labels):
        return impossible(reason)
    order = others_by_score(scores) if order is None else order
    peers = _peers(labels)
    found = _found(order[:, : peers.max()], labels)
    among = np.arange(found.shape[1]) < peers[:, None]
    value = (found & among).sum(axis=1) / np.maximum(peers, 1)
    if not interval:
        return _mean_over_firms(value, None, labels)
    same = labels[:, None] == labels
    depth = np.minimum(peers[:, None] - same, len(labels) - 2)  # the diagonal is not used
    without = _hits_without(order, labels, depth) / np.maximum(depth, 1)
    return _mean_over_firms(value, without, labels)


def _why_not(labels: Labels) -> str | None:
    """Why no sector statistic exists for these labels."""
    counts = np.unique(labels, return_counts=True)[1]
    if len(labels) < 3:
        return f"needs 3 firms with a sector; there are {len(labels)}"
    if len(counts) == 1:
        return f"all {len(labels)} firms with a sector are in the same one"
    if counts.max() == 1:
        return f"no two of the {len(labels)} firms share a sector"
    return None


def _peers(labels: Labels) -> NDArray[np.intp]:
    """Number of other firms in the sector of each firm."""
    _, codes, counts = np.unique(labels, return_inverse=True, return_counts=True)
    return np.asarray(counts[codes] - 1)


def _possible_without(labels: Labels) -> NDArray[np.bool_]:
    """Whether a sector statistic still exists when each firm is gone."""
    _, codes, counts = np.unique(labels, return_inverse=True, return_counts=True)
    size = counts[codes]
    sectors = len(counts) - (size == 1)
    shared = (counts > 1).sum() - (size == 2)
    return np.asarray((sectors > 1) & (shared > 0) & (len(labels) > 3))


def _vote(sectors: NDArray[np.intp], scores: Scores) -> NDArray[np.intp]:
    """Sector with most votes in each row; equal votes go to the larger summed score."""
    n, width = len(sectors), int(sectors.max()) + 1
    flat = (np.arange(n)[:, None] * width + sectors).ravel()
    votes = np.bincount(flat, minlength=n * width).reshape(n, width)
    sums = np.bincount(flat, scores.ravel(), n * width).reshape(n, width)
    leads = votes == votes.max(axis=1, keepdims=True)
    return np.asarray(np.where(leads, sums, -np.inf).argmax(axis=1))


def _found(nearest: NDArray[np.intp], labels: Labels) -> NDArray[np.bool_]:
    """Whether each of a firm's nearest is of its sector."""
    codes = np.unique(labels, return_inverse=True)[1]
    return np.asarray(codes[nearest] == codes[:, None])


def _hits_without(
    order: NDArray[np.intp], labels: Labels, depth: NDArray[np.intp]
) -> NDArray[np.intp]:
    """Same-sector firms among the first `depth[j, i]` of firm j once firm i is gone.

    If i stood among them the list reaches one further, and i no longer counts.
    """
    n = len(labels)
    hits = np.pad(np.cumsum(_found(order, labels), axis=1), ((0, 0), (1, 0)))
    position = np.full((n, n), n - 1)  # of a firm itself: after all others
    np.put_along_axis(position, order, np.arange(n - 1)[None, :], axis=1)
    stood = position < depth
    same = labels[:, None] == labels
    return np.asarray(np.take_along_axis(hits, depth + stood, axis=1) - (stood & same))


def _mean_over_firms(value: NDArray[Any], without: NDArray[Any] | None, labels: Labels) -> Estimate:
    """Mean of a value a firm, and the same without each firm (`without[j, i]`: j without i)."""
    peers = _peers(labels)
    counted = peers > 0
    mean = float(value[counted].mean())
    own = np.where(counted, value, np.nan)
    if without is None:
        return Estimate(mean, own=own)
    same = labels[:, None] == labels
    remains = (peers[:, None] - same) > 0  # j still has a peer when i is gone
    np.fill_diagonal(remains, val=False)
    left = remains.sum(axis=0)
    each = np.where(remains, without, 0.0).sum(axis=0) / np.maximum(left, 1)
    each[~_possible_without(labels)] = np.nan
    estimate = jackknifed(mean, each, UNIT, n_taking_part=int(counted.sum()))
    return replace(estimate, own=own)
