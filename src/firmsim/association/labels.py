"""Labels of firms: numbers of peers, and whether sector statistics exist."""

import numpy as np

from firmsim.typing import Flags, Indices, Labels


def why_not(labels: Labels | Indices) -> str | None:
    """Why no sector statistic exists for these labels."""
    counts = np.unique(labels, return_counts=True)[1]
    if len(labels) < 3:
        return f"needs 3 firms with a sector; there are {len(labels)}"
    if len(counts) == 1:
        return f"all {len(labels)} firms with a sector are in the same one"
    if counts.max() == 1:
        return f"no two of the {len(labels)} firms share a sector"
    return None


def peers_of(labels: Labels | Indices) -> Indices:
    """Number of other firms in the sector of each firm."""
    _, codes, counts = np.unique(labels, return_inverse=True, return_counts=True)
    return np.asarray(counts[codes] - 1)


def possible_without(labels: Labels | Indices) -> Flags:
    """Whether a sector statistic still exists without each firm."""
    _, codes, counts = np.unique(labels, return_inverse=True, return_counts=True)
    size = counts[codes]
    sectors = len(counts) - (size == 1)
    shared = (counts > 1).sum() - (size == 2)
    return np.asarray((sectors > 1) & (shared > 0) & (len(labels) > 3))
