"""Contexts and their factorisation, against loops over days and firms."""

import numpy as np
import pytest

from firmsim.similarity.cooccurrence import context_counts, cooccurrence


def panel(n_days=40, n_firms=12, missing=0.0, seed=0):
    rng = np.random.default_rng(seed)
    growth = rng.normal(size=(n_days, n_firms))
    growth[rng.random(growth.shape) < missing] = np.nan
    return growth


def ref_counts(growth):
    n = growth.shape[1]
    counts = np.zeros((n, n))
    for day in growth:
        observed = [i for i in range(n) if not np.isnan(day[i])]
        low, high = np.quantile(day[observed], [0.25, 0.75])
        for i in observed:
            if low <= day[i] <= high:
                continue
            others = sorted((j for j in observed if j != i), key=lambda j: abs(day[j] - day[i]))
            for j in others[:3]:
                counts[i, j] += 1
    return counts


@pytest.mark.parametrize("missing", [0.0, 0.5])
@pytest.mark.parametrize("n_firms", [3, 4, 12])
def test_counts_match_loops(n_firms, missing):
    growth = panel(n_firms=n_firms, missing=missing)
    growth[np.isnan(growth).all(axis=1), 0] = 0.1
    np.testing.assert_array_equal(context_counts(growth), ref_counts(growth))


def test_days_with_less_than_two_firms_say_nothing():
    growth = np.array([[1.0, np.nan, np.nan], [np.nan] * 3])
    np.testing.assert_array_equal(context_counts(growth), np.zeros((3, 3)))


@pytest.mark.parametrize(("n_days", "n"), [(60, 30), (22, 90)])
def test_scores_match_a_plain_factorisation(n_days, n):
    growth = panel(n_days=n_days, n_firms=n)
    counts = ref_counts(growth) + ref_counts(growth).T
    information = np.zeros((n, n))
    for i in range(n):
        for j in range(n):
            if counts[i, j]:
                ratio = counts[i, j] * counts.sum() / (counts[i].sum() * counts[j].sum())
                information[i, j] = max(0.0, np.log(ratio))
    values, vectors = np.linalg.eigh(information)
    assert n == 30 or (values > 1e-6).sum() > 30  # more than the embedding holds
    order = np.argsort(values)[::-1][:20]
    rows = vectors[:, order] * np.sqrt(np.maximum(values[order], 0))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    np.testing.assert_allclose(cooccurrence(growth), rows @ rows.T, atol=1e-10)


def test_two_groups_are_told_apart():
    rng = np.random.default_rng(1)
    of = np.arange(60) % 2
    growth = 2 * rng.normal(size=(300, 2))[:, of] + rng.normal(size=(300, 60))
    found = cooccurrence(growth)
    same = np.equal.outer(of, of)
    off = ~np.eye(60, dtype=bool)
    within, across = found[same & off], found[~same]
    assert (within[:, None] > across[None, :]).mean() > 0.95


def test_firms_about_which_nothing_is_known_stay_missing_and_change_nothing():
    growth = panel(n_days=80)
    odd = np.column_stack([np.full(80, 0.5), growth, np.full(80, np.nan)])
    found = cooccurrence(odd)
    assert np.isnan(found[[0, -1]]).all()
    np.testing.assert_array_equal(found[1:-1, 1:-1], cooccurrence(growth))
    assert np.isnan(cooccurrence(np.full((30, 4), np.nan))).all()


def test_a_firm_that_is_never_near_an_extreme_one_scores_zero(rng):
    # four firms far below, four far above; those in the outer quartiles have three in their own
    level = np.repeat([-10.0, 10.0], 4) + rng.normal(size=(60, 8))
    growth = np.column_stack([level, 0.1 * rng.normal(size=60)])
    found = cooccurrence(growth)
    assert not context_counts(growth)[8].any()
    assert not context_counts(growth)[:, 8].any()
    assert (found[8] == 0).all()
    assert (found[:4, :4] > 0.9).all()
    assert (abs(found[:4, 4:8]) < 0.1).all()
