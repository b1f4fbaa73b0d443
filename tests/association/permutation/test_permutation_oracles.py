"""Statistics, intervals and exact p values beside plain loops over pairs and permutations."""

import numpy as np
import pandas as pd
import pytest
from skbio import DistanceMatrix
from skbio.stats.distance import mantel as skbio_mantel
from skbio.stats.distance import permanova as skbio_permanova
from skbio.stats.distance import permdisp as skbio_permdisp

import naive_association as naive
from firmsim.association.permutation import (
    holm,
    holm_by,
    label_distance,
    mantel,
    mrqap,
    partial_mantel,
    permanova,
    permdisp,
)

ALL = 10_000


def world(n, seed=0):
    """Distance, three further ones, sectors, countries and two numbers of n firms."""
    rng = np.random.default_rng(seed)
    matrices = []
    for _ in range(4):
        noise = rng.gamma(2, size=(n, n))
        matrices.append(np.triu(noise, 1) + np.triu(noise, 1).T)
    numbers = {"size": rng.normal(size=n), "beta": rng.normal(size=n)}
    return matrices, np.arange(n) % 3, np.arange(n) % 2, numbers


def take(matrix, kept):
    return matrix[np.ix_(kept, kept)]


def inside(strata):
    if strata is None:
        return lambda order: True
    return lambda order: all(strata[i] == strata[j] for i, j in enumerate(order))


@pytest.mark.parametrize("n", [5, 6])
@pytest.mark.parametrize("stratified", [False, True])
def test_exact_p_of_mantel_and_partial_mantel(n, stratified):
    (y, x, z, w), _, countries, _ = world(n, seed=n)
    strata = countries if stratified else None
    for covariates in ({}, {"z": z}, {"z": z, "w": w}):
        if covariates:
            found = partial_mantel(y, x, covariates, ALL, 0, strata)
        else:
            found = mantel(y, x, ALL, 0, strata)

        def statistic(order, given=covariates):
            return abs(naive.partial_mantel_r(y, x[np.ix_(order, order)], given.values()))

        assert abs(found.value) == pytest.approx(statistic(tuple(range(n))), rel=1e-10)
        assert found.p == pytest.approx(naive.exact_p(statistic, n, inside(strata)), abs=1e-15)


@pytest.mark.parametrize("stratified", [False, True])
def test_exact_p_of_mrqap(stratified):
    (y, *x), _, countries, _ = world(6, seed=1)
    strata = countries if stratified else None
    found = mrqap(y, dict(zip("abc", x, strict=True)), ALL, 0, strata)
    for k, name in enumerate("abc"):
        exact = naive.exact_p(naive.semi_partial_t(y, x, k), 6, inside(strata))
        assert found.coefficients[name].partial_r.p == pytest.approx(exact, abs=1e-15)


@pytest.mark.parametrize("stratified", [False, True])
def test_exact_p_of_permanova(stratified):
    (y, *_), _, countries, numbers = world(6, seed=2)
    labels = np.array(["a", "a", "b", "b", "b", "a"])
    strata = countries if stratified else None
    plain = permanova(y, labels, ALL, 0, strata)
    exact = naive.exact_p(
        lambda order: naive.permanova_r2(y, labels[list(order)]), 6, inside(strata)
    )
    assert plain.r2.p == pytest.approx(exact, abs=1e-15)
    beyond = permanova(y, labels, ALL, 0, strata, {"size": numbers["size"]})
    exact = naive.exact_p(
        naive.permanova_beyond_permuted(y, labels, [numbers["size"]]), 6, inside(strata)
    )
    assert beyond.r2.p == pytest.approx(exact, abs=1e-15)


@pytest.mark.parametrize("stratified", [False, True])
def test_exact_p_of_permdisp(stratified):
    (y, *_), _, countries, _ = world(7, seed=3)
    labels = np.array(["a", "a", "b", "b", "b", "a", "a"])
    strata = countries if stratified else None
    exact = naive.exact_p(naive.scatter_permuted(y, labels, adjust=True), 7, inside(strata))
    found = permdisp(y, labels, ALL, 0, strata)
    assert found.eta2.p == pytest.approx(exact, abs=1e-15)
    assert found.eta2.p < 1


