"""The score matrix as a picture: firms in the order of a dendrogram."""

from dataclasses import dataclass

import numpy as np
from scipy.cluster.hierarchy import leaves_list, linkage
from scipy.spatial.distance import squareform

from firmsim.typing import Floats, Indices

OPTIMAL = 1000
"""Maximum number of firms for which leaves are put in the optimal order (its cost is cubic)."""

PIXELS = 600
"""Maximum number of rows of the picture; beyond, neighbouring firms share a row."""


@dataclass(frozen=True)
class Ordering:
    """A dendrogram of n_firms leaves."""

    leaves: Indices
    """Firms from left to right, shape (n_firms,)."""
    merges: Indices
    """The two clusters joined at each step, shape (n_firms - 1, 2); step m makes n_firms + m."""
    heights: Floats
    """1 - mean score between the two, shape (n_firms - 1,), in [0, 2]."""


def dendrogram(scores: Floats) -> Ordering:
    """Average-linkage clustering of the distances 1 - score.

    Parameters
    ----------
    scores : ndarray of shape (n_firms, n_firms)
        Symmetric, unit diagonal, in [-1, 1].

    Returns
    -------
    Ordering
        Up to `OPTIMAL` firms the leaves are turned so that neighbours are as alike as possible
        (Bar-Joseph, Gifford and Jaakkola 2001, doi:10.1093/bioinformatics/17.suppl_1.S22).
    """
    distance = 1 - scores
    np.fill_diagonal(distance, 0.0)
    condensed = squareform(distance, checks=False)
    tree = linkage(condensed, method="average", optimal_ordering=len(scores) <= OPTIMAL)
    return Ordering(
        leaves=leaves_list(tree).astype(np.intp),
        merges=tree[:, :2].astype(np.intp),
        heights=tree[:, 2],
    )


def block_size(n_firms: int, pixels: int = PIXELS) -> int:
    """Firms that share one row of the picture, so that it has at most `pixels` rows."""
    return -(-n_firms // pixels)


def block_means(scores: Floats, leaves: Indices, block: int) -> Floats:
    """Ordered scores, averaged over square blocks of neighbouring firms.

    Parameters
    ----------
    scores : ndarray of shape (n_firms, n_firms)
        Scores in any order.
    leaves : ndarray of shape (n_firms,)
        Order to show them in.
    block : int
        Firms per block; the last block may have fewer.

    Returns
    -------
    ndarray of shape (ceil(n_firms / block), ceil(n_firms / block))
        With ``block = 1`` the ordered scores themselves.
    """
    starts = np.arange(0, len(leaves), block)
    sums = np.add.reduceat(scores[np.ix_(leaves, leaves)], starts, axis=0)
    sums = np.add.reduceat(sums, starts, axis=1)
    counts = np.diff(np.append(starts, len(leaves)))
    return np.asarray(sums / np.outer(counts, counts), dtype=np.float64)
