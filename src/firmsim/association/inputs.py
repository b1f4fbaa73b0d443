"""What measures read: scores of some firms, what is known of these firms, and how to test."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from firmsim.association.neighbour_count import neighbour_count
from firmsim.association.permutation.distances import (
    label_distance,
    score_distance,
    size_distance,
)
from firmsim.association.retrieval import others_by_score
from firmsim.typing import Floats, Indices


@dataclass(frozen=True)
class AttributeInput:
    """Scores of firms and their sectors, sizes or both.

    Attributes
    ----------
    scores : array of shape (n_firms, n_firms)
        Scores in [-1, 1].
    labels : array of shape (n_firms,)
        Sector, or industry, of each firm.
    size : array of shape (n_firms,)
        Size of each firm; NaN where no measure reads it.
    permutations, seed : int
        Number of random permutations of a test, and their seed.
    interval : bool
        Whether measures whose jackknife is slow compute their interval.
    adapt : bool
        Whether the number of nearest firms falls to what small sectors allow.
    """

    scores: Floats
    labels: NDArray[Any]
    size: Floats
    permutations: int = 0
    seed: int = 0
    interval: bool = True
    adapt: bool = True

    @property
    def n(self) -> int:
        """Number of firms."""
        return len(self.scores)

    def k(self, at_most: int) -> int:
        """Number of nearest firms that a measure counts."""
        return neighbour_count(self.labels, at_most) if self.adapt else at_most

    @cached_property
    def order(self) -> Indices:
        """Other firms of each firm, most similar first."""
        return others_by_score(self.scores)

    @cached_property
    def distance(self) -> Floats:
        """Distance 1 - score of every pair."""
        return score_distance(self.scores)

    @cached_property
    def chord(self) -> Floats:
        """Euclidean distance between unit vectors whose cosine is the score."""
        return np.asarray(np.sqrt(2 * self.distance))

    @cached_property
    def label_distance(self) -> Floats:
        """Distance 0 for a pair of one sector, 1 for a pair of two."""
        return label_distance(self.labels)

    @cached_property
    def size_distance(self) -> Floats:
        """Absolute difference of log size of every pair."""
        return size_distance(self.size)


@dataclass(frozen=True)
class HorizonInput:
    """Scores of firms and how these firms move over the horizon.

    Attributes
    ----------
    scores : DataFrame of shape (n_firms, n_firms)
        Scores made without any day of the horizon.
    correlation : DataFrame of shape (n_observed, n_observed)
        From `firmsim.association.horizon.horizon_correlation`.
    interval : bool
        Whether measures whose jackknife is slow compute their interval.
    """

    scores: pd.DataFrame
    correlation: pd.DataFrame
    interval: bool = True

    @property
    def n(self) -> int:
        """Number of firms with days in the horizon."""
        return len(self.correlation)

    def k(self, at_most: int) -> int:
        """Number of nearest firms that a measure counts."""
        return at_most
