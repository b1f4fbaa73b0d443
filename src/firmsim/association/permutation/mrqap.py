"""Multiple regression of scores on several distances, tested by permuting firms."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from firmsim.association.estimate import Estimate, impossible, jackknifed
from firmsim.association.permutation.checks import check_matrix, orthonormal
from firmsim.association.permutation.mantel import partial_r
from firmsim.association.permutation.moments import (
    explained,
    inverses_without_each,
    partial_correlation,
)
from firmsim.association.permutation.orders import Orders, p_value, plan
from firmsim.association.permutation.products import permuted_products
from firmsim.errors import AssociationError
from firmsim.typing import Floats, Indices, Labels


@dataclass(frozen=True)
class Coefficient:
    """One predictor of the regression.

    Attributes
    ----------
    slope : float
        Distance per unit of the predictor, the others held constant.
    beta : float
        The same in standard deviations of both over pairs.
    t : float
        Slope divided by its standard error as if pairs were independent; no test by itself.
    partial_r : Estimate
        Correlation with what the others leave, with its interval, and p where it was tested.
    """

    slope: float
    beta: float
    t: float
    partial_r: Estimate


@dataclass(frozen=True)
class Mrqap:
    """Regression of a distance on others over pairs of firms.

    Attributes
    ----------
    r2 : Estimate
        Share of the variance over pairs that all predictors explain, with its interval.
    intercept : float or None
        Distance where all predictors are zero.
    coefficients : dict of str to Coefficient
        By name of the predictor; empty where there is no regression.
    """

    r2: Estimate
    intercept: float | None
    coefficients: dict[str, Coefficient]


def mrqap(
    distance: Floats,
    predictors: Mapping[str, Floats],
    permutations: int,
    seed: int,
    strata: Labels | Indices | None = None,
    tested: Sequence[str] | None = None,
) -> Mrqap:
    r"""Regress a distance on others over pairs of firms, and test each by double semi-partialling.

    .. math:: y_{ij} = a + \sum_k b_k x^k_{ij} + e_{ij}

    This is the multiple regression quadratic assignment procedure (MRQAP) by Dekker, Krackhardt and
    Snijders (2007), Psychometrika 72: the method "qapspp" of R's sna. A test of x^k regresses it on
    the other predictors and permutes the firms of the residual. It then regresses y on the permuted
    residual and the other predictors, and compares |t| with the observed |t|.

    The test holds its level under collinearity and skewed predictors, where permuting y or x does
    not.

    Parameters
    ----------
    distance : array of shape (n_firms, n_firms)
        Symmetric; the diagonal is not used.
    predictors : mapping of str to array of shape (n_firms, n_firms)
        Further distances, by name.
    permutations, seed : int
        Number of random permutations, and their seed; all predictors share them.
    strata : array of shape (n_firms,), optional
        Firms are permuted within their stratum only.
    tested : sequence of str, optional
        Predictors to test; the others are only controlled for. Default: all.

    Returns
    -------
    Mrqap
        With two-sided p.

    Raises
    ------
    AssociationError
        A matrix or the strata cannot be used, there are no predictors, they are collinear, or a
        tested one is not among them: names the value.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> x, y, noise = rng.normal(size=(3, 12))
    >>> apart = {"x": np.abs(x[:, None] - x), "y": np.abs(y[:, None] - y)}
    >>> distance = 2 * apart["x"] + 0.1 * np.abs(noise[:, None] - noise)
    >>> found = mrqap(distance, apart, 99, seed=0)
    >>> {name: (round(c.slope, 1), c.partial_r.p) for name, c in found.coefficients.items()}
    {'x': (2.0, 0.01), 'y': (0.0, 0.22)}
    """
    distance = check_matrix(distance, "distance")
    n = len(distance)
    given = {name: check_matrix(x, f"predictor {name!r}", n) for name, x in predictors.items()}
    names = list(given)
    if not names:
        message = "predictors: there are none; give at least one distance"
        raise AssociationError(message, parameter="predictors")
    chosen = names if tested is None else list(tested)
    if unknown := sorted(set(chosen) - set(names)):
        message = f"tested: {unknown[0]!r} is none of the predictors ({', '.join(names)})"
        raise AssociationError(message, parameter="tested")
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
    p = _test(axes, height, triangle[1:, 1:], [names.index(name) for name in chosen], orders)
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
    axes: Floats,
    height: Floats,
    triangle: Floats,
    chosen: Sequence[int],
    orders: Orders,
) -> dict[int, float]:
    """Two-sided p of each chosen predictor, by double semi-partialling.

    Parameters
    ----------
    axes : array of shape (1 + n_predictors, n_pairs)
        Orthonormal: the residual of the distance, then what spans the predictors.
    height : array of shape (1 + n_predictors,)
        The centred distance along these axes.
    triangle : array of shape (n_predictors, n_predictors)
        The centred predictors, one per column, along these axes without the first.
    chosen : sequence of int
        Positions of the predictors to test.
    orders : array of shape (n_permutations, n_firms)

    Returns
    -------
    dict of int to float
    """
    n = orders.shape[1]
    pairs = np.triu_indices(n, 1)
    moved = np.zeros((len(chosen), n, n))
    turns, observed = [], []
    for rest, k in zip(moved, chosen, strict=True):
        # the other predictors, then the residual of this one, along the axes that span all
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
        for place, (k, turn, value) in enumerate(zip(chosen, turns, observed, strict=True))
    }


def _none(reason: str) -> Mrqap:
    return Mrqap(impossible(reason), None, {})
