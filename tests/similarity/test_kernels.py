"""Kernels of growth rates, against loops over pairs and their common days."""

import numpy as np
import pytest

from firmsim.similarity.kernels import gaussian, polynomial


def panel(missing=0.2, seed=0):
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(90, 1)) + rng.normal(size=(90, 7))
    values[rng.random(values.shape) < missing] = np.nan
    return values


def ref_polynomial(values, degree, offset):
    n = values.shape[1]
    scores = np.empty((n, n))
    for i in range(n):
        for j in range(n):
            x, y = values[~np.isnan(values[:, [i, j]]).any(axis=1)][:, [i, j]].T

            def kernel(a, b):
                return (a @ b / len(a) + offset) ** degree

            scores[i, j] = kernel(x, y) / np.sqrt(kernel(x, x) * kernel(y, y))
    return scores


@pytest.mark.parametrize("missing", [0.0, 0.2])
@pytest.mark.parametrize(("degree", "offset"), [(1, 0.0), (3, 1.0), (2, 0.5)])
def test_polynomial_matches_loops(missing, degree, offset):
    values = panel(missing)
    expected = ref_polynomial(values, degree, offset)
    np.testing.assert_allclose(polynomial(values, degree, offset), expected, atol=1e-12)


def test_linear_is_the_cosine_and_keeps_its_sign():
    values = panel(0.0)[:, :2]
    both = np.concatenate([values, -values], axis=1)
    norm = np.linalg.norm(both, axis=0)
    expected = both.T @ both / np.outer(norm, norm)
    np.testing.assert_allclose(polynomial(both, 1, 0.0), expected, atol=1e-12)
    assert polynomial(both, 3, 1.0).min() >= -1


def test_cosines_of_proportional_firms_never_leave_the_range():
    values = panel(0.0)
    found = polynomial(np.hstack([values, 0.3 * values, -7 * values]), 1, 0.0)
    assert found.max() == 1
    assert found.min() == -1


def test_few_common_days_and_a_firm_that_never_moves_are_undefined():
    values = panel(0.0)
    values[:60, 0] = np.nan
    values[30:, 1] = np.nan  # no day with firm 0
    values[:, 2] = 0.0
    for degree, offset in ((1, 0.0), (3, 1.0)):
        found = polynomial(values, degree, offset)
        assert np.isnan(found[0, 1])
        assert np.isnan(found[2]).all()
        assert np.isfinite(np.delete(np.delete(found[3:], 2, axis=1), 0, axis=0)).all()


def test_gaussian_of_the_median_distance():
    distance = np.array([[0.0, 1.0, 2.0], [1.0, 0.0, 5.0], [2.0, 5.0, 0.0]])
    np.testing.assert_allclose(gaussian(distance), np.exp(-distance / 4))


def test_gaussian_of_no_distance_at_all():
    np.testing.assert_array_equal(gaussian(np.zeros((3, 3))), 1.0)
    assert np.isnan(gaussian(np.full((3, 3), np.nan))).all()
