"""Agreement of one pre-declared clustering with sectors: adjusted Rand and mutual information."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform
from sklearn.metrics import adjusted_mutual_info_score, adjusted_rand_score

from firmsim.association.estimate import Estimate, impossible, jackknifed
from firmsim.association.permutation import score_distance


def cluster(scores: NDArray[np.float64], count: int) -> NDArray[np.intp]:
    """Average-linkage clusters of firms by the distance 1 - score.

    Declared before any result was seen, so that no method has the clustering that suits it best:
    one algorithm, and as many clusters as there are sectors (Sokal and Michener 1958).

    Parameters
    ----------
    scores : array of shape (n_firms, n_firms)
        Symmetric, unit diagonal.
    count : int
        Number of clusters; fewer come back where firms tie.

    Returns
    -------
    array of int, shape (n_firms,)
        Cluster of each firm.
    """
    condensed = squareform(score_distance(scores), checks=False)
    return np.asarray(fcluster(linkage(condensed, "average"), count, "maxclust"), dtype=np.intp)


def adjusted_rand(scores: NDArray[np.float64], labels: NDArray[Any]) -> Estimate:
    """Adjusted Rand index of the clusters and the labels (Hubert and Arabie 1985).

    Parameters
    ----------
    scores : array of shape (n_firms, n_firms)
        Symmetric, unit diagonal.
    labels : array of shape (n_firms,)
        Sector of each firm.

    Returns
    -------
    Estimate
        1 for equal partitions, about 0 by chance. The jackknife takes firms out of the partitions
        as they stand; firms are not clustered again.
    """
    return _agreement(scores, labels, adjusted_rand_score, -0.5)


def adjusted_mutual_information(scores: NDArray[np.float64], labels: NDArray[Any]) -> Estimate:
    """Adjusted mutual information of the clusters and the labels (Vinh, Epps and Bailey 2010).

    Parameters and result as for :func:`adjusted_rand`.
    """
    return _agreement(scores, labels, adjusted_mutual_info_score, -1.0)


def _agreement(
    scores: NDArray[np.float64],
    labels: NDArray[Any],
    measure: Callable[[Any, Any], float],
    lowest: float,
) -> Estimate:
    sectors, codes = np.unique(labels, return_inverse=True)
    if len(labels) < 3 or len(sectors) < 2:
        return impossible(f"needs 3 firms in 2 sectors; there are {len(labels)} in {len(sectors)}")
    clusters = cluster(scores, len(sectors))
    # firms of one cluster and sector leave the same partitions behind
    _, first, cell = np.unique(
        clusters * len(sectors) + codes, return_index=True, return_inverse=True
    )
    without = [measure(np.delete(codes, firm), np.delete(clusters, firm)) for firm in first]
    return jackknifed(measure(codes, clusters), np.array(without)[cell], (lowest, 1.0))
