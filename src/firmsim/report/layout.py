"""Position of each firm on the map: scores laid out in two dimensions."""

import numpy as np
from scipy.linalg import eigh, orthogonal_procrustes
from sklearn.manifold import TSNE
from threadpoolctl import threadpool_limits

from firmsim.typing import Floats

ITERATIONS = 500
"""Enough at this start: the divergence falls by less than 1% in the next 500."""


SMALLEST, MEDIUM, LARGEST = 7.0, 16.0, 34.0
"""Diameters of marks, in px, when there are few firms."""


def diameters(sizes: Floats) -> Floats:
    """Diameter of the mark of each firm.

    Parameters
    ----------
    sizes : ndarray of shape (n_firms,)
        Above zero, in any unit; NaN where unknown.

    Returns
    -------
    ndarray of shape (n_firms,)
        In px: the square root of size between the smallest and the largest mark, the smallest
        where it is unknown; all medium when no size is known. Smaller among many firms.
    """
    scale = min(1.0, (60 / len(sizes)) ** 0.5 + 0.62)
    if np.isnan(sizes).all():
        return np.full(len(sizes), scale * MEDIUM)
    share = np.sqrt(np.nan_to_num(sizes) / np.nanmax(sizes))
    return np.asarray(scale * (SMALLEST + (LARGEST - SMALLEST) * share))


def perplexity(n_firms: int) -> float:
    """Neighbours each firm tries to keep close: 30, or a third of the others when there are few."""
    return min(30.0, max(2.0, (n_firms - 1) / 3))


def principal_coordinates(scores: Floats) -> Floats:
    """Classical scaling of the scores to two dimensions (Torgerson 1952).

    Parameters
    ----------
    scores : ndarray of shape (n_firms, n_firms)
        Symmetric; read as inner products.

    Returns
    -------
    ndarray of shape (n_firms, 2)
        Unit variance along the first axis; signs are fixed, so that the result is unique.
    """
    n_firms = len(scores)
    means = scores.mean(axis=0)
    centred = scores - means - means[:, None] + means.mean()
    values, vectors = eigh(centred, subset_by_index=[n_firms - 2, n_firms - 1])
    axes = vectors * np.sqrt(np.clip(values, 0.0, None))
    axes = axes[:, ::-1]
    axes = axes * np.sign(axes[np.abs(axes).argmax(axis=0), [0, 1]])
    spread = axes[:, 0].std()
    return np.asarray(axes / spread if spread > 0 else axes, dtype=np.float64)


def firm_map(scores: Floats, seed: int = 0) -> Floats:
    r"""Map of the firms: t-SNE of the distances :math:`\sqrt{2(1 - s_{ij})}`.

    Starts from the principal coordinates, which keeps the global arrangement (Kobak and Berens
    2019, doi:10.1038/s41467-019-13056-x).

    Parameters
    ----------
    scores : ndarray of shape (n_firms, n_firms)
        Symmetric, unit diagonal, in [-1, 1]; at least three firms.
    seed : int
        Seed of t-SNE (van der Maaten and Hinton 2008).

    Returns
    -------
    ndarray of shape (n_firms, 2)
        Centred; only nearness has a meaning, the axes and the scale have none.
    """
    distance = np.sqrt(np.clip(2 * (1 - scores), 0.0, None))
    np.fill_diagonal(distance, 0.0)
    model = TSNE(
        metric="precomputed",
        init=1e-4 * principal_coordinates(scores),
        perplexity=perplexity(len(scores)),
        max_iter=ITERATIONS,
        random_state=seed,
    )
    with threadpool_limits(1):  # sums over threads come in any order, and t-SNE amplifies that
        positions = model.fit_transform(distance)
    return np.asarray(positions - positions.mean(axis=0), dtype=np.float64)


def landscape(positions: Floats) -> Floats:
    """Turn a map so that it is widest from left to right.

    Parameters
    ----------
    positions : ndarray of shape (n_firms, 2)
        Centred.

    Returns
    -------
    ndarray of shape (n_firms, 2)
        On its principal axes; distances within the map are unchanged.
    """
    _, axes = np.linalg.eigh(positions.T @ positions)
    return np.asarray(positions @ axes[:, ::-1], dtype=np.float64)


def aligned(positions: Floats, reference: Floats) -> Floats:
    """Turn and mirror a map so that it lies as close as it can to another (Schoenemann 1966).

    Parameters
    ----------
    positions, reference : ndarray of shape (n_firms, 2)
        Centred.

    Returns
    -------
    ndarray of shape (n_firms, 2)
        Distances within the map are unchanged.
    """
    rotation, _ = orthogonal_procrustes(positions, reference)
    return np.asarray(positions @ rotation, dtype=np.float64)
