import numpy as np
import pytest
from grouped import groups

from firmsim.report.layout import (
    aligned,
    diameters,
    firm_map,
    landscape,
    perplexity,
    principal_coordinates,
)


def test_map_puts_groups_together(rng):
    scores, labels = groups(rng)
    positions = firm_map(scores)
    distance = np.linalg.norm(positions[:, None] - positions[None], axis=2)
    np.fill_diagonal(distance, np.inf)
    assert (labels[distance.argmin(axis=1)] == labels).all()
    np.testing.assert_array_equal(positions, firm_map(scores))


@pytest.mark.parametrize("count", [3, 4, 5])
def test_map_of_few_firms(rng, count):
    positions = firm_map(np.corrcoef(rng.normal(size=(count, 20))))
    assert np.isfinite(positions).all()
    assert perplexity(count) < count


def test_principal_coordinates_recover_a_plane(rng):
    plane = rng.normal(size=(8, 2)) * [3, 1]
    plane -= plane.mean(axis=0)
    found = principal_coordinates(plane @ plane.T)
    found *= landscape(plane)[:, 0].std()

    def ref_distances(x):
        return np.linalg.norm(x[:, None] - x[None], axis=2)

    np.testing.assert_allclose(ref_distances(found), ref_distances(plane), atol=1e-9)


def test_alignment_undoes_a_turn(rng):
    positions = rng.normal(size=(10, 2))
    turned = positions @ np.array([[0.6, -0.8], [0.8, 0.6]]) * [1, -1]
    np.testing.assert_allclose(aligned(turned, positions), positions, atol=1e-12)


def test_landscape_is_widest_first(rng):
    positions = rng.normal(size=(50, 2)) * [1, 4]
    turned = landscape(positions)
    assert turned[:, 0].std() > 3 * turned[:, 1].std()
    np.testing.assert_allclose((turned**2).sum(axis=1), (positions**2).sum(axis=1))


def test_diameters_grow_with_size():
    found = diameters(np.array([1.0, 4.0, 16.0, np.nan]))
    np.testing.assert_allclose(found, [7 + 27 / 4, 7 + 27 / 2, 34, 7])


def test_without_any_size_marks_are_medium_and_alike():
    assert set(diameters(np.full(12, np.nan))) == {16.0}
    assert 10 < diameters(np.full(3000, np.nan)).max() < 16
