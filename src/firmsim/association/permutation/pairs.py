"""Correlation of two matrices over pairs of firms, of all firms and without each."""

import numpy as np

from firmsim.typing import Flags, Floats, Indices

_ROUNDING = 1e-12


def pair_correlation(
    x: Floats, y: Floats, members: list[Indices] | None = None
) -> tuple[float, Floats]:
    """Pearson correlation of x and y over pairs of firms, or pooled over pairs within strata.

    With strata, only pairs of one stratum count, and x and y are centred within each.

    Parameters
    ----------
    x, y : array of shape (n_firms, n_firms)
        Symmetric; the diagonal is not used.
    members : list of array of int, optional
        Firms of each stratum. Default: one stratum.

    Returns
    -------
    value : float
        NaN where x or y does not vary (within any stratum).
    without_each : array of shape (n_firms,)
        The same when each firm's pairs are left out, exactly.
    """
    if members is None:
        members = [np.arange(len(x))]
    blocks = []
    for firms in members:
        block = np.ix_(firms, firms)
        blocks.append(_products(x[block], y[block], ~np.eye(len(firms), dtype=bool)))
    everything = np.sum([total for total, _ in blocks], axis=0)
    left = np.tile(everything[:, None], len(x))
    for firms, (total, without) in zip(members, blocks, strict=True):
        left[:, firms] += without - total[:, None]
    return float(_correlation(everything, everything)), _correlation(left, everything)


def _products(x: Floats, y: Floats, used: Flags) -> tuple[Floats, Floats]:
    """Centred sums of xy, xx and yy over pairs: of all firms (3,), and without each (3, n)."""
    x, y = _centred(x, used), _centred(y, used)  # first, so that the sums lose no digits
    terms = (used, x, y, x * y, x * x, y * y)
    of_firm = np.stack([term.sum(axis=1, dtype=np.float64) for term in terms])
    everything = of_firm.sum(axis=1, keepdims=True) / 2
    return _about_mean(everything)[:, 0], _about_mean(everything - of_firm)


def _centred(values: Floats, used: Flags) -> Floats:
    """Deviations from the mean over the used pairs, 0 elsewhere and where they are rounding."""
    count = max(int(used.sum()), 1)
    deviation = np.where(used, values - np.where(used, values, 0.0).sum() / count, 0.0)
    constant = (deviation**2).sum() <= _ROUNDING**2 * (np.where(used, values, 0.0) ** 2).sum()
    return np.zeros_like(deviation) if constant else deviation


def _about_mean(sums: Floats) -> Floats:
    """Sums of products about the mean, from (count, x, y, xy, xx, yy)."""
    count, x, y, xy, xx, yy = sums
    count = np.maximum(count, 1.0)
    return np.stack([xy - x * y / count, xx - x * x / count, yy - y * y / count])


def _correlation(products: Floats, everything: Floats) -> Floats:
    """Correlation from the sums of xy, xx and yy; NaN where next to no spread is left."""
    xy, xx, yy = products
    varies = (xx > _ROUNDING * everything[1]) & (yy > _ROUNDING * everything[2])
    scale = np.sqrt(xx * yy, where=varies, out=np.ones_like(xx))
    return np.where(varies, np.clip(xy / scale, -1.0, 1.0), np.nan)
