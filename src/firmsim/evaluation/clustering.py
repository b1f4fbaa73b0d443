"""Agreement of one clustering with sectors: adjusted Rand index and mutual information."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform
from sklearn.metrics import adjusted_mutual_info_score, adjusted_rand_score

from firmsim.association.estimate import Estimate, impossible, jackknifed
from firmsim.association.permutation import score_distance
from firmsim.typing import Floats, Indices, Labels


def cluster(scores: Floats, count: int) -> Indices:
    """Average-linkage clusters of firms by the distance 1 - score (Sokal and Michener 1958).

    All methods have the same algorithm, so that none has the clustering that suits it best.

    Parameters
    ----------
    scores : array of shape (n_firms, n_firms)
        Symmetric, unit diagonal.
    count : int
        Number of clusters; there are fewer where firms tie.

    Returns
    -------
    array of int, shape (n_firms,)
        Cluster of each firm.

    Examples
    --------
    >>> cluster(np.array([[1, 0.9, 0.1], [0.9, 1, 0.2], [0.1, 0.2, 1]]), 2)
    array([1, 1, 2])
    """
    condensed = squareform(score_distance(scores), checks=False)
    return np.asarray(fcluster(linkage(condensed, "average"), count, "maxclust"), dtype=np.intp)


def adjusted_rand(scores: Floats, labels: Labels | Indices) -> Estimate:
    """Adjusted Rand index of the labels and as many clusters (Hubert and Arabie 1985).

    Parameters
    ----------
    scores : array of shape (n_firms, n_firms)
        Symmetric, unit diagonal.
    labels : array of shape (n_firms,)
        Sector of each firm.

    Returns
    -------
    Estimate
        1 for equal partitions, about 0 by chance. The jackknife takes firms out of both partitions
        and does not cluster again.

    Examples
    --------
    >>> scores = np.array([[1, 0.9, 0.1], [0.9, 1, 0.2], [0.1, 0.2, 1]])
    >>> adjusted_rand(scores, np.array(["Energy", "Energy", "Utilities"])).value
    1.0
    """
    return _agreement(scores, labels, adjusted_rand_score, -0.5)


def adjusted_mutual_information(scores: Floats, labels: Labels | Indices) -> Estimate:
    """Adjusted mutual information of the labels and as many clusters.

    Vinh, Epps and Bailey (2010), Journal of Machine Learning Research 11. Parameters and result as
    for `adjusted_rand`.
    """
    return _agreement(scores, labels, adjusted_mutual_info_score, -1.0)


def _agreement(
    scores: Floats,
    labels: Labels | Indices,
    measure: Callable[[Any, Any], float],
    lowest: float,
) -> Estimate:
    sectors, codes = np.unique(labels, return_inverse=True)
    if len(labels) < 3 or len(sectors) < 2:
        return impossible(f"needs 3 firms in 2 sectors; there are {len(labels)} in {len(sectors)}")
    clusters = cluster(scores, len(sectors))
    # the partitions are the same without any firm of one cluster and sector
    _, first, kind = np.unique(
        clusters * len(sectors) + codes, return_index=True, return_inverse=True
    )
    without = [measure(np.delete(codes, firm), np.delete(clusters, firm)) for firm in first]
    return jackknifed(measure(codes, clusters), np.array(without)[kind], (lowest, 1.0))
