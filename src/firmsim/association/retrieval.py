"""Retrieval of sectors: votes of, and precision among, a firm's nearest firms.

Each function takes `scores`, a symmetric array of shape (n_firms, n_firms), and `labels`, an array
of shape (n_firms,) with the sector of each firm. The caller leaves out firms without a sector.

Each function returns an `Estimate` with an exact firm-level jackknife interval: it computes the
statistic without each firm, with the same k, at the cost of a few sorts. Equal scores rank in the
order of the firms. Give firms in an order that says nothing about sectors, such as that of their
tickers.

A firm alone in its sector has no peer to find. The averages over firms leave it out, but it stays
among the candidates of the others. `firmsim.association.neighbour_count` chooses a k for small
sectors.

`order`, from `others_by_score`, sorts the others of each firm once for several measures.
``interval=False`` skips the jackknife.
"""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firmsim.association.estimate import Estimate, impossible, jackknifed
from firmsim.association.labels import peers_of, possible_without, why_not
from firmsim.typing import Flags, Floats, Indices, Labels

UNIT = (0.0, 1.0)


def others_by_score(scores: Floats) -> Indices:
    """Other firms of each firm, most similar first: shape (n_firms, n_firms - 1).

    Examples
    --------
    >>> others_by_score(np.array([[1, 0.9, 0.2], [0.9, 1, 0.4], [0.2, 0.4, 1]]))
    array([[1, 2],
           [0, 2],
           [1, 0]])
    """
    distance = -scores
    np.fill_diagonal(distance, np.inf)
    return np.asarray(np.argsort(distance, axis=1, kind="stable")[:, :-1])


def knn_accuracy(
    scores: Floats,
    labels: Labels | Indices,
    k: int = 5,
    *,
    order: Indices | None = None,
    interval: bool = True,
) -> Estimate:
    """Share of firms whose k nearest other firms vote for their sector (leave one out).

    The majority wins; equal votes go to the larger summed score. With sectors of few firms take `k`
    from `neighbour_count`: a perfectly separated firm would be outvoted. Cover and Hart (1967),
    IEEE Transactions on Information Theory 13.

    Parameters
    ----------
    scores : array of shape (n_firms, n_firms)
        Symmetric; the diagonal is not used.
    labels : array of shape (n_firms,)
        Sector of each firm.
    k : int
        Number of nearest firms; all the others when there are fewer.
    order : array of shape (n_firms, n_firms - 1), optional
        From `others_by_score`.
    interval : bool
        Whether to compute the jackknife.

    Returns
    -------
    Estimate
        In [0, 1].

    Examples
    --------
    >>> scores = np.array([[1, 0.9, 0.2], [0.9, 1, 0.4], [0.2, 0.4, 1]])
    >>> knn_accuracy(scores, np.array(["Energy", "Energy", "Utilities"]), k=1).value
    1.0
    """
    if reason := why_not(labels):
        return impossible(reason)
    n = len(labels)
    codes = np.unique(labels, return_inverse=True)[1]
    order = others_by_score(scores) if order is None else order
    row = np.arange(n)

    def correct(positions: Any) -> Flags:
        nearest = order[:, positions]
        return np.asarray(_vote(codes[nearest], scores[row[:, None], nearest]) == codes)

    value = correct(np.arange(min(k, n - 1)))
    if not interval:
        return _mean_over_firms(value, None, labels)
    depth = min(k, n - 2)  # neighbours that vote when one firm is left out
    without = np.repeat(correct(np.arange(depth))[:, None], n, axis=1)
    for position in range(depth):
        rest = np.delete(np.arange(depth + 1), position)
        without[row, order[:, position]] = correct(rest)
    return _mean_over_firms(value, without, labels)


