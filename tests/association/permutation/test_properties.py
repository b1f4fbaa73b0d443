"""What must not matter does not, and the same seed gives the same draws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmsim.association.permutation import (
    mantel,
    mantel_within,
    mrqap,
    partial_mantel,
    permanova,
    permdisp,
)
from firmsim.association.permutation.orders import plan

PERMUTATIONS = 39


def symmetric(rng, n):
    noise = rng.gamma(2, size=(n, n))
    return np.triu(noise, 1) + np.triu(noise, 1).T


def world(n, seed):
    rng = np.random.default_rng(seed)
    points = rng.normal(size=(n, 20))
    distance = np.linalg.norm(points[:, None] - points, axis=2)
    return [distance, symmetric(rng, n), symmetric(rng, n)], np.arange(n) % 3, rng.normal(size=n)


def every(matrices, labels, number, strata=None, seed=0, permutations=PERMUTATIONS):
    """Statistic, interval and p of each test."""
    y, x, z = matrices
    run = (permutations, seed, strata)
    regression = mrqap(y, {"x": x, "z": z}, *run)
    return {
        "mantel": mantel(y, x, *run),
        "partial": partial_mantel(y, x, {"z": z}, *run),
        "mrqap x": regression.coefficients["x"].partial_r,
        "mrqap z": regression.coefficients["z"].partial_r,
        "permanova": permanova(y, labels, *run).r2,
        "permanova beyond": permanova(y, labels, *run, {"number": number}).r2,
        "permdisp": permdisp(y, labels, *run).eta2,
        "permdisp beyond": permdisp(y, labels, *run, {"number": number}).eta2,
    }


@given(n=st.integers(7, 14), seed=st.integers(0, 99), stratified=st.booleans())
def test_p_is_never_below_its_floor(n, seed, stratified):
    strata = np.arange(n) % 2 if stratified else None
    for found in every(*world(n, seed), strata).values():
        assert found.value is not None
        assert 1 / (PERMUTATIONS + 1) <= found.p <= 1


@given(n=st.integers(7, 14), seed=st.integers(0, 99))
def test_relabelled_firms_change_nothing_but_the_draws(n, seed):
    matrices, labels, number = world(n, seed)
    order = np.random.default_rng(seed).permutation(n)
    turned = [matrix[np.ix_(order, order)] for matrix in matrices]
    one = every(matrices, labels, number)
    two = every(turned, labels[order], number[order])
    for name, found in one.items():
        assert found.value == pytest.approx(two[name].value, abs=1e-9)
        assert (found.low is None) == (two[name].low is None)
        if found.low is not None:
            assert (found.low, found.high) == (
                pytest.approx(two[name].low, abs=1e-7),
                pytest.approx(two[name].high, abs=1e-7),
            )


def test_relabelled_firms_change_no_exact_p():
    matrices, labels, number = world(6, 0)
    strata, order = np.array([0, 0, 0, 1, 1, 1]), np.array([3, 0, 5, 1, 4, 2])
    turned = [matrix[np.ix_(order, order)] for matrix in matrices]
    for by in (None, strata):
        one = every(matrices, labels, number, by, permutations=720)
        two = every(turned, labels[order], number[order], None if by is None else by[order], 1, 720)
        assert {k: v.p for k, v in one.items()} == {k: v.p for k, v in two.items()}


@given(
    seed=st.integers(0, 99), scale=st.floats(0.01, 100), shift=st.floats(-5, 5), sign=st.booleans()
)
def test_affine_changes_change_nothing(seed, scale, shift, sign):
    (y, x, z), *_ = world(12, seed)
    moved = (1 if sign else -1) * scale * x + shift
    factor = 1 if sign else -1
    strata = np.arange(12) % 3
    for test in (
        lambda x: mantel(y, x, 39, seed),
        lambda x: mantel_within(y, x, strata, 39, seed),
        lambda x: partial_mantel(y, x, {"z": z}, 39, seed),
        lambda x: mrqap(y, {"x": x, "z": z}, 39, seed).coefficients["x"].partial_r,
    ):
        one, two = test(x), test(moved)
        assert two.value == pytest.approx(factor * one.value, abs=1e-9)
        assert two.p == one.p
    scaled = permanova(scale * y, strata, 39, seed)
    assert scaled.r2.value == pytest.approx(permanova(y, strata, 39, seed).r2.value)
    covariates = [{"c": scale * np.arange(12.0) + shift}, {"c": np.arange(12.0)}]
    one, two = (permdisp(scale * y, strata, 39, seed, covariates=c) for c in covariates)
    assert one.eta2.value == pytest.approx(two.eta2.value)


def test_seed_decides():
    matrices, labels, number = world(16, 0)
    assert every(matrices, labels, number, seed=1) == every(matrices, labels, number, seed=1)
    one, two = (every(matrices, labels, number, seed=s, permutations=199) for s in (1, 2))
    assert all(one[name].value == two[name].value for name in one)
    assert sum(one[name].p != two[name].p for name in one) > len(one) / 2


def test_the_diagonal_is_not_looked_at():
    (y, x, z), labels, number = world(10, 0)
    for matrix in (full := [y.copy(), x.copy(), z.copy()]):
        np.fill_diagonal(matrix, 7.0)
    assert every(full, labels, number) == every([y, x, z], labels, number)


def test_draws_stay_inside_their_strata():
    strata = np.array(["x", "y", "x", "z", "y", "x", "y", "x", "y"])
    drawn = plan(9, 50, 0, strata)
    assert not drawn.exact
    assert (strata[drawn.orders] == strata).all()
    assert (np.sort(drawn.orders, axis=1) == np.arange(9)).all()


@pytest.mark.parametrize("strata", [None, [0, 0, 1, 1, 1], [*range(200), 3, 4, 4]])
def test_all_permutations_are_there_once(strata):
    n = 5 if strata is None else len(strata)
    there_are = {None: 120, 5: 12, 203: 2 * 6}[None if strata is None else n]
    every_one = plan(n, there_are - 1, 0, strata)
    assert every_one.exact
    assert len({tuple(order) for order in every_one.orders}) == there_are - 1
    assert not (every_one.orders == np.arange(n)).all(axis=1).any()
    assert not plan(n, there_are - 2, 0, strata).exact


def test_strong_association_is_found_and_the_spurious_one_is_not():
    """A cause of scores is found with a covariate that it is confused with; the latter is not."""
    rng = np.random.default_rng(1)
    (noise, x, _), *_ = world(40, 0)
    confused = x + 0.5 * symmetric(rng, 40)
    found = mrqap(x + 0.5 * noise, {"x": x, "confused": confused}, 199, 0).coefficients
    assert mantel(x + 0.5 * noise, confused, 199, 0).p == 1 / 200
    assert found["x"].partial_r.p == 1 / 200
    assert found["confused"].partial_r.p > 0.05


def test_permdisp_tells_scatter_from_place():
    rng = np.random.default_rng(1)
    labels = np.repeat([0, 1, 2], 20)
    place, scatter = rng.normal(size=(60, 8)), rng.normal(size=(60, 8))
    place += 5 * labels[:, None]
    scatter *= (1 + labels)[:, None]
    apart, scattered = (np.linalg.norm(p[:, None] - p, axis=2) for p in (place, scatter))
    assert permanova(apart, labels, 199, 0).r2.p == 1 / 200
    assert permdisp(apart, labels, 199, 0).eta2.p > 0.05
    assert permdisp(scattered, labels, 199, 0).eta2.p == 1 / 200
