"""Regression of scores on several distances at once, permuting firms."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firmsim.association.estimate import Estimate, impossible, jackknifed
from firmsim.association.permutation.checks import check_matrix, orthonormal
from firmsim.association.permutation.mantel import partial_r
from firmsim.association.permutation.moments import (
    explained,
    inverses_without_each,
    partial_correlation,
)
from firmsim.association.permutation.orders import p_value, plan
from firmsim.association.permutation.products import permuted_products
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
    del columns
    orders, _ = plan(n, permutations, seed, strata)
    axes = np.vstack([error / np.sqrt(error @ error), basis[:, 1:].T])
    height = np.concatenate([[np.sqrt(error @ error)], axes[1:] @ centred])
    p = _test(axes, height, triangle[1:, 1:], [names.index(name) for name in asked], orders)
    without = inverses_without_each([distance, *given.values()])
    coefficients = {}
    for k, name in enumerate(names, start=1):
        value = float(t[k] / np.sqrt(t[k] ** 2 + degrees))
        each = partial_correlation(without, 0, k)
        coefficients[name] = Coefficient(
            float(slopes[k]),
            float(beta[k - 1]),
            float(t[k]),
            jackknifed(value, each, (-1.0, 1.0), p.get(k - 1)),
        )
    r2 = float(1 - (error @ error) / (centred @ centred))
    return Mrqap(jackknifed(r2, explained(without, 0), (0.0, 1.0)), float(slopes[0]), coefficients)


def _test(
    axes: Matrix,
    height: NDArray[np.float64],
    triangle: Matrix,
    asked: Sequence[int],
    orders: NDArray[np.int32],
) -> dict[int, float]:
    """Two-sided p of each predictor asked for, by double semi-partialling.

    Parameters
    ----------
    axes : array of shape (1 + n_predictors, n_pairs)
        Orthonormal: what the predictors leave of the distance, then what spans them.
    height : array of shape (1 + n_predictors,)
        The distance, centred, along these axes.
    triangle : array of shape (n_predictors, n_predictors)
        The predictors, centred, along these axes but the first; one a column.
    asked : sequence of int
        Which to test.
    orders : array of shape (n_permutations, n_firms)

    Returns
    -------
    dict of int to float
    """
    n = orders.shape[1]
    pairs = np.triu_indices(n, 1)
    moved = np.zeros((len(asked), n, n))
    turns, observed = [], []
    for rest, k in zip(moved, asked, strict=True):
        # the other predictors, then what they leave of this one, along the axes that span all
        others = np.linalg.qr(np.delete(triangle, k, axis=1), mode="complete")[0].T
        rest[pairs] = others[-1] @ axes[1:]
        rest += rest.T
        goal = np.concatenate([height[:1], (others[-1] @ height[1:]) * others[-1]])
        goal /= np.sqrt(goal @ goal)
        turns.append(np.vstack([goal, np.pad(others[:-1], ((0, 0), (1, 0)))]))
        observed.append(float(abs(goal[1:] @ others[-1])))
    sums = permuted_products(moved, axes, pairs, orders)
    return {
        k: p_value(value, partial_r(sums[:, place] @ turn.T))
        for place, (k, turn, value) in enumerate(zip(asked, turns, observed, strict=True))
    }


def _none(reason: str) -> Mrqap:
    return Mrqap(impossible(reason), None, {})
