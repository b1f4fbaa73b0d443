"""Regression of scores on several distances at once, permuting firms."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firmsim.association.estimate import Estimate, impossible, jackknifed
from firmsim.association.permutation.checks import check_matrix, orthonormal
from firmsim.association.permutation.mantel import given_basis, permuted_r, residual
from firmsim.association.permutation.moments import (
    explained,
    inverses_without_each,
    partial_correlation,
)
from firmsim.association.permutation.orders import p_value, plan
from firmsim.errors import AssociationError

Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Coefficient:
    """One predictor of the regression."""

    slope: float
    """Distance per unit of the predictor, the others held still."""
    beta: float
    """The same in standard deviations of both over pairs."""
    t: float
    """Slope over its standard error as if pairs were independent; no test by itself."""
    partial_r: Estimate
    """Correlation with what the others leave, with its interval, and p where it was tested."""


@dataclass(frozen=True)
class Mrqap:
    """Regression of a distance on others over pairs of firms."""

    r2: Estimate
    """Share of the variance over pairs that all predictors explain, with its interval."""
    intercept: float | None
    coefficients: dict[str, Coefficient]
    """By name of the predictor; empty where there is no regression."""


def mrqap(
    distance: Matrix,
    predictors: Mapping[str, Matrix],
    permutations: int,
    seed: int,
    strata: NDArray[Any] | None = None,
    tested: Sequence[str] | None = None,
) -> Mrqap:
    r"""Regress a distance on others over pairs of firms, and test each by double semi-partialling.

    .. math:: y_{ij} = a + \sum_k b_k x^k_{ij} + e_{ij}

    To test x^k, it is regressed on the other predictors; the firms of what these leave of it are
    permuted, which keeps its relation to them broken as it is, and y is regressed on the permuted
    rest and the other predictors. |t| of that is compared with |t| as observed. Dekker, Krackhardt
    and Snijders (2007), Psychometrika 72; the method "qapspp" of R's sna. It holds its level under
    collinearity and skewed predictors, where permuting y or x does not.

    Parameters
    ----------
    distance : array of shape (n_firms, n_firms)
        Symmetric; the diagonal is not used.
    predictors : mapping of str to array of shape (n_firms, n_firms)
        Further distances, by name.
    permutations, seed : int
        How many random permutations, and their seed; all predictors share them.
    strata : array of shape (n_firms,), optional
        Firms are permuted within these only.
    tested : sequence of str, optional
        Predictors to test; the others are only held still. Default: all.

    Returns
    -------
    Mrqap
        With two-sided p.

    Raises
    ------
    AssociationError
        A matrix or the strata cannot be used, there are no predictors, they are collinear, or one
        to be tested is none of them: names the value.
    """
    distance = check_matrix(distance, "distance")
    n = len(distance)
    given = {name: check_matrix(x, f"predictor {name!r}", n) for name, x in predictors.items()}
    names = list(given)
    if not names:
        message = "predictors: there are none; give at least one distance"
        raise AssociationError(message)
    asked = names if tested is None else list(tested)
    if unknown := sorted(set(asked) - set(names)):
        message = f"tested: {unknown[0]!r} is none of the predictors ({', '.join(names)})"
        raise AssociationError(message)
    degrees = n * (n - 1) // 2 - len(names) - 1
    if n < 3 or degrees < 1:
        return _none(f"{n} firms have too few pairs for {len(names)} predictors")
    pairs = np.triu_indices(n, 1)
    y = distance[pairs]
    columns = np.column_stack([np.ones(y.size), *(x[pairs] for x in given.values())])
    basis, triangle = orthonormal(columns, ["constant", *names])
    centred = y - y.mean()
    if centred @ centred <= 1e-24 * (y @ y):
        return _none("all pairs are equally far apart")
    error = centred - basis @ (basis.T @ centred)
    if (error @ error) <= 1e-16 * (y @ y):
        return _none("the predictors explain the distance to the last digit")
    slopes = np.linalg.solve(triangle, basis.T @ y)
    inverse_triangle = np.linalg.inv(triangle)
    variance = (error @ error) / degrees
    t = slopes / np.sqrt(variance * (inverse_triangle**2).sum(axis=1))
    beta = slopes[1:] * columns[:, 1:].std(axis=0) / y.std()
    p = _test(centred, given, asked, n, plan(n, permutations, seed, strata).orders)
    without = inverses_without_each([distance, *given.values()])
    coefficients = {}
    for k, name in enumerate(names, start=1):
        value = float(t[k] / np.sqrt(t[k] ** 2 + degrees))
        each = partial_correlation(without, 0, k)
        coefficients[name] = Coefficient(
            float(slopes[k]),
            float(beta[k - 1]),
            float(t[k]),
            jackknifed(value, each, (-1.0, 1.0), p.get(name)),
        )
    r2 = float(1 - (error @ error) / (centred @ centred))
    return Mrqap(jackknifed(r2, explained(without, 0), (0.0, 1.0)), float(slopes[0]), coefficients)


def _test(
    centred: NDArray[np.float64],
    given: Mapping[str, Matrix],
    asked: Sequence[str],
    n: int,
    orders: NDArray[np.int32],
) -> dict[str, float]:
    """Two-sided p of each predictor asked for, by double semi-partialling."""
    pairs = np.triu_indices(n, 1)
    moved = np.zeros((len(asked), n, n))
    target = np.empty((len(asked), pairs[0].size))
    bases = np.empty((len(asked), len(given) - 1, pairs[0].size))
    observed = np.empty(len(asked))
    for k, name in enumerate(asked):
        basis = given_basis({other: x for other, x in given.items() if other != name}, pairs)
        x = given[name][pairs]
        rest = residual((x - x.mean()) / np.sqrt(((x - x.mean()) ** 2).sum()), basis)
        goal = residual(centred / np.sqrt(centred @ centred), basis)
        if (
            rest is None or goal is None
        ):  # ruled out: predictors are not collinear, y has error left
            message = f"{name!r}: nothing is left of it or of the distance once the others are held"
            raise AssociationError(message)
        moved[k][pairs] = rest
        moved[k] += moved[k].T
        target[k], bases[k], observed[k] = goal, basis.T, abs(rest @ goal)
    r = permuted_r(moved, target, bases, pairs, orders)
    return {name: p_value(observed[k], r[:, k]) for k, name in enumerate(asked)}


def _none(reason: str) -> Mrqap:
    return Mrqap(impossible(reason), None, {})
