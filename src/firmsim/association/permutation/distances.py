"""Distances between firms, from scores and from what is known of them."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]


def score_distance(scores: Matrix) -> Matrix:
    """Distance 1 - s of every pair, exactly symmetric with a zero diagonal."""
    distance = 1 - (scores + scores.T) / 2
    np.fill_diagonal(distance, 0.0)
    return np.asarray(np.maximum(distance, 0.0))


def label_distance(labels: NDArray[Any]) -> Matrix:
    """Distance 0 for a pair of one sector, 1 for a pair of two."""
    return np.asarray(labels[:, None] != labels, dtype=np.float64)


def size_distance(size: NDArray[np.float64]) -> Matrix:
    """Absolute difference of log size of every pair; size in any unit, above zero."""
    log = np.log(size)
    return np.asarray(np.abs(log[:, None] - log))
