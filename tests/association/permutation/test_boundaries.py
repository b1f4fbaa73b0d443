"""Smallest inputs, degenerate parts and other units: what mutants changed unseen."""

import itertools

import numpy as np
import pytest

import naive_association as naive
from firmsim.association.permutation import (
    mantel,
    mantel_within,
    mrqap,
    partial_mantel,
    permanova,
    permdisp,
)
from firmsim.association.permutation.moments import (
    explained,
    inverses_without_each,
    partial_correlation,
)


def symmetric(n, count, seed=0):
    noise = np.random.default_rng(seed).gamma(2, size=(count, n, n))
    return list(np.triu(noise, 1) + np.triu(noise, 1).transpose(0, 2, 1))


def test_mantel_of_three_firms_by_hand():
    distance, other = symmetric(3, 2)
    pairs = np.triu_indices(3, 1)
    found = mantel(distance, other, 100, 0)
    assert found.value == pytest.approx(np.corrcoef(distance[pairs], other[pairs])[0, 1])
    orders = list(itertools.permutations(range(3)))
    r = [np.corrcoef(distance[pairs], other[np.ix_(o, o)][pairs])[0, 1] for o in orders]
    assert found.p == pytest.approx(np.mean(np.abs(r) >= abs(found.value) - 1e-12))
    assert "there are 2" in mantel(distance[:2, :2], other[:2, :2], 9, 0).reason


def test_permanova_of_three_firms_by_hand():
    distance = np.array([[0.0, 1, 2], [1, 0, 2], [2, 2, 0]])
    found = permanova(distance, np.array(["a", "a", "b"]), 5, 0)
    assert found.r2.value == pytest.approx(1 - (1 / 2) / ((1 + 4 + 4) / 3))
    assert found.pseudo_f == pytest.approx((9 / 3 - 1 / 2) / (1 / 2))
    assert found.r2.low is None
    two = permanova(distance[:2, :2], np.array(["a", "b"]), 5, 0)
    assert (two.r2.value, two.pseudo_f) == (None, None)
    assert "2 firms are in 2" in two.r2.reason


def test_an_interval_of_permanova_needs_five_firms_with_another_of_their_sector():
    place = np.array([0.0, 0.5, 0.9, 1.5, 1.8, 10, 20, 30, 40])
    for labels, enough in ([0, 0, 0, 0, 1, 2, 3, 4, 5], False), ([0] * 5 + [1, 2, 3, 4], True):
        found = permanova(np.abs(place[:, None] - place), np.array(labels), 19, 0)
        assert 0.9 < found.r2.value < 1
        assert (found.r2.low is not None) is enough


def test_an_interval_within_sectors_needs_five_firms_in_sectors_of_three(rng):
    place, noise = np.arange(10.0) ** 1.5, rng.normal(size=10)
    distance = np.abs(place[:, None] - place)
    other = distance + np.abs(noise[:, None] - noise)
    for labels, enough in ([0] * 4 + [1, 1, 2, 2, 3, 3], False), ([0] * 5 + [1, 1, 2, 2, 3], True):
        found = mantel_within(distance, other, np.array(labels), 19, 0)
        assert 0.8 < found.value < 1
        assert np.ptp(found.without) > 0
        assert (found.low is not None) is enough


def test_as_many_covariates_as_leave_two_pairs_free():
    y, x, *others = symmetric(4, 6)  # 6 pairs, less the constant and three covariates
    covariates = dict(zip("abc", others, strict=False))
    found = partial_mantel(y, x, covariates, 23, 0)
    assert found.value == pytest.approx(naive.partial_mantel_r(y, x, covariates.values()))
    more = partial_mantel(y, x, covariates | {"d": others[3]}, 23, 0)
    assert more.reason == "4 firms have too few pairs for 4 covariates"


