"""Correlation of two distances over pairs of firms: all, within strata, or given covariates."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firmsim.association.estimate import Estimate, impossible, jackknifed
from firmsim.association.permutation.checks import check_labels, check_matrix, orthonormal
from firmsim.association.permutation.moments import inverses_without_each, partial_correlation
from firmsim.association.permutation.orders import Orders, p_value, plan
from firmsim.association.permutation.pairs import pair_correlation
from firmsim.association.permutation.products import Pairs, permuted_products
from firmsim.errors import extra

Matrix = NDArray[np.float64]
Labels = NDArray[Any]

_UNIT = (-1.0, 1.0)
_FEW = "needs 3 firms; there are {}"
_CONSTANT = "all pairs are equally far apart, in scores or in the attribute"


def mantel(
    distance: Matrix,
    other: Matrix,
    permutations: int,
    seed: int,
    strata: Labels | None = None,
) -> Estimate:
    """Correlation of two distances over pairs of firms.

    Mantel (1967), Cancer Research 27; the test is scikit-bio's. It is the attribute that is
    permuted and not the scores: then permutations that are the same (two firms of one sector
    swapped) give the same sum to the last bit and count as the ties they are.

    Parameters
    ----------
    distance, other : array of shape (n_firms, n_firms)
        Symmetric; the diagonal is not used. `other` is the one that is permuted.
    permutations, seed : int
        How many random permutations, and their seed.
    strata : array of shape (n_firms,), optional
        Firms are permuted within these only; the correlation is still over all pairs. For that over
        pairs of one stratum see `mantel_within`.

    Returns
    -------
    Estimate
        r in [-1, 1] with its firm-level jackknife interval and two-sided p.

    Raises
    ------
    AssociationError
        A matrix or the strata cannot be used: names the value.
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
    distance: Matrix, other: Matrix, strata: Labels, permutations: int, seed: int
) -> Estimate:
    """Correlation of two distances over pairs of one stratum: size given sector.

    Both distances are centred within each stratum, their products pooled, and firms permuted
    inside their stratum. An attribute that is merely clustered by sector is then no longer
    associated with scores that are clustered by sector too; a free permutation would reject nearly
    always. Strata of one or two firms say nothing and drop out. Restricted permutation: Legendre
    and Legendre (2012), Numerical Ecology, 10.5.

    Parameters
    ----------
    distance, other : array of shape (n_firms, n_firms)
        Symmetric. `other` is the one that is permuted.
    strata : array of shape (n_firms,)
        Stratum of each firm.
    permutations, seed : int
        How many random permutations, and their seed.

    Returns
    -------
    Estimate
        r in [-1, 1] with its firm-level jackknife interval and two-sided p.

    Raises
    ------
    AssociationError
        A matrix or the strata cannot be used: names the value.
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
    distance: Matrix,
    other: Matrix,
    covariates: Mapping[str, Matrix],
    permutations: int,
    seed: int,
    strata: Labels | None = None,
) -> Estimate:
    r"""Correlation of two distances over pairs of firms, given others.

    .. math:: r_{xy \cdot Z} = \mathrm{cor}(x - \hat x(Z), \; y - \hat y(Z))

    with the linear fits to the covariates Z over pairs. The attribute is permuted, and its relation
    to the covariates with it (Smouse, Long and Sokal 1986, Systematic Zoology 35; R's vegan does
    so). Where the attribute and the scores are each clustered in the way of the covariates, the
    test keeps much of the plain one's error (Guillot and Rousset 2013, Methods in Ecology and
    Evolution 4): print it, do not lean on it; `mrqap` and strata answer the question better.

    Parameters
    ----------
    distance, other : array of shape (n_firms, n_firms)
        Symmetric; the diagonal is not used. `other` is the one that is permuted.
    covariates : mapping of str to array of shape (n_firms, n_firms)
        Further distances, by name.
    permutations, seed : int
        How many random permutations, and their seed.
    strata : array of shape (n_firms,), optional
        Firms are permuted within these only.

    Returns
    -------
    Estimate
        Partial r in [-1, 1] with its firm-level jackknife interval and two-sided p.

    Raises
    ------
    AssociationError
        A matrix or the strata cannot be used, or covariates are collinear: names the value.
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


def _basis(covariates: Mapping[str, Matrix], pairs: Pairs) -> Matrix:
    """Orthonormal columns over pairs that span the covariates but for the constant.

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


def _residual(values: NDArray[np.float64], basis: Matrix) -> NDArray[np.float64] | None:
    """What the covariates leave of centred unit values, at unit length; None where it is rounding.

    Shape (n_pairs,).
    """
    left = values - basis @ (basis.T @ values)
    left -= basis @ (basis.T @ left)  # again, for the digits that the first left
    length = np.sqrt(left @ left)
    return left / length if length > 1e-8 else None


def partial_r(sums: Matrix) -> NDArray[np.float64]:
    r"""Size of the partial correlation of permuted matrices with a target.

    .. math:: |r_p| = |\langle x_p, y \rangle| / \sqrt{1 - \sum_k \langle x_p, q_k \rangle^2}

    Parameters
    ----------
    sums : array of shape (n_permutations, 1 + n_covariates)
        Products of x_p, of mean zero and unit length, with y and with the q_k, all orthonormal.

    Returns
    -------
    array of shape (n_permutations,)
        1 where a permuted matrix is a combination of the covariates, which counts as extreme.
    """
    free = 1 - (sums[:, 1:] ** 2).sum(axis=1)
    r = np.ones(len(sums))
    np.divide(np.abs(sums[:, 0]), np.sqrt(np.abs(free)), out=r, where=free > 1e-12)
    return r


def _unit(matrix: Matrix, codes: NDArray[np.intp] | None = None) -> Matrix:
    """Of mean zero over the pairs of each stratum and of unit length over all of these pairs."""
    used = np.ones(matrix.shape, dtype=bool) if codes is None else codes[:, None] == codes
    np.fill_diagonal(used, val=False)
    centred = np.zeros_like(matrix)
    for stratum in [used] if codes is None else (used & (codes == c) for c in np.unique(codes)):
        centred[stratum] = matrix[stratum] - matrix[stratum].mean()
    return np.asarray(centred / np.sqrt((centred**2).sum() / 2))


class _Dealer(np.random.Generator):
    """Generator that deals planned permutations out, so that scikit-bio's test has strata too."""

    def __init__(self, orders: Orders) -> None:
        super().__init__(np.random.PCG64(0))
        self._orders = iter(orders)

    def permutation(self, x: Any, axis: int = 0) -> Any:  # noqa: ARG002
        """Next of the planned permutations, whatever is asked for."""
        return next(self._orders)
