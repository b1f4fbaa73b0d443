"""Place and scatter of sectors as measures: PERMANOVA and PERMDISP with their statistics beside."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firmsim.association.estimate import Estimate
from firmsim.association.permutation import permanova, permdisp
from firmsim.typing import Floats


def sector_r2(chord: Floats, labels: NDArray[Any], permutations: int, seed: int) -> Estimate:
    """R2 of `permanova`, with pseudo-F and the number of sectors beside it.

    Parameters
    ----------
    chord : array of shape (n_firms, n_firms)
        Euclidean distance between unit vectors whose cosine is the score.
    labels : array of shape (n_firms,)
        Sector of each firm.
    permutations, seed : int
        Number of random permutations, and their seed.

    Returns
    -------
    Estimate
        In [0, 1], with the firm-level jackknife interval and p.
    """
    found = permanova(chord, labels, permutations, seed)
    beside = {"pseudo_f": found.pseudo_f, "sectors": len(np.unique(labels))}
    return replace(found.r2, beside=beside)


def sector_scatter(chord: Floats, labels: NDArray[Any], permutations: int, seed: int) -> Estimate:
    """eta2 of `permdisp`, with F beside it; parameters and result as for `sector_r2`."""
    found = permdisp(chord, labels, permutations, seed)
    return replace(found.eta2, beside={"f": found.f})
