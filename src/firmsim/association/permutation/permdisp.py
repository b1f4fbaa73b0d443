"""Whether the firms of some sectors are more scattered than those of others."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firmsim.association.estimate import Estimate, impossible, jackknifed
from firmsim.association.permutation.checks import check_labels, check_matrix
from firmsim.association.permutation.nested import Nested, nested
from firmsim.association.permutation.orders import Orders, p_value, plan

Matrix = NDArray[np.float64]
Labels = NDArray[Any]

_ROUNDING = 1e-12
_CHUNK = 2**16
"""Numbers gathered at a time."""


class Permdisp(NamedTuple):
    """How much of the spread of distances to the centroid lies between sectors."""

    eta2: Estimate
    """Share of the variance of those distances, with its interval and p."""
    f: float | None
    dispersion: dict[Any, float]
    """Mean distance to its centroid of each sector that has several firms."""


def permdisp(
    distance: Matrix,
    labels: Labels,
    permutations: int,
    seed: int,
    strata: Labels | None = None,
    covariates: Mapping[str, NDArray[Any]] | None = None,
    *,
    adjust: bool = True,
) -> Permdisp:
    r"""Whether the firms of some sectors are more scattered than those of others.

    .. math:: z_i^2 = \frac{n_g}{n_g - 1} \left( \frac{1}{n_g} \sum_{j \in g} d_{ij}^2
                       - \frac{1}{2 n_g^2} \sum_{j, k \in g} d_{jk}^2 \right), \qquad
              \eta^2 = \frac{\sum_g n_g (\bar z_g - \bar z)^2}{\sum_i (z_i - \bar z)^2}

    z is a firm's distance to the centroid of its sector g, F the analysis of variance of z by
    sector. Anderson (2006), Biometrics 62; the factor n_g / (n_g - 1), without which small sectors
    look tight, is that of O'Neill and Mathews (2000), Australian and New Zealand Journal of
    Statistics 42. PERMANOVA tells sectors apart that differ in place, in scatter or in both; read
    it beside this.

    Firms are permuted with all centroids moved to one place, and new centroids are taken each time.
    To permute labels where the sectors are, as scikit-bio does, would mix sectors that lie apart,
    and swamp the scatter within them by the way between them; to permute z itself, as R's vegan
    does, forgets that firms of one sector share a centroid, and rejects 8 % of true nulls at 5 %
    where sectors have four to twelve firms. The centroid is exact and follows from the distances
    alone; where no Euclidean space holds the distances, a firm can be at a negative squared
    distance, which becomes zero.

    Parameters
    ----------
    distance : array of shape (n_firms, n_firms)
        For scores s, sqrt(2 (1 - s)): the Euclidean distance between unit vectors of cosine s.
    labels : array of shape (n_firms,)
        Sector of each firm. Firms alone in theirs have no scatter and are left out.
    permutations, seed : int
        How many random permutations, and their seed.
    strata : array of shape (n_firms,), optional
        Firms are permuted within these only.
    covariates : mapping of str to array of shape (n_firms,), optional
        Numbers of each firm, by name: F then compares what the sectors add to these.
    adjust : bool
        Whether to take the factor n_g / (n_g - 1).

    Returns
    -------
    Permdisp
        eta2 in [0, 1] with its firm-level jackknife interval, F, and the dispersions.

    Raises
    ------
    AssociationError
        A matrix, labels, strata or covariates that cannot be used: names the value.
    """
    distance = check_matrix(distance, "distance")
    labels = np.asarray(labels)
    codes = check_labels(labels, "labels", len(distance))
    kept = np.bincount(codes)[codes] > 1
    names, codes = np.unique(labels[kept], return_inverse=True)
    n = len(codes)
    if len(names) < 2 or n == len(names):
        return Permdisp(
            impossible(f"needs several sectors with several firms; {len(names)} have them"),
            None,
            {},
        )
    others = {name: np.asarray(values)[kept] for name, values in (covariates or {}).items()}
    models = nested(codes, others)
    orders = plan(n, permutations, seed, None if strata is None else np.asarray(strata)[kept])
    square = distance[np.ix_(kept, kept)] ** 2
    z, without_each = _to_centroid(square, codes, adjust=adjust)
    means = np.bincount(codes, z) / np.bincount(codes)
    dispersion = dict(zip(names.tolist(), means.tolist(), strict=True))
    total = ((z - z.mean()) ** 2).sum()
    left = z - models.smaller @ (models.smaller.T @ z)
    gained = ((models.groups.T @ left) ** 2).sum()
    error = (left**2).sum() - gained
    if error <= _ROUNDING * (z**2).sum():
        none = impossible("all firms of a sector are equally far from its centroid")
        return Permdisp(none, None, dispersion)
    permuted = _permuted(_around_centroids(square, codes), codes, orders.orders, adjust=adjust)
    p = p_value(gained / (gained + error), _share(permuted, models))
    both = np.hstack([models.smaller, models.groups])
    constant = np.full((n, 1), 1 / np.sqrt(n))
    share = (_left(without_each, models.smaller) - _left(without_each, both)) / _left(
        without_each, constant
    )
    f = (gained / models.groups.shape[1]) / (error / models.residual_df)
    eta2 = jackknifed(float(gained / total), share, (0.0, 1.0), p)
    return Permdisp(eta2, float(f), dispersion)


def _to_centroid(
    square: Matrix, codes: NDArray[np.intp], *, adjust: bool
) -> tuple[NDArray[np.float64], Matrix]:
    """Distance of each firm to its centroid, (n,), and without each other firm, (n, n_left_out).

    NaN where a firm would be left alone in its sector; the diagonal is of no use.
    """
    z = np.empty(len(square))
    without = np.empty_like(square)
    for code in range(int(codes.max()) + 1):
        firms = np.flatnonzero(codes == code)
        own = square[np.ix_(firms, firms)]
        n_own, of_firm = firms.size, own.sum(axis=1)
        everything = of_firm.sum()
        z[firms] = _distance(of_firm, everything, n_own, adjust=adjust)
        without[firms] = z[firms, None]
        rest = everything - 2 * of_firm
        one_less = _distance(of_firm[:, None] - own, rest, n_own - 1, adjust=adjust)
        without[np.ix_(firms, firms)] = one_less
    return z, without


def _distance(of_firm: Matrix, everything: Matrix, n: int, *, adjust: bool) -> Matrix:
    if n < 2:
        return np.full_like(of_firm, np.nan)
    squared = of_firm / n - everything / (2 * n * n)
    return np.asarray(np.sqrt(np.maximum(squared * (n / (n - 1) if adjust else 1.0), 0.0)))


def _around_centroids(square: Matrix, codes: NDArray[np.intp]) -> Matrix:
    """Squared distances between firms once all centroids are moved to one place."""
    belongs = codes[:, None] == np.arange(int(codes.max()) + 1)
    counts = belongs.sum(axis=0)
    left = np.eye(len(codes)) - (belongs / counts) @ belongs.T
    inner = -left @ square @ left / 2
    length = np.diagonal(inner)
    return np.asarray(length[:, None] + length - 2 * inner)


def _permuted(square: Matrix, codes: NDArray[np.intp], orders: Orders, *, adjust: bool) -> Matrix:
    """Distance of each firm to its centroid, for each permutation: (n_permutations, n_firms)."""
    n = len(codes)
    flat = square.ravel()
    z = np.empty(orders.shape)
    for code in range(int(codes.max()) + 1):
        firms = np.flatnonzero(codes == code)
        many = max(1, _CHUNK // firms.size**2)
        for begin in range(0, len(orders), many):
            observed = orders[begin : begin + many, firms].astype(np.intp)
            of_firm = flat.take(observed[:, :, None] * n + observed[:, None, :]).sum(axis=2)
            everything = of_firm.sum(axis=1, keepdims=True)
            z[begin : begin + many, firms] = _distance(
                of_firm, everything, firms.size, adjust=adjust
            )
    return z


def _share(z: Matrix, models: Nested) -> NDArray[np.float64]:
    """Share that sectors explain of what the smaller model leaves of each row; rises with F."""
    gained = ((z @ models.groups) ** 2).sum(axis=1)
    left = ((z - (z @ models.smaller) @ models.smaller.T) ** 2).sum(axis=1)
    return np.asarray(np.divide(gained, left, out=np.ones_like(gained), where=left > 0))


def _left(values: Matrix, basis: Matrix) -> NDArray[np.float64]:
    """Sum of squares that a linear model leaves, column i without firm i."""
    values = values.copy()
    np.fill_diagonal(values, 0.0)
    residual = values - basis @ (basis.T @ values)
    free = np.maximum(1 - (basis**2).sum(axis=1), _ROUNDING)
    return np.asarray((residual**2).sum(axis=0) - np.diagonal(residual) ** 2 / free)
