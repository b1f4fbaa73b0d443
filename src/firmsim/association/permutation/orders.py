"""The permutations of the firms that a test uses: drawn at random, or all of them."""

import itertools
import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firmsim.association.permutation.checks import check_labels
from firmsim.errors import AssociationError
from firmsim.typing import Floats, Indices, Labels

Orders = NDArray[np.int32]

_TIE = 1e-12
"""Statistics in [-1, 1] that differ by no more are equal but for rounding."""


class PermutationPlan(NamedTuple):
    """Permutations of the firms.

    Attributes
    ----------
    orders : array of shape (n_permutations, n_firms)
        Firm that takes each firm's place. Where these are all permutations, the identity is left
        out.
    exact : bool
        Whether these are all permutations.
    """

    orders: Orders
    exact: bool


def plan(
    n: int, permutations: int, seed: int, strata: Labels | Indices | None = None
) -> PermutationPlan:
    """Draw permutations, or list them all where there are no more than requested.

    Parameters
    ----------
    n : int
        Number of firms.
    permutations : int
        Number to draw, at least 1.
    seed : int
        Seed of the draws.
    strata : array of shape (n_firms,), optional
        Firms change places within their stratum only. Default: with all firms.

    Returns
    -------
    PermutationPlan
        Drawn permutations may repeat each other. The same seed gives the same permutations.

    Raises
    ------
    AssociationError
        `permutations` is below 1, `strata` are not one per firm, or nothing can be permuted.

    Examples
    --------
    >>> plan(3, permutations=5, seed=0)
    PermutationPlan(orders=array([[0, 2, 1],
           [1, 0, 2],
           [1, 2, 0],
           [2, 0, 1],
           [2, 1, 0]], dtype=int32), exact=True)
    """
    if permutations < 1:
        message = f"permutations: {permutations} is too few; give at least 1"
        raise AssociationError(message, parameter="permutations")
    codes = np.zeros(n, dtype=np.intp) if strata is None else check_labels(strata, "strata", n)
    members = [np.flatnonzero(codes == code) for code in range(int(codes.max(initial=-1)) + 1)]
    existing = math.prod(math.factorial(firms.size) for firms in members)
    if existing == 1:
        message = (
            f"strata: each of the {n} firms is alone in its own, so nothing can be permuted; give "
            "coarser strata"
        )
        raise AssociationError(message, parameter="strata")
    if existing - 1 <= permutations:
        return PermutationPlan(_all(members, n), exact=True)
    rng = np.random.default_rng(seed)
    orders = np.empty((permutations, n), dtype=np.int32)
    for firms in members:
        drawn = np.tile(firms.astype(np.int32), (permutations, 1))
        orders[:, firms] = rng.permuted(drawn, axis=1, out=drawn)
    return PermutationPlan(orders, exact=False)


def p_value(observed: float, permuted: Floats) -> float:
    """Share of permutations, the identity included, with at least the observed statistic.

    Parameters
    ----------
    observed : float
        Statistic of the firms in their own order, in [-1, 1].
    permuted : array of shape (n_permutations,)
        Statistic of each permutation. Statistics that differ by rounding count as ties: with few
        firms or labels many permutations are the same, and p would be too small.

    Examples
    --------
    >>> p_value(0.5, np.array([0.1, 0.5, 0.6, 0.2]))
    0.6
    """
    return (1 + int((permuted >= observed - _TIE).sum())) / (1 + permuted.size)


def _all(members: list[Indices], n: int) -> Orders:
    """All permutations within the strata but the first, which is the identity."""
    several = [firms for firms in members if firms.size > 1]
    each = [np.array(list(itertools.permutations(firms)), dtype=np.int32) for firms in several]
    choice = np.indices([len(some) for some in each]).reshape(len(each), -1)
    orders = np.tile(np.arange(n, dtype=np.int32), (choice.shape[1], 1))
    for firms, some, chosen in zip(several, each, choice, strict=True):
        orders[:, firms] = some[chosen]
    return orders[1:]
