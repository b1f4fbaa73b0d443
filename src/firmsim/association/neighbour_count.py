"""How many nearest firms to look at, when sectors may be as small as two firms."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

QUANTILE = 0.25


def neighbour_count(labels: NDArray[Any], at_most: int) -> int:
    r"""Neighbours to look at: `at_most`, or as few as most firms can find in their sector.

    .. math:: k = \min(k_{\max}, Q_{1/4}(R_1, \dots, R_m))

    where R_i is how many other firms share the sector of firm i, over the m firms that are not
    alone in theirs, and Q the lower quartile, one of the R_i. More than three firms in four can
    then fill all k places with firms of their sector, and scores that separate these sectors
    perfectly reach 1 for them. With five neighbours and sectors of two, a firm's only peer would be
    outvoted however close it is. Not the smallest R: one sector of two would make a large universe
    look at one neighbour only.

    It depends on the sectors alone, never on scores, so that it is the same for all methods.

    Parameters
    ----------
    labels : array of shape (n_firms,)
        Sector of each firm.
    at_most : int
        Neighbours to look at when sectors are large.

    Returns
    -------
    int
        Between 1 and `at_most`; 0 when no two firms share a sector.
    """
    _, codes, counts = np.unique(labels, return_inverse=True, return_counts=True)
    peers = counts[codes] - 1
    if not peers.any():
        return 0
    return min(at_most, int(np.quantile(peers[peers > 0], QUANTILE, method="lower")))