def test_as_many_predictors_as_leave_one_pair_free():
    y, *x = symmetric(4, 6)
    found = mrqap(y, dict(zip("abcd", x, strict=False)), 23, 0)
    slopes, t, r2 = naive.regression(y, x[:4])
    assert [c.slope for c in found.coefficients.values()] == pytest.approx(slopes[1:])
    assert [c.t for c in found.coefficients.values()] == pytest.approx(t[1:])
    assert found.r2.value == pytest.approx(r2)
    more = mrqap(y, dict(zip("abcde", x, strict=True)), 23, 0)
    assert more.r2.reason == "4 firms have too few pairs for 5 predictors"
    assert (more.intercept, more.coefficients) == (None, {})


def test_inverted_correlations_are_those_of_the_pairs_that_are_left():
    matrices = symmetric(8, 3)
    inverses = inverses_without_each(matrices)
    for firm in range(8):
        kept = np.delete(np.arange(8), firm)
        pairs = np.triu_indices(7, 1)
        table = [matrix[np.ix_(kept, kept)][pairs] for matrix in matrices]
        np.testing.assert_allclose(inverses[firm], np.linalg.inv(np.corrcoef(table)), rtol=1e-9)


@pytest.mark.parametrize("level", [0.0, 0.7, 123.4])
def test_a_matrix_that_is_constant_without_a_firm_has_no_correlation_then(level):
    x, other = symmetric(8, 2)
    constant = np.full((8, 8), level)
    constant[0], constant[:, 0] = x[0], x[:, 0]
    np.fill_diagonal(constant, 0.0)
    inverses = inverses_without_each([other, constant])
    assert np.isnan(inverses[0]).all()
    assert np.isfinite(inverses[1:]).all()
    for one, two in ((other, constant), (constant, other)):
        for found in (partial_mantel(one, two, {}, 19, 0), mantel(one, two, 19, 0)):
            assert np.isnan(found.without).tolist() == [True] + [False] * 7
            assert (found.low, found.high) == (None, None)


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_only_the_firm_without_which_a_matrix_is_degenerate_has_no_correlations(share):
    x, other = symmetric(8, 2)
    special = share * other
    special[0], special[:, 0] = x[0], x[:, 0]  # without firm 0 constant, or equal to the other
    inverses = inverses_without_each([x, other, special])
    assert np.isnan(inverses[0]).all()
    assert np.isfinite(inverses[1:]).all()
    assert np.isnan(partial_correlation(inverses, 0, 1)).tolist() == [True] + [False] * 7
    assert ((explained(inverses, 1)[1:] > 0) & (explained(inverses, 1)[1:] <= 1)).all()


@pytest.mark.parametrize("covariates", [None, {"beta": np.arange(12.0) ** 1.5}])
@pytest.mark.parametrize("unit", [1e-15, 1e15])
def test_the_unit_of_the_distance_changes_no_share_and_no_p(unit, covariates):
    (distance,) = symmetric(12, 1)
    labels = np.arange(12) % 3
    for test, share in (permanova, "r2"), (permdisp, "eta2"):
        one, other = (
            getattr(test(d, labels, 99, 0, covariates=covariates), share)
            for d in (distance, unit * distance)
        )
        assert (other.value, other.low, other.high) == pytest.approx((one.value, one.low, one.high))
        assert other.p == one.p


@pytest.mark.parametrize("unit", [1e-15, 1e15])
def test_the_unit_of_either_matrix_changes_no_correlation_and_no_p(unit):
    y, x, z = symmetric(12, 3)
    labels = np.arange(12) % 3

    def found(y, x, z):
        return [
            mantel(y, x, 99, 0),
            mantel_within(y, x, labels, 99, 0),
            partial_mantel(y, x, {"z": z}, 99, 0),
            mrqap(y, {"x": x, "z": z}, 99, 0).coefficients["x"].partial_r,
        ]

    for some in ((unit * y, x, z), (y, unit * x, z), (y, x, unit * z)):
        for one, other in zip(found(y, x, z), found(*some), strict=True):
            assert other.value == pytest.approx(one.value)
            assert (other.low, other.high) == pytest.approx((one.low, one.high))
            assert other.p == one.p


