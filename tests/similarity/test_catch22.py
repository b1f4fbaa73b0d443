"""Similarity of Catch22 features, against a plain table of them."""

import numpy as np
import pandas as pd
import pycatch22

from firmsim.similarity.catch22 import catch22


def panel(rng, n_firms=8, n_days=500):
    """Half the firms forget at once, half do not (and all move alone)."""
    noise = rng.normal(size=(n_days, n_firms))
    growth = noise.copy()
    for day in range(1, n_days):
        growth[day, n_firms // 2 :] += 0.7 * growth[day - 1, n_firms // 2 :]
    return growth


def test_scores_match_a_plain_table_of_features(rng):
    growth = panel(rng)
    growth[rng.random(growth.shape) < 0.1] = np.nan
    rows = {}
    for firm, column in pd.DataFrame(growth).items():
        own = column.dropna()
        rows[firm] = pycatch22.catch22_all(((own - own.mean()) / own.std(ddof=0)).tolist())[
            "values"
        ]
    table = pd.DataFrame(rows).T
    table = (table - table.mean()) / table.std(ddof=0)
    table = table.dropna(axis=1)
    norm = np.linalg.norm(table, axis=1)
    expected = table @ table.T / np.outer(norm, norm)
    np.testing.assert_allclose(catch22(growth), expected, atol=1e-9)


def test_firms_that_move_in_the_same_way_are_found(rng):
    found = catch22(panel(rng))
    of = np.arange(8) // 4
    same = np.equal.outer(of, of)
    within, across = found[same & ~np.eye(8, dtype=bool)], found[~same]
    assert (within[:, None] > across[None, :]).mean() > 0.95


def test_scale_and_level_of_a_firm_do_not_matter(rng):
    growth = panel(rng)
    np.testing.assert_allclose(catch22(growth), catch22(4 * growth + 1), atol=1e-6)


def test_unknown_firms_stay_missing_and_change_nothing(rng):
    growth = panel(rng)
    odd = np.column_stack([np.full(500, 0.5), growth, np.full(500, np.nan)])
    found = catch22(odd)
    assert np.isnan(found[[0, -1]]).all()
    np.testing.assert_array_equal(found[1:-1, 1:-1], catch22(growth))
    assert np.isnan(catch22(np.full((30, 3), np.nan))).all()
