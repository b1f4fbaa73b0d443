"""Loadings on principal components, against plain decompositions."""

import numpy as np
import pytest

from firmsim.similarity.principal_components import principal


def ref_rescaled(matrix):
    scale = np.sqrt(np.diag(matrix))
    return matrix / np.outer(scale, scale)


def correlation(n_firms=8, n_days=100, seed=0):
    return np.corrcoef(np.random.default_rng(seed).normal(size=(n_firms, n_days)))


@pytest.mark.parametrize(("first", "last"), [(1, 3), (2, 3), (2, 8), (1, 99), (8, 8)])
def test_principal_matches_a_plain_decomposition(first, last):
    matrix = correlation()
    values, vectors = np.linalg.eigh(matrix)
    order = np.argsort(values)[::-1][first - 1 : last]
    expected = ref_rescaled((vectors[:, order] * values[order]) @ vectors[:, order].T)
    np.testing.assert_allclose(principal(matrix, last, first), expected, atol=1e-10)


def test_no_component_left_is_no_score():
    np.testing.assert_array_equal(principal(correlation(3), 1, first=2), np.zeros((3, 3)))
