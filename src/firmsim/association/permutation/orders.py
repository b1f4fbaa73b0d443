"""Which permutations of the firms a test goes through: drawn, or all there are."""

import itertools
import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firmsim.association.permutation.checks import check_labels
from firmsim.errors import AssociationError

Orders = NDArray[np.int32]

_TIE = 1e-12
"""Statistics in [-1, 1] that are no further apart than this are equal but for rounding."""


class Plan(NamedTuple):
    """Permutations of the firms, the one that changes nothing left out where all are there."""

    orders: Orders
    """Shape (n_permutations, n_firms): which firm takes each firm's place."""
    exact: bool
    """Whether these are all that exist."""


def plan(n: int, permutations: int, seed: int, strata: NDArray[Any] | None = None) -> Plan:
    """Draw permutations, or list them all where no more exist than are asked for.

    Parameters
    ----------
    n : int
        Number of firms.
    permutations : int
        How many to draw, at least 1.
    seed : int
        Seed of the draws.
    strata : array of shape (n_firms,), optional
        Firms change places with firms of their own stratum only. Default: with all.

    Returns
    -------
    Plan
        Drawn ones may repeat each other. The same seed gives the same ones.

    Raises
    ------
    AssociationError
        `permutations` is below 1, `strata` are not one a firm, or nothing can be permuted.
    """
    if permutations < 1:
        message = f"permutations: is {permutations}; give at least 1"
        raise AssociationError(message)
    codes = np.zeros(n, dtype=np.intp) if strata is None else check_labels(strata, "strata", n)
    members = [np.flatnonzero(codes == code) for code in range(int(codes.max(initial=-1)) + 1)]
    there_are = math.prod(math.factorial(firms.size) for firms in members)
    if there_are == 1:
        message = (
            f"strata: each of the {n} firms is alone in its own, so nothing can be permuted; give "
            "coarser strata"
        )
        raise AssociationError(message)
    if there_are - 1 <= permutations:
        return Plan(_all(members, n), exact=True)
    rng = np.random.default_rng(seed)
    orders = np.empty((permutations, n), dtype=np.int32)
    for firms in members:
        drawn = np.tile(firms.astype(np.int32), (permutations, 1))
        orders[:, firms] = rng.permuted(drawn, axis=1, out=drawn)
    return Plan(orders, exact=False)


def p_value(observed: float, permuted: NDArray[np.float64]) -> float:
    """Share of permutations, the one that changes nothing included, at least as large.

    Parameters
    ----------
    observed : float
        Statistic of the firms as they are, in [-1, 1].
    permuted : array of shape (n_permutations,)
        Statistic of each permutation. Ties that rounding has parted count as ties: with few firms
        or labels many permutations are the same, and p would come out too small.
    """
    return (1 + int((permuted >= observed - _TIE).sum())) / (1 + permuted.size)


def _all(members: list[NDArray[np.intp]], n: int) -> Orders:
    """All permutations within the strata but the first, which changes nothing."""
    several = [firms for firms in members if firms.size > 1]
    each = [np.array(list(itertools.permutations(firms)), dtype=np.int32) for firms in several]
    choice = np.indices([len(some) for some in each]).reshape(len(each), -1)
    orders = np.tile(np.arange(n, dtype=np.int32), (choice.shape[1], 1))
    for firms, some, chosen in zip(several, each, choice, strict=True):
        orders[:, firms] = some[chosen]
    return orders[1:]
