"""Distances between firms in their scores, sectors and sizes."""

import numpy as np

from firmsim.typing import Floats, Indices, Labels


def score_distance(scores: Floats) -> Floats:
    """Distance 1 - s of every pair, exactly symmetric with a zero diagonal.

    Examples
    --------
    >>> score_distance(np.array([[1.0, 0.25], [0.25, 1.0]]))
    array([[0.  , 0.75],
           [0.75, 0.  ]])
    """
    distance = 1 - (scores + scores.T) / 2
    np.fill_diagonal(distance, 0.0)
    return np.asarray(np.maximum(distance, 0.0))


def label_distance(labels: Labels | Indices) -> Floats:
    """Distance 0 for a pair of one sector, 1 for a pair of two.

    Examples
    --------
    >>> label_distance(np.array(["Oil", "Oil", "Gas"]))[0]
    array([0., 0., 1.])
    """
    return np.asarray(labels[:, None] != labels, dtype=np.float64)


def size_distance(size: Floats) -> Floats:
    """Absolute difference of log size of every pair; size in any unit, above zero.

    Examples
    --------
    >>> size_distance(np.array([1e9, 1e9, np.e * 1e9])).round(6)[0]
    array([0., 0., 1.])
    """
    log = np.log(size)
    return np.asarray(np.abs(log[:, None] - log))
