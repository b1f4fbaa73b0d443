"""Scores from loadings: rows of zeros, and firms and pairs without a correlation."""

import numpy as np

from firmsim.similarity.principal_components import principal
from firmsim.similarity.rank_correlation import shaped
from firmsim.similarity.spectrum import cosine


def correlation(n_firms=8, n_days=100, seed=0):
    return np.corrcoef(np.random.default_rng(seed).normal(size=(n_firms, n_days)))


def test_cosine_with_a_row_of_zeros():
    found = cosine(np.array([[3.0, 4.0], [0.0, 0.0], [-6.0, -8.0]]))
    np.testing.assert_allclose(found, [[1, 0, -1], [0, 0, 0], [-1, 0, 1]])


def test_firms_without_correlation_stay_missing_and_change_nothing():
    matrix = np.full((9, 9), np.nan)
    defined = np.delete(np.arange(9), 4)
    matrix[np.ix_(defined, defined)] = correlation()
    for function in (lambda values: shaped(values, 1.5), lambda values: principal(values, 3)):
        found = function(matrix)
        assert np.isnan(found[4]).all()
        np.testing.assert_array_equal(found[np.ix_(defined, defined)], function(correlation()))
    assert np.isnan(shaped(np.full((3, 3), np.nan), 1.5)).all()


def test_an_undefined_pair_counts_as_uncorrelated():
    matrix, zero = correlation(), correlation()
    matrix[0, 1] = matrix[1, 0] = np.nan
    zero[0, 1] = zero[1, 0] = 0.0
    np.testing.assert_array_equal(shaped(matrix, 1.25), shaped(zero, 1.25))
