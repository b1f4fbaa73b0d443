"""Permutation tests of scores against sector and size; what is permuted are firms, never pairs.

Both sides are distances, so a positive r says that alike firms (high scores) are alike in the
attribute too. p = (1 + permutations at least as extreme) / (1 + permutations), two-sided for
Mantel. It is the attribute that is permuted and not the scores: then permutations that are the
same (two firms of one sector swapped) give the same sum to the last bit and count as the ties they
are; with few firms the p value would otherwise come out too small.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from skbio import DistanceMatrix
from skbio.stats.distance import mantel as skbio_mantel
from skbio.stats.distance import permanova as skbio_permanova

from firmsim.association.correlation import pair_correlation
from firmsim.association.estimate import Estimate, impossible, jackknifed

Matrix = NDArray[np.float64]
Labels = NDArray[Any]

_ROUNDING = 1e-12


class Permanova(NamedTuple):
    """R2 (with its interval and p) and the pseudo-F statistic it follows from."""

    r2: Estimate
    pseudo_f: float | None


def score_distance(scores: Matrix) -> Matrix:
    """Distance 1 - s of every pair, exactly symmetric with a zero diagonal."""
    distance = 1 - (scores + scores.T) / 2
    np.fill_diagonal(distance, 0.0)
    return np.asarray(np.maximum(distance, 0.0))


def label_distance(labels: Labels) -> Matrix:
    """Distance 0 for a pair of one sector, 1 for a pair of two."""
    return np.asarray(labels[:, None] != labels, dtype=np.float64)


def size_distance(size: NDArray[np.float64]) -> Matrix:
    """Absolute difference of log size of every pair; size in any unit, above zero."""
    log = np.log(size)
    return np.asarray(np.abs(log[:, None] - log))


def permanova(distance: Matrix, labels: Labels, permutations: int, seed: int) -> Permanova:
    r"""Share of the squared distances that lies between sectors.

    .. math:: R^2 = 1 - \frac{\sum_g \frac{1}{n_g} \sum_{i<j \in g} d_{ij}^2}
                             {\frac{1}{n} \sum_{i<j} d_{ij}^2}, \qquad
              F = \frac{R^2 / (G - 1)}{(1 - R^2) / (n - G)}

    Anderson (2001), Austral Ecology 26; the test is scikit-bio's. Labels that say nothing have an
    expected R2 of (G - 1) / (n - 1), not 0.

    Parameters
    ----------
    distance : array of shape (n_firms, n_firms)
        For scores s, sqrt(2 (1 - s)): the Euclidean distance between unit vectors of cosine s.
    labels : array of shape (n_firms,)
        Sector of each firm.
    permutations, seed : int
        How many random permutations, and their seed.

    Returns
    -------
    Permanova
        R2 in [0, 1] with its firm-level jackknife interval, and pseudo-F.
    """
    n = len(labels)
    _, codes, counts = np.unique(labels, return_inverse=True, return_counts=True)
    groups = len(counts)
    if n < 3 or groups in (1, n):
        return Permanova(
            impossible(f"needs several sectors with several firms; {n} firms are in {groups}"), None
        )
    square = distance**2
    of_firm = square.sum(axis=1)
    of_firm_within = np.where(label_distance(labels) == 0, square, 0.0).sum(axis=1)
    of_group = np.bincount(codes, of_firm_within) / 2
    total, within = of_firm.sum() / 2 / n, (of_group / counts).sum()
    if within <= _ROUNDING * total or total == 0:
        return Permanova(impossible("firms of one sector are at no distance from each other"), None)
    total_left = (of_firm.sum() / 2 - of_firm) / (n - 1)
    size = counts[codes]
    own_left = (of_group[codes] - of_firm_within) / np.maximum(size - 1, 1)
    within_left = within - of_group[codes] / size + own_left
    without = 1 - within_left / np.where(total_left > 0, total_left, np.nan)
    without[groups - (size == 1) == 1] = np.nan
    r2 = 1 - within / total
    result = skbio_permanova(DistanceMatrix(distance), codes, permutations=permutations, seed=seed)
    pseudo_f = (r2 / (groups - 1)) / ((1 - r2) / (n - groups))
    p, n_taking_part = float(result["p-value"]), int((size > 1).sum())
    return Permanova(jackknifed(r2, without, (0.0, 1.0), p, n_taking_part), float(pseudo_f))


def mantel(distance: Matrix, other: Matrix, permutations: int, seed: int) -> Estimate:
    """Correlation of two distances over pairs of firms.

    Mantel (1967), Cancer Research 27; the test is scikit-bio's.

    Parameters
    ----------
    distance, other : array of shape (n_firms, n_firms)
        Symmetric, zero diagonal. `other` is the one that is permuted.
    permutations, seed : int
        How many random permutations, and their seed.

    Returns
    -------
    Estimate
        r in [-1, 1] with its firm-level jackknife interval and two-sided p.
    """
    if len(distance) < 3:
        return impossible(f"needs 3 firms; there are {len(distance)}")
    value, without = pair_correlation(distance, other)
    if np.isnan(value):
        return impossible("all pairs are equally far apart, in scores or in the attribute")
    _, p, _ = skbio_mantel(
        DistanceMatrix(other), DistanceMatrix(distance), permutations=permutations, seed=seed
    )
    return jackknifed(value, without, (-1.0, 1.0), float(p))


def mantel_within(
    distance: Matrix, other: Matrix, strata: Labels, permutations: int, seed: int
) -> Estimate:
    """Correlation of two distances over pairs of one stratum: size given sector.

    Both distances are centred within each stratum, their products pooled, and firms permuted
    inside their stratum. An attribute that is merely clustered by sector is then no longer
    associated with scores that are clustered by sector too; a free permutation would reject nearly
    always. Strata of one or two firms say nothing and drop out. Restricted permutation: Legendre
    and Legendre (2012), Numerical Ecology, 10.5.

    Parameters
    ----------
    distance, other : array of shape (n_firms, n_firms)
        Symmetric. `other` is the one that is permuted.
    strata : array of shape (n_firms,)
        Stratum of each firm.
    permutations, seed : int
        How many random permutations, and their seed.

    Returns
    -------
    Estimate
        r in [-1, 1] with its firm-level jackknife interval and two-sided p.
    """
    codes, counts = np.unique(strata, return_inverse=True, return_counts=True)[1:]
    members = [np.flatnonzero(codes == code) for code in np.flatnonzero(counts > 2)]
    if not members:
        return impossible("no sector has 3 firms with a size")
    value, without = pair_correlation(distance, other, members)
    if np.isnan(value):
        return impossible("scores or sizes do not vary within any sector")
    rng = np.random.default_rng(seed)
    observed, permuted = 0.0, np.zeros(permutations)
    for firms in members:
        fixed, moved = (_centred(matrix[np.ix_(firms, firms)]) for matrix in (distance, other))
        observed += float(np.vdot(fixed, moved))
        for trial in range(permutations):
            order = rng.permutation(len(firms))
            permuted[trial] += np.vdot(fixed, moved[order][:, order])
    # The spreads are the same in every permutation, so the products rank as the correlations do.
    extreme = np.abs(permuted) >= np.abs(observed) * (1 - _ROUNDING)
    p = (1 + int(extreme.sum())) / (1 + permutations)
    return jackknifed(value, without, (-1.0, 1.0), p, sum(map(len, members)))


def _centred(block: Matrix) -> Matrix:
    """Subtract the mean over pairs; the diagonal becomes 0."""
    off_diagonal = ~np.eye(len(block), dtype=bool)
    return np.where(off_diagonal, block - block[off_diagonal].mean(), 0.0)
