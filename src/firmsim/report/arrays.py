"""Arrays as short text: little-endian bytes in base64, which the page reads back."""

import base64

import numpy as np
import numpy.typing as npt

from firmsim.typing import Floats


def packed(values: npt.ArrayLike, dtype: str) -> str:
    """Whole numbers as base64.

    Parameters
    ----------
    values : array_like
        Any shape, C order; must fit the type exactly.
    dtype : str
        ``u1``, ``u2`` or ``i2``.

    Returns
    -------
    str
        Little-endian bytes in base64.

    Raises
    ------
    ValueError
        A value does not fit the type.
    """
    given = np.asarray(values)
    stored = given.astype(np.dtype(dtype).newbyteorder("<"))
    if not np.array_equal(stored, given):
        message = f"values from {given.min()} to {given.max()} do not fit {dtype}"
        raise ValueError(message)
    return base64.b64encode(stored.tobytes()).decode("ascii")


def packed_scores(matrix: Floats) -> str:
    """Upper triangle, diagonal included, of a symmetric matrix of scores in steps of 1/127.

    Parameters
    ----------
    matrix : ndarray of shape (n, n)
        Values in [-1, 1].

    Returns
    -------
    str
        n(n + 1)/2 bytes, row by row: 0 stands for -1, 127 for 0 and 254 for 1.
    """
    upper = matrix[np.triu_indices(len(matrix))]
    return packed(np.rint(127 * upper) + 127, "u1")


def packed_positions(positions: Floats) -> str:
    """Points of the plane, scaled into a square of side 65,535 without distortion.

    Parameters
    ----------
    positions : ndarray of shape (n, 2)
        Any finite values.

    Returns
    -------
    str
        x and y of each point in turn, two bytes each.
    """
    low, high = positions.min(axis=0), positions.max(axis=0)
    side = max(float((high - low).max()), np.finfo(float).tiny)
    return packed(np.rint(65_535 * (positions - (low + high) / 2) / side + 32_767.5), "u2")
