"""Number of nearest firms to count, when sectors may be as small as two firms."""

import numpy as np

from firmsim.typing import Indices, Labels

QUANTILE = 0.25


def neighbour_count(labels: Labels | Indices, at_most: int) -> int:
    r"""Neighbours to count: `at_most`, or as few as most firms can find in their sector.

    .. math:: k = \min(k_{\max}, Q_{1/4}(R_1, \dots, R_m))

    R_i is the number of other firms in the sector of firm i, over the m firms that are not alone in
    theirs. Q is the lower quartile, one of the R_i. More than three firms in four can then fill all
    k places with firms of their sector, and scores that separate these sectors perfectly reach 1
    for them. With five neighbours and sectors of two, a firm's only peer would be outvoted, however
    close it is. The smallest R would not do: one sector of two would reduce a large universe to one
    neighbour.

    The number depends on the sectors alone, never on scores, so that it is the same for all
    methods.

    Parameters
    ----------
    labels : array of shape (n_firms,)
        Sector of each firm.
    at_most : int
        Neighbours to count when sectors are large.

    Returns
    -------
    int
        Between 1 and `at_most`; 0 when no two firms share a sector.

    Examples
    --------
    >>> neighbour_count(np.array(["Energy"] * 3 + ["Utilities"] * 4), at_most=5)
    2
    """
    _, codes, counts = np.unique(labels, return_inverse=True, return_counts=True)
    peers = counts[codes] - 1
    if not peers.any():
        return 0
    return min(at_most, int(np.quantile(peers[peers > 0], QUANTILE, method="lower")))
