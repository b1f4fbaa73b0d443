"""Kernels of volatility-scaled growth rates over the days that both firms have."""

import numpy as np

from firmsim.similarity.correlation import masked_products, masked_square_distance
from firmsim.typing import Floats


def rbf(scaled: Floats) -> Floats:
    """Radial basis function kernel: `gaussian` of the `masked_square_distance`.

    Parameters
    ----------
    scaled : array of shape (n_days, n_firms)
        Volatility-scaled growth rates; NaN where missing.

    Returns
    -------
    array of shape (n_firms, n_firms)
        Symmetric, in [0, 1]; NaN where a pair has too few common days.
    """
    return gaussian(masked_square_distance(scaled))


def gaussian(square_distance: Floats) -> Floats:
    r"""Gaussian kernel of distances, with the median heuristic for its width.

    .. math:: s_{ij} = \exp\left(-\frac{d^2_{ij}}{2 \, \mathrm{median}(d^2)}\right)

    The bandwidth is the median squared distance of all pairs (Garreau, Jitkrittum and Kanagawa
    2017, arXiv:1707.07269), so that the median score is exp(-1/2).

    Parameters
    ----------
    square_distance : array of shape (n_firms, n_firms)
        Any unit; NaN where a pair is undefined.

    Returns
    -------
    array of shape (n_firms, n_firms)
        In [0, 1]; NaN where the distance is.
    """
    pairs = square_distance[np.triu_indices(len(square_distance), 1)]
    defined = pairs[~np.isnan(pairs)]
    bandwidth = np.median(defined) if defined.size else 1.0
    return np.asarray(np.exp(-square_distance / (2 * max(float(bandwidth), np.finfo(float).tiny))))


def polynomial(values: Floats, degree: int, offset: float) -> Floats:
    r"""Cosine of firms in the feature space of a polynomial kernel.

    .. math:: s_{ij} = \frac{k(x_i, x_j)}{\sqrt{k(x_i, x_i) \, k(x_j, x_j)}}, \qquad
              k(x, y) = \left(\frac{x \cdot y}{T} + c\right)^p

    Sums run over the T common days of the pair, in all three kernels (Schölkopf and Smola 2002,
    Learning with Kernels, chapter 2). Degree 1 without offset is the linear kernel: the cosine of
    the growth rates, which is a correlation without centring.

    Parameters
    ----------
    values : array of shape (n_days, n_firms)
        Volatility-scaled growth rates; NaN where missing.
    degree : int
        The exponent p.
    offset : float
        The constant c, at least 0.

    Returns
    -------
    array of shape (n_firms, n_firms)
        Symmetric, in [-1, 1]. NaN where a pair has too few common days or a firm never moves.
    """
    products, squares = masked_products(values)
    norm = (squares + offset) * (squares.T + offset)
    defined = (squares > 0) & (squares.T > 0)  # and so neither is missing
    scale = np.sqrt(norm, where=defined, out=np.ones_like(norm))
    ratio = np.clip((products + offset) / scale, -1.0, 1.0)
    return np.where(defined, ratio**degree, np.nan)
