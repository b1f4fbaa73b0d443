import numpy as np
import pytest

from firmsim.evaluation.inference import crossed_bootstrap


def slow(values, draws, seed):
    """The same draws, unit by unit."""
    rng = np.random.default_rng(seed)
    counts = [rng.multinomial(size, np.full(size, 1 / size), draws) for size in values.shape]
    means = []
    for draw in range(draws):
        picked = values
        for axis, count in enumerate(counts):
            picked = np.repeat(picked, count[draw], axis=axis)
        means.append(picked.mean())
    return np.quantile(means, [0.025, 0.975])


@pytest.mark.parametrize("shape", [(4, 3, 10), (1, 5, 20), (3, 1, 7)])
def test_matches_units_drawn_one_by_one(shape):
    values = np.random.default_rng(1).normal(size=shape)
    np.testing.assert_allclose(crossed_bootstrap(values, 150, 0), slow(values, 150, 0))


def test_one_window_and_seed_is_the_bootstrap_of_a_mean():
    values = np.random.default_rng(2).normal(size=(1, 1, 400))
    low, high = crossed_bootstrap(values, 4000, 0)
    assert (high - low) / 2 == pytest.approx(1.96 * values.std() / 20, rel=0.05)


def test_holds_the_mean_of_crossed_effects_at_least_as_often_as_it_says():
    rng = np.random.default_rng(3)
    held = []
    for trial in range(100):
        effects = rng.normal(size=(12, 1, 1)) + rng.normal(size=(1, 1, 60))
        low, high = crossed_bootstrap(effects + rng.normal(size=(12, 1, 60)), 200, trial)
        held.append(low <= 0 <= high)
    assert np.mean(held) >= 0.85  # over windows alone it would be far less


def test_constant_values_have_no_width():
    assert crossed_bootstrap(np.full((3, 2, 5), 0.25), 50, 0) == pytest.approx((0.25, 0.25))
