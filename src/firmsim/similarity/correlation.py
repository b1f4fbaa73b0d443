"""Statistics of pairs of columns over their common days, by masked matrix products."""

from typing import NamedTuple

import numpy as np

from firmsim.typing import Flags, Floats

MIN_COMMON_DAYS = 20
"""Fewest common days of a pair. Two days always correlate at +1 or -1, whatever the firms."""

_ROUNDING = 1e-12
"""A variance below this share of the sum of squares is rounding: the column is constant there."""


class _Masked(NamedTuple):
    values: Floats
    observed: Floats
    days: Floats
    enough: Flags


def _masked(values: Floats) -> _Masked:
    """Zero-filled values, their mask (0 or 1), common days of each pair, whether they suffice."""
    observed = (~np.isnan(values)).astype(np.float64)
    days = observed.T @ observed
    needed = min(MIN_COMMON_DAYS, max(2, len(values) // 2))
    return _Masked(np.nan_to_num(values, nan=0.0), observed, days, days >= needed)


def masked_correlation(values: Floats, weights: Floats | None = None) -> Floats:
    r"""Pearson correlation of every pair of columns over their common days.

    .. math:: r_{ij} = \frac{\sum_t w_t (x_{it} - \bar x_i)(x_{jt} - \bar x_j)}
                            {\sqrt{\sum_t w_t (x_{it} - \bar x_i)^2
                                   \sum_t w_t (x_{jt} - \bar x_j)^2}},

    with sums and weighted means over the common days of i and j (pairwise complete). Expanding the
    products turns them into four matrix products, so that 3,000 firms take seconds. With missing
    values the matrix need not be positive semidefinite.

    Parameters
    ----------
    values : array of shape (n_days, n_firms)
        Any unit; NaN where missing.
    weights : array of shape (n_days,), optional
        Weight of each day, above 0. Default: equal weights.

    Returns
    -------
    array of shape (n_firms, n_firms)
        Symmetric. NaN where a pair has fewer than 20 common days (or than half the days, if that
        is less), or where either column is constant over them.
    """
    observed = ~np.isnan(values)
    centre = np.zeros(values.shape[1])
    if (some := observed.any(axis=0)).any():
        centre[some] = np.nanmedian(values[:, some], axis=0)  # keeps the sums below well scaled
    x, mask, days, enough = _masked(values - centre)
    total = np.maximum(days, 1)
    if weights is not None:
        root = np.sqrt(weights)[:, None]  # on both factors, so that products stay symmetric
        x, weighted = x * root, mask * root
        total = np.where(days > 0, weighted.T @ weighted, 1.0)
        sums = x.T @ weighted
    else:
        sums = x.T @ mask  # of column i over the days of j
    squares = (x**2).T @ mask
    variance = squares - sums**2 / total
    varies = variance > _ROUNDING * squares
    covariance = x.T @ x - sums * sums.T / total
    defined = enough & varies & varies.T
    scale = np.sqrt(variance * variance.T, where=defined, out=np.ones_like(variance))
    return np.where(defined, np.clip(covariance / scale, -1.0, 1.0), np.nan)


def masked_square_distance(values: Floats) -> Floats:
    r"""Mean squared difference of every pair of columns over their common days.

    .. math:: d^2_{ij} = \frac{1}{n_{ij}} \sum_t (x_{it} - x_{jt})^2

    Parameters
    ----------
    values : array of shape (n_days, n_firms)
        Any unit; NaN where missing.

    Returns
    -------
    array of shape (n_firms, n_firms)
        Symmetric, zero diagonal, unit of `values` squared. NaN where a pair has fewer than 20
        common days (or than half the days, if that is less).
    """
    x, mask, days, enough = _masked(values)
    squares = (x**2).T @ mask
    distance = (squares + squares.T - 2 * (x.T @ x)) / np.maximum(days, 1)
    distance = np.maximum(distance, 0.0)
    np.fill_diagonal(distance, 0.0)
    return np.where(enough, distance, np.nan)


def masked_products(
    values: Floats,
) -> tuple[Floats, Floats]:
    """Mean product, and mean square, of every pair of columns over their common days.

    Parameters
    ----------
    values : array of shape (n_days, n_firms)
        Any unit; NaN where missing.

    Returns
    -------
    products : array of shape (n_firms, n_firms)
        Mean of x_i x_j; symmetric.
    squares : array of shape (n_firms, n_firms)
        Mean of x_i^2 over the days that i shares with j. Both are NaN where a pair has fewer than
        20 common days (or than half the days, if that is less).
    """
    x, mask, days, enough = _masked(values)
    total = np.maximum(days, 1)
    products = np.where(enough, x.T @ x / total, np.nan)
    return products, np.where(enough, (x**2).T @ mask / total, np.nan)


def scorable(values: Floats) -> Flags:
    """Mask of the columns that have enough days and vary; the others cannot be scored.

    Parameters
    ----------
    values : array of shape (n_days, n_firms)
        Any unit; NaN where missing.

    Returns
    -------
    array of shape (n_firms,)
        False where `masked_correlation` of the column with itself is missing.
    """
    return np.array(
        [not np.isnan(masked_correlation(column[:, None])[0, 0]) for column in values.T], dtype=bool
    )
