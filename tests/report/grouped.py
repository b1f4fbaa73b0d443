"""Scores of firms in groups, for the map and the dendrogram; not a test itself."""

import numpy as np


def groups(rng, sizes=(12, 9, 15)):
    """Scores of firms in well separated groups, shuffled, with their labels."""
    labels = rng.permutation(np.repeat(np.arange(len(sizes)), sizes))
    centres = rng.normal(size=(len(sizes), 40))
    return np.corrcoef(centres[labels] + 0.4 * rng.normal(size=(len(labels), 40))), labels
