import numpy as np
import pandas as pd
import pytest

from firmsim.similarity.correlation import (
    masked_correlation,
    masked_products,
    masked_square_distance,
    scorable,
)


@pytest.mark.parametrize("missing", [0.0, 0.3, 0.8])
@pytest.mark.parametrize(("shift", "scale"), [(0, 1), (1e4, 1), (0, 1e-6), (-50, 1e3)])
def test_correlation_is_pandas(missing, shift, scale):
    rng = np.random.default_rng(0)
    values = shift + scale * (rng.normal(size=(200, 12)) + rng.normal(size=(200, 1)))
    values[rng.random(values.shape) < missing] = np.nan
    expected = pd.DataFrame(values).corr(min_periods=20)
    np.testing.assert_allclose(masked_correlation(values), expected, atol=1e-9)


def test_correlation_survives_an_outlier_on_other_days():
    """A column centred on its mean would lose its digits to one huge value."""
    rng = np.random.default_rng(1)
    values = rng.normal(size=(100, 2))
    values[0, 0], values[0, 1] = 1e9, np.nan
    expected = np.corrcoef(values[1:].T)[0, 1]
    assert masked_correlation(values)[0, 1] == pytest.approx(expected, abs=1e-9)


def test_constant_on_the_common_days_is_undefined():
    rng = np.random.default_rng(2)
    values = rng.normal(size=(100, 3))
    values[:50, 0] = 0.1
    values[50:, 1] = np.nan
    correlation = masked_correlation(values)
    assert np.isnan(correlation[0, 1])
    assert np.isnan(correlation[1, 0])
    assert not np.isnan(correlation[0, 2])


def test_too_few_common_days_are_undefined():
    rng = np.random.default_rng(3)
    values = rng.normal(size=(100, 3))
    values[20:, 0] = np.nan
    values[19:, 1] = np.nan
    undefined = np.isnan(masked_correlation(values))
    np.testing.assert_array_equal(undefined, [[0, 1, 0], [1, 1, 1], [0, 1, 0]])
    np.testing.assert_array_equal(undefined, np.isnan(masked_square_distance(values)))


def test_short_panels_need_half_their_days():
    rng = np.random.default_rng(4)
    values = rng.normal(size=(12, 3))
    values[6:, 0] = np.nan
    values[5:, 1] = np.nan
    undefined = np.isnan(masked_correlation(values))
    np.testing.assert_array_equal(undefined, [[0, 1, 0], [1, 1, 1], [0, 1, 0]])


def test_square_distance_is_a_mean_over_common_days():
    rng = np.random.default_rng(5)
    values = rng.normal(size=(90, 5))
    values[rng.random(values.shape) < 0.3] = np.nan
    expected = np.nanmean((values[:, :, None] - values[:, None, :]) ** 2, axis=0)
    np.testing.assert_allclose(masked_square_distance(values), expected, atol=1e-12)


@pytest.mark.parametrize("missing", [0.0, 0.3])
def test_weights_are_repeated_days(missing):
    rng = np.random.default_rng(6)
    values = rng.normal(size=(90, 5)) + rng.normal(size=(90, 1))
    values[rng.random(values.shape) < missing] = np.nan
    times = rng.integers(1, 5, size=90)
    expected = masked_correlation(np.repeat(values, times, axis=0))
    found = masked_correlation(values, times.astype(float))
    np.testing.assert_allclose(found, expected, atol=1e-12)
    np.testing.assert_array_equal(found, found.T)


def test_products_and_squares_are_means_over_common_days():
    rng = np.random.default_rng(7)
    values = rng.normal(size=(90, 4))
    values[rng.random(values.shape) < 0.3] = np.nan
    values[15:, 3] = np.nan
    products, squares = masked_products(values)
    assert np.isnan(products[3]).all()
    assert np.isnan(squares[:, 3]).all()
    for i in range(3):
        for j in range(3):
            x, y = values[~np.isnan(values[:, [i, j]]).any(axis=1)][:, [i, j]].T
            assert products[i, j] == pytest.approx((x * y).mean())
            assert squares[i, j] == pytest.approx((x * x).mean())


def test_scorable_is_the_diagonal_of_the_correlation():
    values = np.random.default_rng(8).normal(size=(60, 5))
    values[:, 1] = 0.5
    values[19:, 2] = np.nan
    values[20:, 3] = np.nan
    values[:, 4] = np.nan
    np.testing.assert_array_equal(scorable(values), [True, False, False, True, False])
    np.testing.assert_array_equal(scorable(values), ~np.isnan(np.diag(masked_correlation(values))))


def test_missing_columns_pass_in_silence(recwarn):
    assert np.isnan(masked_correlation(np.full((30, 3), np.nan))).all()
    assert not recwarn.list


@pytest.mark.parametrize("weighted", [False, True])
def test_correlations_of_proportional_columns_never_leave_the_range(weighted):
    rng = np.random.default_rng(2)
    values = rng.normal(size=(50, 40))
    weights = rng.uniform(0.1, 1, size=50) if weighted else None
    found = masked_correlation(np.hstack([values, 0.3 * values, 2 - 7 * values]), weights)
    assert found.max() == 1
    assert found.min() == -1


def test_each_column_keeps_its_digits_at_a_level_of_its_own():
    rng = np.random.default_rng(3)
    values = rng.normal(size=(60, 3))
    values[:, 1] += values[:, 0]
    found = masked_correlation(values + np.array([0.0, 1e7, -3e8]))
    np.testing.assert_allclose(found, np.corrcoef(values.T), atol=1e-6)
