"""Scores from chosen or changed eigenvalues, against plain decompositions and closed forms."""

import numpy as np
import pytest

from firmsim.similarity.correlation import masked_correlation
from firmsim.similarity.spectrum import cosine, group_modes, principal, shaped


def ref_rescaled(matrix):
    scale = np.sqrt(np.diag(matrix))
    return matrix / np.outer(scale, scale)


def correlation(n_firms=8, n_days=100, seed=0):
    return np.corrcoef(np.random.default_rng(seed).normal(size=(n_firms, n_days)))


def grouped(n_firms=40, n_days=400, seed=0, groups=2):
    """Growth rates with a market and groups, and which pairs are of the same group."""
    rng = np.random.default_rng(seed)
    of = np.arange(n_firms) % groups
    growth = 2 * rng.normal(size=(n_days, 1)) + rng.normal(size=(n_days, groups))[:, of]
    return growth + 2 * rng.normal(size=(n_days, n_firms)), np.equal.outer(of, of)


def test_cosine_with_a_row_of_zeros():
    found = cosine(np.array([[3.0, 4.0], [0.0, 0.0], [-6.0, -8.0]]))
    np.testing.assert_allclose(found, [[1, 0, -1], [0, 0, 0], [-1, 0, 1]])


@pytest.mark.parametrize(("first", "last"), [(1, 3), (2, 3), (2, 8), (1, 99), (8, 8)])
def test_principal_matches_a_plain_decomposition(first, last):
    matrix = correlation()
    values, vectors = np.linalg.eigh(matrix)
    order = np.argsort(values)[::-1][first - 1 : last]
    expected = ref_rescaled((vectors[:, order] * values[order]) @ vectors[:, order].T)
    np.testing.assert_allclose(principal(matrix, last, first), expected, atol=1e-10)


def test_no_component_left_is_no_score():
    np.testing.assert_array_equal(principal(correlation(3), 1, first=2), np.zeros((3, 3)))


@pytest.mark.parametrize("power", [0.5, 1.25, 3.0])
def test_shaped_matches_a_power_of_the_matrix(power):
    matrix = correlation()
    values, vectors = np.linalg.eigh(matrix)
    expected = ref_rescaled(vectors @ np.diag(values**power) @ vectors.T)
    np.testing.assert_allclose(shaped(matrix, power), expected, atol=1e-10)


def test_shaped_by_one_is_the_matrix_and_by_two_its_square():
    matrix = correlation()
    np.testing.assert_allclose(shaped(matrix, 1.0), matrix, atol=1e-10)
    np.testing.assert_allclose(shaped(matrix, 2.0), ref_rescaled(matrix @ matrix), atol=1e-10)


def test_negative_eigenvalues_become_zero():
    matrix = np.array([[1.0, 0.9, -0.9], [0.9, 1.0, 0.9], [-0.9, 0.9, 1.0]])
    values, vectors = np.linalg.eigh(matrix)
    assert values[0] < 0
    expected = ref_rescaled((vectors[:, 1:] * values[1:] ** 1.5) @ vectors[:, 1:].T)
    np.testing.assert_allclose(shaped(matrix, 1.5), expected, atol=1e-10)


def test_unknown_firms_stay_missing_and_change_nothing():
    matrix = np.full((9, 9), np.nan)
    known = np.delete(np.arange(9), 4)
    matrix[np.ix_(known, known)] = correlation()
    for function in (lambda values: shaped(values, 1.5), lambda values: principal(values, 3)):
        found = function(matrix)
        assert np.isnan(found[4]).all()
        np.testing.assert_array_equal(found[np.ix_(known, known)], function(correlation()))
    assert np.isnan(shaped(np.full((3, 3), np.nan), 1.5)).all()


def test_an_undefined_pair_counts_as_uncorrelated():
    matrix, zero = correlation(), correlation()
    matrix[0, 1] = matrix[1, 0] = np.nan
    zero[0, 1] = zero[1, 0] = 0.0
    np.testing.assert_array_equal(shaped(matrix, 1.25), shaped(zero, 1.25))


def test_group_modes_match_a_plain_sum_over_eigenvalues():
    growth, _ = grouped()
    matrix = np.corrcoef(growth.T)
    values, vectors = np.linalg.eigh(matrix)
    edge = (1 - values[-1] / 40) * (1 + np.sqrt(40 / 400)) ** 2
    kept = sum(
        value * np.outer(vector, vector)
        for value, vector in zip(values[:-1], vectors.T[:-1], strict=True)
        if value > edge
    )
    np.testing.assert_allclose(group_modes(growth), ref_rescaled(kept), atol=1e-10)


def test_group_modes_tell_two_groups_apart_where_the_correlation_hardly_does():
    growth, same = grouped()
    found = group_modes(growth)
    off = ~np.eye(40, dtype=bool)
    assert found[same & off].min() > 0.9
    assert found[~same].max() < -0.9
    plain = masked_correlation(growth)
    assert plain[same & off].min() < plain[~same].max()


@pytest.mark.parametrize(("n_days", "expected"), [(8, 0.0), (50, -1.0)])
def test_two_firms_are_above_the_edge_of_noise_only_on_many_days(n_days, expected):
    """Their second eigenvalue is 1 - r, the edge (1 - r) / 2 times (1 + sqrt(2 / n_days))^2."""
    growth = np.random.default_rng(0).normal(size=(n_days, 2))
    assert group_modes(growth + growth[:, :1])[0, 1] == pytest.approx(expected)


def test_days_of_group_modes_are_those_that_firms_have():
    growth, _ = grouped(n_days=400)
    padded = np.concatenate([np.full((600, 40), np.nan), growth])
    np.testing.assert_allclose(group_modes(padded), group_modes(growth), atol=1e-10)
