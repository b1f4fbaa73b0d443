"""Dynamic time warping within a band, against the plain recursion."""

import numpy as np
import pytest

from firmsim.similarity.correlation import masked_square_distance
from firmsim.similarity.dtw import warped_square_distance, warping


def ref_square_distance(x, y, band=5):
    n = len(x)
    cost = np.full((n + 1, n + 1), np.inf)
    cost[0, 0] = 0.0
    for s in range(1, n + 1):
        for t in range(max(1, s - band), min(n, s + band) + 1):
            step = min(cost[s - 1, t], cost[s, t - 1], cost[s - 1, t - 1])
            cost[s, t] = (x[s - 1] - y[t - 1]) ** 2 + step
    return cost[n, n] / n


@pytest.mark.parametrize("missing", [0.0, 0.2])
def test_distance_matches_the_plain_recursion(rng, missing):
    values = rng.normal(size=(60, 5))
    values[rng.random(values.shape) < missing] = np.nan
    found = warped_square_distance(values)
    for i in range(5):
        for j in range(5):
            x, y = values[~np.isnan(values[:, [i, j]]).any(axis=1)][:, [i, j]].T
            assert found[i, j] == pytest.approx(ref_square_distance(x, y), abs=1e-10)


def test_a_shift_within_the_band_costs_next_to_nothing_and_none_beyond_it(rng):
    walk = rng.normal(size=400)
    shifted = {
        shift: np.column_stack([walk[shift:], walk[: len(walk) - shift]]) for shift in (5, 8)
    }
    near, far = (warped_square_distance(values)[0, 1] for values in shifted.values())
    assert near < 0.1 < far
    assert near < 0.1 * masked_square_distance(shifted[5])[0, 1]


def test_warping_never_adds_distance(rng):
    values = rng.normal(size=(80, 6))
    plain = masked_square_distance(values)
    assert (warped_square_distance(values) <= plain + 1e-12).all()


def test_the_straight_path_is_found_where_it_is_the_best(rng):
    steep = 10.0 * np.arange(50)
    values = np.column_stack([steep, steep, steep + 0.3, steep + 0.1 * rng.normal(size=50)])
    expected = masked_square_distance(values)
    np.testing.assert_allclose(warped_square_distance(values), expected, atol=1e-8)


def test_firms_that_move_nearly_alike_keep_their_path(rng):
    one = rng.normal(size=(30, 1))
    values = np.hstack([one, one + 0.1 * rng.normal(size=(30, 20))])
    found = warped_square_distance(values)
    for i in range(21):
        for j in range(i):
            expected = ref_square_distance(values[:, i], values[:, j])
            assert found[i, j] == pytest.approx(expected, abs=1e-10)


def test_firms_of_a_group_that_leads_and_lags_are_found(rng):
    common = rng.normal(size=(303, 2))
    lags = [0, 1, 2, 3]
    values = np.column_stack(
        [common[3 - lag : 303 - lag, group] for group in (0, 1) for lag in lags]
    )
    found = warping(values + 0.5 * rng.normal(size=values.shape))
    of = np.arange(8) // 4
    same = np.equal.outer(of, of)
    within, across = found[same & ~np.eye(8, dtype=bool)], found[~same]
    assert (within[:, None] > across[None, :]).mean() > 0.95


def test_pairs_without_common_days_are_missing(rng):
    values = rng.normal(size=(100, 3))
    values[:50, 0] = np.nan
    values[50:, 1] = np.nan
    found = warping(values)
    assert np.isnan(found[0, 1])
    assert np.isfinite(found[2]).all()
