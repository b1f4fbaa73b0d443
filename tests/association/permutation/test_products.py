"""The permutation loop beside a plain one, over several blocks of pairs and of permutations."""

import numpy as np
import pytest

from firmsim.association.permutation.products import permuted_products


@pytest.mark.parametrize("moved", [1, 3])
@pytest.mark.parametrize("diagonal", [0, 1])
def test_blocks_add_up(moved, diagonal):
    n, n_orders = 70, 70  # more pairs and permutations than two blocks hold, and a rest
    rng = np.random.default_rng(0)
    matrices = rng.normal(size=(moved, n, n))
    pairs = np.triu_indices(n, diagonal)
    fixed = rng.normal(size=(2, pairs[0].size))
    orders = rng.permuted(np.tile(np.arange(n, dtype=np.int32), (n_orders, 1)), axis=1)
    ref = np.array(
        [[f @ m[np.ix_(order, order)][pairs] for m in matrices for f in fixed] for order in orders]
    )
    comp = permuted_products(matrices, fixed, pairs, orders)
    np.testing.assert_allclose(comp, ref.reshape(n_orders, moved, 2), rtol=0, atol=1e-10)
