import numpy as np
import pytest
from packed import unpacked

from firmsim.report.arrays import packed, packed_positions, packed_scores


def test_packing_round_trip():
    values = np.array([[0, 1], [300, 65_535]])
    np.testing.assert_array_equal(unpacked(packed(values, "u2"), "u2"), values.ravel())


@pytest.mark.parametrize(("values", "dtype"), [([256], "u1"), ([-1], "u2"), ([40_000], "i2")])
def test_packing_refuses_what_does_not_fit(values, dtype):
    with pytest.raises(ValueError, match="do not fit"):
        packed(values, dtype)


def test_scores_are_packed_to_half_a_step(rng):
    scores = np.corrcoef(rng.normal(size=(6, 9)))
    stored = (unpacked(packed_scores(scores), "u1").astype(float) - 127) / 127
    np.testing.assert_allclose(stored, scores[np.triu_indices(6)], atol=0.5 / 127 + 1e-12)


def test_positions_keep_their_shape(rng):
    positions = rng.normal(size=(9, 2)) * [5, 1]
    stored = unpacked(packed_positions(positions), "u2").reshape(9, 2).astype(float)
    ratio = np.ptp(stored, axis=0) / np.ptp(positions, axis=0)
    assert ratio[0] == pytest.approx(ratio[1], rel=1e-3)
    assert np.ptp(stored[:, 0]) == 65_535
