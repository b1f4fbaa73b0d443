import base64

import numpy as np
import pandas as pd
import pytest

from firmsim.report.arrays import packed, packed_positions, packed_scores
from firmsim.report.figures import curve_data, matrix_data, peer_data
from firmsim.report.layout import (
    aligned,
    diameters,
    firm_map,
    landscape,
    perplexity,
    principal_coordinates,
)
from firmsim.report.ordering import block_means, block_size, dendrogram
from firmsim.report.palette import MARKS, UNKNOWN, sector_marks


def unpacked(text, dtype):
    return np.frombuffer(base64.b64decode(text), dtype=np.dtype(dtype).newbyteorder("<"))


def groups(rng, sizes=(12, 9, 15)):
    """Scores of firms in well separated groups, shuffled, with their labels."""
    labels = rng.permutation(np.repeat(np.arange(len(sizes)), sizes))
    centres = rng.normal(size=(len(sizes), 40))
    return np.corrcoef(centres[labels] + 0.4 * rng.normal(size=(len(labels), 40))), labels


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


def test_unknown_sector_is_drawn_filled():
    mark = sector_marks([""])[UNKNOWN]
    assert "open" not in mark.symbol
    assert mark not in MARKS.values()


def test_dendrogram_keeps_groups_together(rng):
    scores, labels = groups(rng)
    ordered = labels[dendrogram(scores).leaves]
    assert (np.diff(ordered) != 0).sum() == 2


def test_dendrogram_heights_are_mean_distances(rng):
    scores, _ = groups(rng, sizes=(4, 3))
    tree = dendrogram(scores)
    members = {firm: [firm] for firm in range(7)}
    for step, (a, b) in enumerate(tree.merges):
        ref_height = np.mean([1 - scores[i, j] for i in members[a] for j in members[b]])
        assert tree.heights[step] == pytest.approx(ref_height)
        members[7 + step] = members[a] + members[b]


@pytest.mark.parametrize("block", [1, 2, 3])
def test_blocks_are_means(rng, block):
    scores, _ = groups(rng, sizes=(4, 3))
    leaves = rng.permutation(7)
    comp = block_means(scores, leaves, block)
    for row in range(len(comp)):
        for column in range(len(comp)):
            rows = leaves[row * block : (row + 1) * block]
            columns = leaves[column * block : (column + 1) * block]
            ref = np.mean([scores[i, j] for i in rows for j in columns])
            assert comp[row, column] == pytest.approx(ref)


def test_large_universes_share_rows():
    assert [block_size(n) for n in (5, 600, 601, 3000)] == [1, 1, 2, 5]


def test_matrix_data_has_room_for_colours():
    data = matrix_data(np.eye(3))
    assert data["low"] < data["high"]
    assert len(unpacked(data["cells"], "u1")) == 6
    assert len(unpacked(data["merges"], "u2")) == 4


def test_peers_stand_in_the_order_of_the_firms():
    pairs = [("B", "A", 0.9), ("B", "C", -0.25), ("A", "B", 0.9)]
    pairs += [("A", "C", 0.1), ("C", "A", 0.1), ("C", "B", -0.25)]
    rows = [(one, 1 + at % 2, two, score) for at, (one, two, score) in enumerate(pairs)]
    rows.reverse()
    neighbours = pd.DataFrame(rows, columns=["firm", "rank", "neighbour", "score"])
    data = peer_data(neighbours, pd.Index(["A", "B", "C"]))
    assert unpacked(data["firms"], "u2").tolist() == [1, 2, 0, 2, 0, 1]
    assert unpacked(data["scores"], "i2").tolist() == [9000, 1000, 9000, -2500, 1000, -2500]


def test_curves_are_thinned_but_looks_are_kept():
    steps = np.arange(1, 1501)
    history = pd.DataFrame({"step": steps, "loss": steps / 1500, "validation_loss": np.nan})
    history.loc[[99, 199], "validation_loss"] = [0.5, 0.4]
    curve = curve_data({"name": "x", "seed": 0, "best_step": 200}, history)
    assert len(curve["step"]) <= 80
    assert curve["loss"][0] == pytest.approx(np.mean(steps[:19]) / 1500, rel=1e-4)
    assert curve["looked"] == [100, 200]
    assert curve["validation"] == [0.5, 0.4]


def test_sectors_keep_their_colour():
    few = sector_marks(["Energy", "", "Utilities"])
    many = sector_marks([*MARKS, "Space"])
    assert list(few) == ["Energy", "Utilities", UNKNOWN]
    assert few["Utilities"] == many["Utilities"]
    assert sector_marks(["Technology"])["Technology"] == MARKS["Information Technology"]


def test_eleven_sectors_have_eleven_marks():
    assert len(set(sector_marks(MARKS).values())) == 11
    others = sector_marks([f"sector {i}" for i in range(11)])
    assert len(set(others.values())) == 11
