"""Eigenvalues raised to a power, against powers of the matrix."""

import numpy as np
import pytest

from firmsim.similarity.rank_correlation import shaped


def ref_rescaled(matrix):
    scale = np.sqrt(np.diag(matrix))
    return matrix / np.outer(scale, scale)


def correlation(n_firms=8, n_days=100, seed=0):
    return np.corrcoef(np.random.default_rng(seed).normal(size=(n_firms, n_days)))


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
