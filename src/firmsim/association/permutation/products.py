"""The permutation loop: sums of products over pairs of firms, for every permutation."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from joblib import cpu_count
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from firmsim.association.permutation.orders import Orders

Matrix = NDArray[np.float64]
Pairs = tuple[NDArray[np.intp], NDArray[np.intp]]

_PAIRS, _ORDERS = 2048, 32
"""Pairs and permutations that a thread gathers at a time: they stay in its core's cache, and one
matrix product serves all of these permutations."""


def permuted_products(
    moved: NDArray[np.float64], fixed: NDArray[np.float64], pairs: Pairs, orders: Orders
) -> NDArray[np.float64]:
    r"""Sums of products of permuted matrices with fixed ones.

    .. math:: s_{pmf} = \sum_{(i, j)} x^m_{\pi_p(i) \pi_p(j)} \, y^f_{ij}

    Parameters
    ----------
    moved : array of shape (n_moved, n_firms, n_firms)
        The matrices whose firms are permuted.
    fixed : array of shape (n_fixed, n_pairs)
        What they are multiplied by.
    pairs : pair of arrays of shape (n_pairs,)
        First and second firm of the pairs that are summed over; fastest sorted by the first.
    orders : array of shape (n_permutations, n_firms)
        From `firmsim.association.permutation.orders.plan`.

    Returns
    -------
    array of shape (n_permutations, n_moved, n_fixed)
        The same on any number of threads; `LOKY_MAX_CPU_COUNT` in the environment limits them.
    """
    many, n, _ = moved.shape
    flat = np.ascontiguousarray(moved.reshape(many, n * n).T)  # one gather serves them all
    sums = np.zeros((len(fixed), len(orders) * many))

    def add(begin: int) -> None:
        """Fill the columns of some permutations."""
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
