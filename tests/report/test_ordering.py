import numpy as np
import pytest
from grouped import groups

from firmsim.report.ordering import block_means, block_size, dendrogram


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
