"""The permutation loop: sums of products over pairs of firms, for every permutation."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from joblib import cpu_count
from threadpoolctl import threadpool_limits

from firmsim.association.permutation.orders import Orders
from firmsim.typing import Floats, Indices

Pairs = tuple[Indices, Indices]

_PAIRS, _ORDERS = 2048, 32
"""Pairs and permutations that a thread gathers per step. They stay in the cache of its core, and
one matrix product serves all of these permutations."""


def permuted_products(moved: Floats, fixed: Floats, pairs: Pairs, orders: Orders) -> Floats:
    r"""Sums of products of permuted matrices with fixed ones.

    .. math:: s_{pmf} = \sum_{(i, j)} x^m_{\pi_p(i) \pi_p(j)} \, y^f_{ij}

    Parameters
    ----------
    moved : array of shape (n_moved, n_firms, n_firms)
        The matrices whose firms are permuted.
    fixed : array of shape (n_fixed, n_pairs)
        Values of the pairs that they are multiplied by.
    pairs : pair of arrays of shape (n_pairs,)
        First and second firm of the pairs in the sum; fastest when sorted by the first.
    orders : array of shape (n_permutations, n_firms)
        From `firmsim.association.permutation.orders.plan`.

    Returns
    -------
    array of shape (n_permutations, n_moved, n_fixed)
        The same on any number of threads; the environment variable `LOKY_MAX_CPU_COUNT` limits
        them.
    """
    many, n, _ = moved.shape
    flat = np.ascontiguousarray(moved.reshape(many, n * n).T)  # one gather serves all
    sums = np.zeros((len(fixed), len(orders) * many))

    def add(begin: int) -> None:
        """Add up the products of some permutations."""
        column = np.ascontiguousarray(orders[begin : begin + _ORDERS].T, dtype=np.intp)
        row = column * n
        own = sums[:, begin * many : (begin + _ORDERS) * many]
        for start in range(0, pairs[0].size, _PAIRS):
            first, second = (side[start : start + _PAIRS] for side in pairs)
            place = row.take(first, axis=0)  # (n_pairs, n_orders) of the block
            place += column.take(second, axis=0)
            gathered = flat.take(place, axis=0).reshape(first.size, -1)
            own += fixed[:, start : start + _PAIRS] @ gathered

    with threadpool_limits(1, "blas"), ThreadPoolExecutor(cpu_count()) as pool:
        list(pool.map(add, range(0, len(orders), _ORDERS)))
    return sums.reshape(len(fixed), len(orders), many).transpose(1, 2, 0)
