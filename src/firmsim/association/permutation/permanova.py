"""Permutational analysis of variance: share of the squared distances between sectors."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from firmsim.association.estimate import Estimate, impossible, jackknifed
from firmsim.association.permutation.checks import check_labels, check_matrix
from firmsim.association.permutation.nested import Nested, nested
from firmsim.association.permutation.orders import PermutationPlan, p_value, plan
from firmsim.association.permutation.products import permuted_products
from firmsim.typing import Floats, Indices, Labels

_ROUNDING = 1e-12


class Permanova(NamedTuple):
    """R2 with its interval and p, and the pseudo-F statistic that follows from it."""

    r2: Estimate
    pseudo_f: float | None


def permanova(
    distance: Floats,
    labels: Labels | Indices,
    permutations: int,
    seed: int,
    strata: Labels | Indices | None = None,
    covariates: Mapping[str, Floats] | None = None,
) -> Permanova:
    r"""Share of the squared distances that lies between sectors.

    .. math:: R^2 = 1 - \frac{\sum_g \frac{1}{n_g} \sum_{i<j \in g} d_{ij}^2}
                             {\frac{1}{n} \sum_{i<j} d_{ij}^2}, \qquad
              F = \frac{R^2 / (G - 1)}{(1 - R^2) / (n - G)}

    This is the permutational multivariate analysis of variance (PERMANOVA, Anderson 2001, Austral
    Ecology 26). Labels without information have an expected R2 of (G - 1) / (n - 1), not 0.

    With covariates of firms, R2 is the share that the sectors explain beyond them, and F compares
    it with what both leave (McArdle and Anderson 2001, Ecology 82). What the covariates leave is
    permuted (Freedman and Lane 1983, Journal of Business and Economic Statistics 1).

    The draws and p are those of scikit-bio's test, but no tie is lost to rounding: only pairs
    within a sector are summed, where scikit-bio sums all pairs.

    Parameters
    ----------
    distance : array of shape (n_firms, n_firms)
        For scores s, sqrt(2 (1 - s)): the Euclidean distance between unit vectors of cosine s.
    labels : array of shape (n_firms,)
        Sector of each firm.
    permutations, seed : int
        Number of random permutations, and their seed.
    strata : array of shape (n_firms,), optional
        Firms are permuted within their stratum only, for example their country.
    covariates : mapping of str to array of shape (n_firms,), optional
        Numbers of each firm, by name, for example its volatility.

    Returns
    -------
    Permanova
        R2 in [0, 1] with its firm-level jackknife interval, and pseudo-F.

    Raises
    ------
    AssociationError
        A matrix, labels, strata or covariates that cannot be used: names the value.

    Examples
    --------
    >>> place = np.array([0.0, 0.1, 0.3, 5.0, 5.2, 5.3])
    >>> distance = np.abs(place[:, None] - place)
    >>> found = permanova(distance, np.repeat(["Oil", "Gas"], 3), 99, seed=0)
    >>> round(found.r2.value, 3), round(found.r2.p, 2)
    (0.998, 0.1)
    """
    distance = check_matrix(distance, "distance")
    n = len(distance)
    codes = check_labels(labels, "labels", n)
    counts = np.bincount(codes)
    groups = len(counts)
    if n < 3 or groups in (1, n):
        return Permanova(
            impossible(f"needs several sectors with several firms; {n} firms are in {groups}"), None
        )
    square = distance**2
    orders = plan(n, permutations, seed, strata)
    if covariates:
        return _beyond(square, nested(codes, covariates), orders)
    of_firm = square.sum(axis=1)
    of_firm_within = np.where(codes[:, None] == codes, square, 0.0).sum(axis=1)
    of_group = np.bincount(codes, of_firm_within) / 2
    total, within = of_firm.sum() / 2 / n, (of_group / counts).sum()
    if within <= _ROUNDING * total or total == 0:
        return Permanova(impossible("firms of one sector are at no distance from each other"), None)
    total_left = (of_firm.sum() / 2 - of_firm) / (n - 1)
    size = counts[codes]
    own_left = (of_group[codes] - of_firm_within) / np.maximum(size - 1, 1)
    within_left = within - of_group[codes] / size + own_left
    without = 1 - within_left / np.where(total_left > 0, total_left, np.nan)
    without[groups - (size == 1) == 1] = np.nan
    r2 = 1 - within / total
    pseudo_f = (r2 / (groups - 1)) / ((1 - r2) / (n - groups))
    p = p_value(r2, 1 - _within(square, codes, orders) / total)
    n_taking_part = int((size > 1).sum())
    return Permanova(jackknifed(r2, without, (0.0, 1.0), p, n_taking_part), float(pseudo_f))


def _within(square: Floats, codes: Indices, orders: PermutationPlan) -> Floats:
    """Squared distances within sectors, divided by their numbers of firms, with permuted labels."""
    first, second = np.nonzero(np.triu(codes[:, None] == codes, 1))
    weights = 1 / np.bincount(codes)[codes[first]]
    to = np.empty_like(orders.orders)  # new place of each label, as scikit-bio permutes labels
    np.put_along_axis(to, orders.orders, np.arange(len(codes), dtype=np.int32)[None], axis=1)
    return permuted_products(square[None], weights[None], (first, second), to)[:, 0, 0]


def _beyond(square: Floats, models: Nested, orders: PermutationPlan) -> Permanova:
    """PERMANOVA of what the covariates leave."""
    n = len(square)
    smaller = models.smaller @ models.smaller.T
    added = models.groups @ models.groups.T
    total = square.sum() / 2 / n
    error = ((smaller + added) * square).sum() / 2
    gained = (smaller * square).sum() / 2 - error
    if error <= _ROUNDING * total:
        return Permanova(
            impossible("sectors and covariates leave no squared distance above zero"), None
        )
    r2 = gained / total
    left = np.eye(n) - smaller
    inner = -left @ square @ left / 2  # inner products of what the covariates leave of the firms
    first, second = np.triu_indices(n)
    twice = np.where(first == second, 1.0, 2.0)
    fixed = np.stack([added[first, second], smaller[first, second]]) * twice
    sums = permuted_products(inner[None], fixed, (first, second), orders.orders)[:, 0]
    remains = np.trace(inner)
    share = sums[:, 0] / (remains - sums[:, 1])  # rises with F
    p = p_value(gained / (gained + error), share)
    pseudo_f = (gained / models.groups.shape[1]) / (error / models.residual_df)
    both = _without_each(square, smaller + added)
    without = (_without_each(square, smaller) - both) / _without_each(
        square, np.full_like(square, 1 / n)
    )
    return Permanova(jackknifed(float(r2), without, (0.0, 1.0), p), float(pseudo_f))


def _without_each(square: Floats, hat: Floats) -> Floats:
    """Squared distances that a linear model leaves, without each firm.

    All firms leave sum(hat * square) / 2; without firm i the projection is
    hat + h_i h_i' / (1 - h_ii) over the others (Sherman and Morrison 1950, Annals of Mathematical
    Statistics 21).
    """
    leverage = np.diagonal(hat)
    column = hat.copy()
    np.fill_diagonal(column, 0.0)
    quadratic = (column * (square @ column)).sum(axis=0)
    free = 1 - leverage
    bent = np.divide(quadratic, free, out=np.zeros_like(quadratic), where=free > _ROUNDING)
    return np.asarray(((hat * square).sum() - 2 * (hat * square).sum(axis=1) + bent) / 2)
