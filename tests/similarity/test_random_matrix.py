"""Group modes, against a plain sum over eigenvalues and closed forms."""

import numpy as np
import pytest

from firmsim.similarity.correlation import masked_correlation
from firmsim.similarity.random_matrix import group_modes


def ref_rescaled(matrix):
    scale = np.sqrt(np.diag(matrix))
    return matrix / np.outer(scale, scale)


def grouped(n_firms=40, n_days=400, seed=0, groups=2):
    """Growth rates with a market and groups, and which pairs are of the same group."""
    rng = np.random.default_rng(seed)
    of = np.arange(n_firms) % groups
    growth = 2 * rng.normal(size=(n_days, 1)) + rng.normal(size=(n_days, groups))[:, of]
    return growth + 2 * rng.normal(size=(n_days, n_firms)), np.equal.outer(of, of)


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


@pytest.mark.parametrize("absent", [0, 1])
@pytest.mark.parametrize(("n_days", "expected"), [(8, 0.0), (11, 0.0), (12, -1.0), (50, -1.0)])
def test_two_firms_are_above_the_edge_of_noise_only_on_many_days(n_days, expected, absent):
    """Their second eigenvalue is 1 - r, the edge (1 - r) / 2 times (1 + sqrt(2 / n_days))^2."""
    growth = np.random.default_rng(0).normal(size=(n_days, 2))
    panel = np.hstack([growth + growth[:, :1], np.full((n_days, absent), np.nan)])
    assert group_modes(panel)[0, 1] == pytest.approx(expected)


def test_days_of_group_modes_are_those_that_firms_have():
    growth, _ = grouped(n_days=400)
    padded = np.concatenate([np.full((600, 40), np.nan), growth])
    np.testing.assert_allclose(group_modes(padded), group_modes(growth), atol=1e-10)