def test_exact_p_of_permdisp_of_three_sectors():
    (y, *_), _, countries, _ = world(7, seed=3)
    labels = np.array(list("aaabbcc"))
    statistic = naive.scatter_permuted(y, labels, adjust=True)
    exact = naive.exact_p(statistic, 7, inside(countries))
    assert permdisp(y, labels, ALL, 0, countries).eta2.p == pytest.approx(exact, abs=1e-15)


def test_exact_p_counts_ties():
    """Many permutations of two labels are the same; each counts, however it is summed."""
    labels = np.array(["a", "a", "a", "b", "b", "b"])
    near, far = label_distance(labels), label_distance(labels[::-1])
    assert mantel(0.3 * near, 0.7 * far, ALL, 0).p == pytest.approx(2 * 36 / 720)
    z = {"z": label_distance(np.array([0, 1, 2, 0, 1, 2]))}
    assert partial_mantel(0.3 * near, 0.7 * far, z, ALL, 0).p == pytest.approx(2 * 36 / 720)


def test_partial_mantel_matches_loops():
    (y, x, z, w), *_ = world(11)
    found = partial_mantel(y, x, {"z": z, "w": w}, 19, 0)
    assert found.value == pytest.approx(naive.partial_mantel_r(y, x, [z, w]), rel=1e-10)
    low, high = naive.jackknife_interval(
        lambda k: naive.partial_mantel_r(take(y, k), take(x, k), [take(z, k), take(w, k)]),
        11,
        (-1, 1),
    )
    assert (found.low, found.high) == (pytest.approx(low), pytest.approx(high))


def test_partial_mantel_without_covariates_is_mantel():
    (y, x, *_), _, countries, _ = world(12)
    one, two = partial_mantel(y, x, {}, 99, 3, countries), mantel(y, x, 99, 3, countries)
    assert (one.value, one.p) == (pytest.approx(two.value), two.p)
    assert (one.low, one.high) == (pytest.approx(two.low), pytest.approx(two.high))


def test_mrqap_matches_loops():
    (y, *x), *_ = world(11)
    found = mrqap(y, dict(zip("abc", x, strict=True)), 19, 0)
    slopes, t, r2 = naive.regression(y, x)
    assert found.intercept == pytest.approx(slopes[0])
    assert [c.slope for c in found.coefficients.values()] == pytest.approx(slopes[1:])
    assert [c.t for c in found.coefficients.values()] == pytest.approx(t[1:])
    low, high = naive.jackknife_interval(
        lambda k: naive.regression(take(y, k), [take(m, k) for m in x])[2], 11, (0, 1)
    )
    assert found.r2.value == pytest.approx(r2)
    assert (found.r2.low, found.r2.high) == (pytest.approx(low), pytest.approx(high))
    for k, name in enumerate("abc"):
        others = [m for j, m in enumerate(x) if j != k]
        partial = found.coefficients[name].partial_r
        low, high = naive.jackknife_interval(
            lambda kept, k=k, others=others: naive.partial_mantel_r(
                take(y, kept), take(x[k], kept), [take(m, kept) for m in others]
            ),
            11,
            (-1, 1),
        )
        assert partial.value == pytest.approx(naive.partial_mantel_r(y, x[k], others))
        assert (partial.low, partial.high) == (pytest.approx(low), pytest.approx(high))
        pairs = np.triu_indices(11, 1)
        scale = x[k][pairs].std() / y[pairs].std()
        assert found.coefficients[name].beta == pytest.approx(slopes[1 + k] * scale)