def precision_at(
    scores: Floats,
    labels: Labels | Indices,
    k: int = 10,
    *,
    order: Indices | None = None,
    interval: bool = True,
) -> Estimate:
    """Mean share of a firm's k nearest other firms that are in its sector.

    A sector with fewer than k + 1 firms cannot reach 1: with such sectors take `k` from
    `neighbour_count`. Manning, Raghavan and Schütze (2008), Introduction to Information Retrieval,
    8.4.

    Parameters
    ----------
    scores : array of shape (n_firms, n_firms)
        Symmetric; the diagonal is not used.
    labels : array of shape (n_firms,)
        Sector of each firm.
    k : int
        Number of nearest firms; all the others when there are fewer.
    order : array of shape (n_firms, n_firms - 1), optional
        From `others_by_score`.
    interval : bool
        Whether to compute the jackknife.

    Returns
    -------
    Estimate
        In [0, 1].

    Examples
    --------
    >>> scores = np.array([[1, 0.9, 0.2], [0.9, 1, 0.4], [0.2, 0.4, 1]])
    >>> precision_at(scores, np.array(["Energy", "Energy", "Utilities"]), k=2).value
    0.5
    """
    if reason := why_not(labels):
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
    scores: Floats,
    labels: Labels | Indices,
    *,
    order: Indices | None = None,
    interval: bool = True,
) -> Estimate:
    """Mean share of a firm's R nearest other firms that are in its sector.

    R is the number of other firms in the sector. The value is 1 when the firms of every sector are
    nearer to each other than to any other firm. Manning, Raghavan and Schütze (2008), Introduction
    to Information Retrieval, 8.4.

    Parameters
    ----------
    scores : array of shape (n_firms, n_firms)
        Symmetric; the diagonal is not used.
    labels : array of shape (n_firms,)
        Sector of each firm.
    order : array of shape (n_firms, n_firms - 1), optional
        From `others_by_score`.
    interval : bool
        Whether to compute the jackknife.

    Returns
    -------
    Estimate
        In [0, 1].

    Examples
    --------
    >>> scores = np.array([[1, 0.9, 0.2], [0.9, 1, 0.4], [0.2, 0.4, 1]])
    >>> r_precision(scores, np.array(["Energy", "Energy", "Utilities"])).value
    1.0
    """
    if reason := why_not(labels):
        return impossible(reason)
    order = others_by_score(scores) if order is None else order
    peers = peers_of(labels)
    found = _found(order[:, : peers.max()], labels)
    among = np.arange(found.shape[1]) < peers[:, None]
    value = (found & among).sum(axis=1) / np.maximum(peers, 1)
    if not interval:
        return _mean_over_firms(value, None, labels)
    same = labels[:, None] == labels
    depth = np.minimum(peers[:, None] - same, len(labels) - 2)  # the diagonal is not used
    without = _hits_without(order, labels, depth) / np.maximum(depth, 1)
    return _mean_over_firms(value, without, labels)


def _vote(sectors: Indices, scores: Floats) -> Indices:
    """Sector with the most votes in each row; equal votes go to the larger summed score."""
    n, width = len(sectors), int(sectors.max()) + 1
    flat = (np.arange(n)[:, None] * width + sectors).ravel()
    votes = np.bincount(flat, minlength=n * width).reshape(n, width)
    sums = np.bincount(flat, scores.ravel(), n * width).reshape(n, width)
    leads = votes == votes.max(axis=1, keepdims=True)
    return np.asarray(np.where(leads, sums, -np.inf).argmax(axis=1))


def _found(nearest: Indices, labels: Labels | Indices) -> Flags:
    """Whether each of a firm's nearest firms is in its sector."""
    codes = np.unique(labels, return_inverse=True)[1]
    return np.asarray(codes[nearest] == codes[:, None])


def _hits_without(order: Indices, labels: Labels | Indices, depth: Indices) -> Indices:
    """Number of same-sector firms among the first `depth[j, i]` of firm j without firm i.

    Where i is among them, the list reaches one firm further and i no longer counts.
    """
    n = len(labels)
    hits = np.pad(np.cumsum(_found(order, labels), axis=1), ((0, 0), (1, 0)))
    position = np.full((n, n), n - 1)  # a firm itself is after all others
    np.put_along_axis(position, order, np.arange(n - 1)[None, :], axis=1)
    among = position < depth
    same = labels[:, None] == labels
    return np.asarray(np.take_along_axis(hits, depth + among, axis=1) - (among & same))


def _mean_over_firms(
    value: NDArray[Any], without: NDArray[Any] | None, labels: Labels | Indices
) -> Estimate:
    """Mean over firms, and the same without each firm (`without[j, i]`: value of j without i)."""
    peers = peers_of(labels)
    counted = peers > 0
    mean = float(value[counted].mean())
    own = np.where(counted, value, np.nan)
    if without is None:
        return Estimate(mean, own=own)
    same = labels[:, None] == labels
    remains = (peers[:, None] - same) > 0  # j still has a peer without i
    np.fill_diagonal(remains, val=False)
    left = remains.sum(axis=0)
    each = np.where(remains, without, 0.0).sum(axis=0) / np.maximum(left, 1)
    each[~possible_without(labels)] = np.nan
    estimate = jackknifed(mean, each, UNIT, n_taking_part=int(counted.sum()))
    return replace(estimate, own=own)
