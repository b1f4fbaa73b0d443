"""Random scores: uniform, one draw per pair, decided by the seed."""

import numpy as np

from firmsim.similarity.random_scores import random_scores


def test_every_pair_has_a_score_of_its_own_between_minus_one_and_one():
    found = random_scores(np.empty((3, 80)), seed=4)
    np.testing.assert_array_equal(found, found.T)
    np.testing.assert_array_equal(np.diag(found), 0)
    pairs = found[np.triu_indices(80, 1)]
    assert len(np.unique(pairs)) == len(pairs) == 80 * 79 / 2
    assert -1 < pairs.min() < -0.99
    assert 0.99 < pairs.max() < 1
    assert abs(pairs.mean()) < 4 * np.sqrt(1 / 3 / len(pairs))


def test_the_seed_decides():
    growth = np.empty((3, 5))
    np.testing.assert_array_equal(random_scores(growth, 1), random_scores(growth, 1))
    assert (random_scores(growth, 1) != random_scores(growth, 2))[np.triu_indices(5, 1)].all()
