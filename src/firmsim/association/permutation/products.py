"""The permutation loop: sums of products over pairs of firms, for every permutation."""

import numpy as np
from numpy.typing import NDArray

from firmsim.association.permutation.orders import Orders

Matrix = NDArray[np.float64]
Pairs = tuple[NDArray[np.intp], NDArray[np.intp]]

_BLOCK = 2**15
"""Pairs times permutations at a time: what is gathered stays in the processor's cache."""


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
    """
    n = moved.shape[1]
    flat = np.ascontiguousarray(moved.reshape(len(moved), n * n).T)  # one gather serves them all
    sums = np.zeros((len(orders), len(moved), len(fixed)))
    for start in range(0, pairs[0].size, _BLOCK):
        first, second = (side[start : start + _BLOCK] for side in pairs)
        weights = np.ascontiguousarray(fixed[:, start : start + _BLOCK])
        many = max(1, _BLOCK // first.size)
        for begin in range(0, len(orders), many):
            order = orders[begin : begin + many].astype(np.intp)
            place = (order * n).take(first, axis=1)  # (n_orders, n_pairs of the block)
            place += order.take(second, axis=1)
            sums[begin : begin + many] += (weights @ flat.take(place, axis=0)).swapaxes(1, 2)
    return sums
