"""Mantel tests: correlation of two distances over all pairs, within strata, or given covariates."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from firmsim.association.estimate import Estimate, impossible, jackknifed
from firmsim.association.permutation.checks import check_labels, check_matrix, orthonormal
from firmsim.association.permutation.moments import inverses_without_each, partial_correlation
from firmsim.association.permutation.orders import Orders, p_value, plan
from firmsim.association.permutation.pairs import pair_correlation
from firmsim.association.permutation.products import Pairs, permuted_products
from firmsim.errors import extra
from firmsim.typing import Floats, Indices, Labels

_UNIT = (-1.0, 1.0)
_FEW = "needs 3 firms; there are {}"
_CONSTANT = "all pairs are equally far apart, in scores or in the attribute"


def mantel(
    distance: Floats,
    other: Floats,
    permutations: int,
    seed: int,
    strata: Labels | Indices | None = None,
) -> Estimate:
    """Correlation of two distances over pairs of firms.

    Mantel (1967), Cancer Research 27; the test is scikit-bio's. It permutes the attribute and not
    the scores. Permutations with the same result (two firms of one sector swapped) then give the
    same sum to the last bit, and count as ties.

    Parameters
    ----------
    distance, other : array of shape (n_firms, n_firms)
        Symmetric; the diagonal is not used. `other` is permuted.
    permutations, seed : int
        Number of random permutations, and their seed.
    strata : array of shape (n_firms,), optional
        Firms are permuted within their stratum only; the correlation is over all pairs.
        `mantel_within` correlates pairs of one stratum.

    Returns
    -------
    Estimate
        r in [-1, 1] with its firm-level jackknife interval and two-sided p.

    Raises
    ------
    AssociationError
        A matrix or the strata cannot be used: names the value.

    Examples
    --------
    >>> place = np.array([0.0, 1.0, 4.0, 9.0])
    >>> found = mantel(np.abs(place[:, None] - place), np.abs(place[:, None] - place) ** 2, 99, 0)
    >>> round(found.value, 2), round(found.p, 2)
    (0.98, 0.04)
    """
    distance = check_matrix(distance, "distance")
    other = check_matrix(other, "other", len(distance))
    n = len(distance)
    if n < 3:
        return impossible(_FEW.format(n))
    value, without = pair_correlation(distance, other)
    if np.isnan(value):
        return impossible(_CONSTANT)
    orders, exact = plan(n, permutations, seed, strata)
    if exact:  # few firms: ties of any kind matter
        pairs = np.triu_indices(n, 1)
        r = permuted_products(_unit(other)[None], _unit(distance)[pairs][None], pairs, orders)
        p = p_value(abs(value), np.abs(r[:, 0, 0]))
    else:
        with extra("comparators", "mantel"):
            from skbio import DistanceMatrix
            from skbio.stats.distance import mantel as skbio_mantel
        _, p, _ = skbio_mantel(
            DistanceMatrix(other),
            DistanceMatrix(distance),
            permutations=len(orders),
            seed=_Dealer(orders),
        )
    return jackknifed(value, without, _UNIT, float(p))


def mantel_within(
    distance: Floats, other: Floats, strata: Labels | Indices, permutations: int, seed: int
) -> Estimate:
    """Correlation of two distances over pairs of one stratum: size given sector.

    Both distances are centred within each stratum, their products are pooled, and firms are
    permuted within their stratum (restricted permutation: Legendre and Legendre 2012, Numerical
    Ecology, 10.5). An attribute that is merely clustered by sector is then not associated with
    scores that are clustered by sector too. A free permutation would reject nearly always. Strata
    of one or two firms have no information and are left out.

    Parameters
    ----------
    distance, other : array of shape (n_firms, n_firms)
        Symmetric; the diagonal is not used. `other` is permuted.
    strata : array of shape (n_firms,)
        Stratum of each firm.
    permutations, seed : int
        Number of random permutations, and their seed.

    Returns
    -------
    Estimate
        r in [-1, 1] with its firm-level jackknife interval and two-sided p.

    Raises
    ------
    AssociationError
        A matrix or the strata cannot be used: names the value.

    Examples
    --------
    >>> place, sector = np.array([0.0, 1.0, 4.0, 0.0, 2.0, 3.0]), np.repeat(["Oil", "Gas"], 3)
    >>> distance = np.abs(place[:, None] - place)
    >>> found = mantel_within(distance, distance**2, sector, 99, seed=0)
    >>> round(found.value, 2), round(found.p, 2)
    (0.99, 0.03)
    """
    distance = check_matrix(distance, "distance")
    other = check_matrix(other, "other", len(distance))
    codes = check_labels(strata, "strata", len(distance))
    counts = np.bincount(codes)
    members = [np.flatnonzero(codes == code) for code in np.flatnonzero(counts > 2)]
    if not members:
        return impossible("no sector has 3 firms with a size")
    value, without = pair_correlation(distance, other, members)
    if np.isnan(value):
        return impossible("scores or sizes do not vary within any sector")
    taking_part = np.flatnonzero(counts[codes] > 2)
    codes = codes[taking_part]
    inside = np.ix_(taking_part, taking_part)
    fixed, moved = (_unit(matrix[inside], codes) for matrix in (distance, other))
    first, second = np.nonzero(np.triu(codes[:, None] == codes, 1))
    pairs = first, second
    orders, _ = plan(len(codes), permutations, seed, codes)
    r = permuted_products(moved[None], fixed[pairs][None], pairs, orders)[:, 0, 0]
    p = p_value(abs(value), np.abs(r))
    return jackknifed(value, without, _UNIT, p, len(codes))


def partial_mantel(
    distance: Floats,
    other: Floats,
    covariates: Mapping[str, Floats],
    permutations: int,
    seed: int,
    strata: Labels | Indices | None = None,
) -> Estimate:
    r"""Correlation of two distances over pairs of firms, given other distances.

    .. math:: r_{xy \cdot Z} = \mathrm{cor}(x - \hat x(Z), \; y - \hat y(Z))

    with the linear fits to the covariates Z over pairs. The test permutes the attribute, and its
    relation to the covariates with it (Smouse, Long and Sokal 1986, Systematic Zoology 35), as R's
    vegan does. Where attribute and scores are each clustered like the covariates, it keeps much of
    the error of the plain test (Guillot and Rousset 2013, Methods in Ecology and Evolution 4).
    `mrqap` and strata answer the question better.

    Parameters
    ----------
    distance, other : array of shape (n_firms, n_firms)
        Symmetric; the diagonal is not used. `other` is permuted.
    covariates : mapping of str to array of shape (n_firms, n_firms)
        Further distances, by name.
    permutations, seed : int
        Number of random permutations, and their seed.
    strata : array of shape (n_firms,), optional
        Firms are permuted within their stratum only.

    Returns
    -------
    Estimate
        Partial r in [-1, 1] with its firm-level jackknife interval and two-sided p.

    Raises
    ------
    AssociationError
        A matrix or the strata cannot be used, or covariates are collinear: names the value.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> x, y = rng.normal(size=(2, 8))
    >>> apart = {"x": np.abs(x[:, None] - x), "y": np.abs(y[:, None] - y)}
    >>> found = partial_mantel(apart["x"] + apart["y"], apart["x"], {"y": apart["y"]}, 99, seed=0)
    >>> round(found.value, 6), found.p
    (1.0, 0.01)
    """
    distance = check_matrix(distance, "distance")
    n = len(distance)
    other = check_matrix(other, "other", n)
    given = {
        name: check_matrix(matrix, f"covariate {name!r}", n) for name, matrix in covariates.items()
    }
    if n < 3:
        return impossible(_FEW.format(n))
    pairs = np.triu_indices(n, 1)
    if n * (n - 1) // 2 < len(given) + 3:
        return impossible(f"{n} firms have too few pairs for {len(given)} covariates")
    if np.isnan(pair_correlation(distance, other)[0]):
        return impossible(_CONSTANT)
    basis = _basis(given, pairs)
    target = _residual(_unit(distance)[pairs], basis)
    if target is None:
        return impossible("the covariates explain all of the scores")
    moved = _unit(other)
    own = _residual(moved[pairs], basis)
    if own is None:
        return impossible("the covariates explain all of the attribute")
    orders, _ = plan(n, permutations, seed, strata)
    value = float(np.clip(own @ target, -1.0, 1.0))
    fixed = np.vstack([target, basis.T])
    r = partial_r(permuted_products(moved[None], fixed, pairs, orders)[:, 0])
    p = p_value(abs(value), r)
    inverse = inverses_without_each([distance, other, *given.values()])
    return jackknifed(value, partial_correlation(inverse, 0, 1), _UNIT, p)


def _basis(covariates: Mapping[str, Floats], pairs: Pairs) -> Floats:
    """Orthonormal columns over pairs that span the covariates without the constant.

    Shape (n_pairs, n_covariates).
    """
    columns = np.empty((pairs[0].size, len(covariates)))
    for k, matrix in enumerate(covariates.values()):
        columns[:, k] = matrix[pairs]
    length = np.sqrt((columns**2).sum(axis=0))
    columns /= np.where(length > 0, length, 1.0)
    constant = np.full((len(columns), 1), 1 / np.sqrt(len(columns)))
    basis, _ = orthonormal(np.hstack([constant, columns]), ["constant", *covariates])
    return basis[:, 1:]


def _residual(values: Floats, basis: Floats) -> Floats | None:
    """Residual of centred unit values from the covariates, at unit length; None where rounding.

    Shape (n_pairs,).
    """
    left = values - basis @ (basis.T @ values)
    left -= basis @ (basis.T @ left)  # again, for the digits that the first step left
    length = np.sqrt(left @ left)
    return left / length if length > 1e-8 else None


def partial_r(sums: Floats) -> Floats:
    r"""Absolute partial correlation of permuted matrices with a target.

    .. math:: |r_p| = |\langle x_p, y \rangle| / \sqrt{1 - \sum_k \langle x_p, q_k \rangle^2}

    Parameters
    ----------
    sums : array of shape (n_permutations, 1 + n_covariates)
        Products of x_p, of mean zero and unit length, with y and with the q_k, all orthonormal.

    Returns
    -------
    array of shape (n_permutations,)
        1, the most extreme, where a permuted matrix is a combination of the covariates.
    """
    free = 1 - (sums[:, 1:] ** 2).sum(axis=1)
    r = np.ones(len(sums))
    np.divide(np.abs(sums[:, 0]), np.sqrt(np.abs(free)), out=r, where=free > 1e-12)
    return r


def _unit(matrix: Floats, codes: Indices | None = None) -> Floats:
    """Matrix of mean zero over the pairs of each stratum, and of unit length over all of them."""
    used = np.ones(matrix.shape, dtype=bool) if codes is None else codes[:, None] == codes
    np.fill_diagonal(used, val=False)
    centred = np.zeros_like(matrix)
    for stratum in [used] if codes is None else (used & (codes == c) for c in np.unique(codes)):
        centred[stratum] = matrix[stratum] - matrix[stratum].mean()
    return np.asarray(centred / np.sqrt((centred**2).sum() / 2))


class _Dealer(np.random.Generator):
    """Generator that returns planned permutations, so that scikit-bio's test has strata too."""

    def __init__(self, orders: Orders) -> None:
        super().__init__(np.random.PCG64(0))
        self._orders = iter(orders)

    def permutation(self, x: Any, axis: int = 0) -> Any:  # noqa: ARG002
        """Next planned permutation, whatever the argument."""
        return next(self._orders)