def test_only_what_is_asked_for_is_tested():
    (y, *x), *_ = world(9)
    every = mrqap(y, dict(zip("abc", x, strict=True)), 99, 0)
    some = mrqap(y, dict(zip("abc", x, strict=True)), 99, 0, tested=["b"])
    assert some.coefficients["b"] == every.coefficients["b"]
    assert some.coefficients["a"].partial_r.p is None
    assert some.coefficients["a"].partial_r.low == every.coefficients["a"].partial_r.low


def test_permanova_beyond_covariates_matches_loops():
    (y, *_), labels, _, numbers = world(13)
    found = permanova(y, labels, 19, 0, covariates=numbers)
    r2, f = naive.permanova_beyond(y, labels, list(numbers.values()))
    assert (found.r2.value, found.pseudo_f) == (pytest.approx(r2), pytest.approx(f))
    low, high = naive.jackknife_interval(
        lambda k: naive.permanova_beyond(
            take(y, k), labels[k], [values[k] for values in numbers.values()]
        )[0],
        13,
        (0, 1),
    )
    assert (found.r2.low, found.r2.high) == (pytest.approx(low), pytest.approx(high))


@pytest.mark.parametrize("adjust", [False, True])
def test_permdisp_matches_loops(adjust):
    (y, *_), labels, *_ = world(13)
    found = permdisp(y, labels, 19, 0, adjust=adjust)
    z = naive.to_centroid(y, labels, adjust)
    eta2, f = naive.one_way(z, labels)
    assert (found.eta2.value, found.f) == (pytest.approx(eta2), pytest.approx(f))
    low, high = naive.jackknife_interval(
        lambda k: naive.one_way(naive.to_centroid(take(y, k), labels[k], adjust), labels[k])[0],
        13,
        (0, 1),
    )
    assert (found.eta2.low, found.eta2.high) == (pytest.approx(low), pytest.approx(high))
    assert found.dispersion == {
        g: pytest.approx(np.mean(z[labels == g])) for g in sorted(set(labels))
    }


def test_equal_to_scikit_bio():
    rng = np.random.default_rng(8)
    points = rng.normal(size=(30, 4))
    distance = np.linalg.norm(points[:, None] - points, axis=2)
    (other, *_), labels, *_ = world(30)
    theirs, near = DistanceMatrix(distance), {"rel": 1e-12}
    r, p, _ = skbio_mantel(DistanceMatrix(other), theirs, permutations=99, seed=1)
    found = mantel(distance, other, 99, 1)
    assert (found.value, found.p) == (pytest.approx(r, **near), p)
    anova = skbio_permanova(theirs, labels, permutations=99, seed=1)
    found = permanova(distance, labels, 99, 1)
    assert found.pseudo_f == pytest.approx(anova["test statistic"], **near)
    assert found.r2.p == anova["p-value"]
    scatter = skbio_permdisp(theirs, labels, test="centroid", permutations=0, dimensions=30)
    found = permdisp(distance, labels, 19, 1, adjust=False)
    assert found.f == pytest.approx(scatter["test statistic"], **near)


def test_holm():
    assert holm([]) == []
    assert holm([0.01, None, 0.04, 0.03]) == [
        pytest.approx(0.03),
        None,
        pytest.approx(0.06),
        pytest.approx(0.06),
    ]
    assert holm([1, 0, None, 0.5]) == [1.0, 0.0, None, 1.0]
    p = np.random.default_rng(0).uniform(size=9) ** 3
    assert holm(p.tolist()) == pytest.approx(naive.holm(p.tolist()))


def test_holm_by_question():
    table = pd.DataFrame(
        {"asked": ["a", "b", "a", "a"], "p": [0.01, 0.03, np.nan, 0.04]}, index=[5, 3, 8, 1]
    )
    expected = pd.Series([0.02, 0.03, np.nan, 0.04], index=table.index)
    pd.testing.assert_series_equal(holm_by(table, "asked"), expected)
    pd.testing.assert_series_equal(holm_by(table.assign(same=1), ["same", "asked"]), expected)
    assert holm_by(table[:0], "asked").empty