def test_without_several_sectors_there_is_no_dispersion():
    (distance,) = symmetric(6, 1)
    found = permdisp(distance, np.zeros(6), 19, 0)
    assert (found.eta2.value, found.f, found.dispersion) == (None, None, {})


def test_a_correlation_of_equal_matrices_is_one_and_never_above():
    for seed in range(30):
        (x,) = symmetric(9, 1, seed)
        for unit in (0.3, 7.7):
            found = mantel(x, unit * x, 1, 0)
            assert found.value == pytest.approx(1)
            assert max(found.value, *found.without) <= 1
            opposite = mantel(x, 9 - unit * x, 1, 0)
            assert opposite.value == pytest.approx(-1)
            assert min(opposite.value, *opposite.without) >= -1


@pytest.mark.parametrize("seed", range(3))
def test_what_is_left_without_a_firm_is_the_statistic_of_the_others(seed):
    y, x, z = symmetric(9, 3, seed)
    labels, beta = np.arange(9) % 2, np.arange(9.0) ** 1.5

    def found(kept):
        block = np.ix_(kept, kept)
        d, other, given = y[block], x[block], {"z": z[block]}
        covariates = {"beta": beta[kept]}
        regression = mrqap(d, {"x": other} | given, 1, 0)
        return [
            mantel(d, other, 1, 0),
            mantel_within(d, other, labels[kept], 1, 0),
            partial_mantel(d, other, given, 1, 0),
            regression.r2,
            regression.coefficients["z"].partial_r,
            permanova(d, labels[kept], 1, 0).r2,
            permanova(d, labels[kept], 1, 0, covariates=covariates).r2,
            permdisp(d, labels[kept], 1, 0).eta2,
            permdisp(d, labels[kept], 1, 0, covariates=covariates).eta2,
        ]

    for firm in range(9):
        alone = found(np.delete(np.arange(9), firm))
        for every, one in zip(found(np.arange(9)), alone, strict=True):
            assert every.without[firm] == pytest.approx(one.value)


@pytest.mark.parametrize(("sector", "missing"), [([0] * 5 + [1], 1), ([0] * 4 + [1, 1], 0)])
def test_permanova_without_the_only_firm_of_one_of_two_sectors_does_not_exist(sector, missing):
    (distance,) = symmetric(6, 1)
    found = permanova(distance, np.array(sector), 19, 0)
    assert np.isnan(found.r2.without).sum() == missing
    assert np.isnan(found.r2.without[5]) == bool(missing)


def test_without_one_of_three_firms_one_pair_is_left_and_nothing_correlates():
    assert np.isnan(inverses_without_each(symmetric(3, 2))).all()


@pytest.mark.parametrize("unit", [1e-15, 0.1, 1e15])
def test_equal_distances_are_equal_in_any_unit(unit):
    (other,) = symmetric(9, 1)
    equal = unit * (1 - np.eye(9))
    assert "equally far apart" in mantel(equal, other, 19, 0).reason
    assert "equally far apart" in mantel(other, equal, 19, 0).reason
    labels = np.arange(9) % 3
    apart = unit * np.where(labels[:, None] == labels, 1 - np.eye(9), 3)
    assert "equally far from its centroid" in permdisp(apart, labels, 19, 0).eta2.reason


def test_a_large_level_takes_no_digits_from_a_correlation():
    y, x = symmetric(9, 2)
    level = 1e6 * (1 - np.eye(9))
    one, other = mantel(y, x, 1, 0), mantel(y + level, x + level, 1, 0)
    assert other.value == pytest.approx(one.value, abs=1e-8)
    np.testing.assert_allclose(other.without, one.without, atol=1e-8)
