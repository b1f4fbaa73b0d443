import itertools

import numpy as np
import pytest
from skbio import DistanceMatrix
from skbio.stats.distance import mantel as skbio_mantel
from skbio.stats.distance import permanova as skbio_permanova

import naive_association as naive
from firmsim.association.permutation import (
    label_distance,
    mantel,
    mantel_within,
    permanova,
    score_distance,
    size_distance,
)


def drawn_scores(rng, n, days=30):
    scores = np.corrcoef(rng.normal(size=(n, days)))
    return (scores + scores.T) / 2


def test_distances():
    scores = np.array([[1.0, 0.4], [0.4, 1.0]])
    np.testing.assert_allclose(score_distance(scores), [[0, 0.6], [0.6, 0]])
    np.testing.assert_array_equal(label_distance(np.array(["a", "b", "a"]))[0], [0, 1, 0])
    np.testing.assert_allclose(size_distance(np.array([1.0, np.e]))[0], [0, 1])


@pytest.mark.parametrize("labels", [[0, 1, 2] * 4, [0] * 7 + [1] * 3 + [2, 3], [0, 0, 1, 1, 2]])
def test_permanova_matches_loops_and_skbio(labels):
    labels = np.array([f"s{label}" for label in labels], dtype=object)
    distance = np.sqrt(2 * score_distance(drawn_scores(np.random.default_rng(0), len(labels))))
    found = permanova(distance, labels, permutations=99, seed=3)
    assert found.r2.value == pytest.approx(naive.permanova_r2(distance, labels))
    low, high = naive.jackknife_interval(
        lambda kept: naive.permanova_r2(distance[np.ix_(kept, kept)], labels[kept]),
        len(labels),
        (0, 1),
        naive.with_a_peer(labels),
    )
    assert found.r2.low == pytest.approx(low)
    assert found.r2.high == pytest.approx(high)
    theirs = skbio_permanova(DistanceMatrix(distance), labels, permutations=99, seed=3)
    assert found.pseudo_f == pytest.approx(theirs["test statistic"])
    assert found.r2.p == theirs["p-value"]


def test_permanova_sees_sectors():
    labels = np.repeat([0, 1, 2], 8)
    scores = np.where(np.equal.outer(labels, labels), 0.6, 0.1)
    np.fill_diagonal(scores, 1)
    found = permanova(np.sqrt(2 * score_distance(scores)), labels, permutations=199, seed=0)
    assert found.r2.p == 1 / 200
    assert found.r2.value > 0.4


def test_mantel_matches_loops_and_skbio():
    rng = np.random.default_rng(1)
    distance = score_distance(drawn_scores(rng, 14))
    other = size_distance(rng.lognormal(size=14))
    found = mantel(distance, other, permutations=99, seed=5)
    assert found.value == pytest.approx(naive.mantel_r(distance, other))
    low, high = naive.jackknife_interval(
        lambda kept: naive.mantel_r(distance[np.ix_(kept, kept)], other[np.ix_(kept, kept)]),
        14,
        (-1, 1),
    )
    assert (found.low, found.high) == (pytest.approx(low), pytest.approx(high))
    r, p, _ = skbio_mantel(DistanceMatrix(other), DistanceMatrix(distance), permutations=99, seed=5)
    assert (found.value, found.p) == (pytest.approx(r), p)


def test_alike_firms_give_positive_r():
    labels = np.repeat([0, 1, 2], 6)
    scores = np.where(np.equal.outer(labels, labels), 0.6, 0.1)
    np.fill_diagonal(scores, 1)
    assert mantel(score_distance(scores), label_distance(labels), 99, 0).value == pytest.approx(1)
    size = np.array([1.0, 10.0, 100.0])[labels]
    assert mantel(score_distance(scores), size_distance(size), 99, 0).value > 0.5


@pytest.mark.parametrize("seed", range(6))
def test_mantel_p_counts_ties(seed):
    """Few firms, few distinct permutations: p must not fall below that of all permutations."""
    labels = np.array([0, 0, 1, 1, 2, 2])
    distance, other = (
        score_distance(drawn_scores(np.random.default_rng(seed), 6)),
        label_distance(labels),
    )
    exact = naive.exact_p(
        lambda order: abs(naive.mantel_r(distance, other[np.ix_(order, order)])), 6
    )
    found = mantel(distance, other, permutations=4999, seed=seed).p
    assert found == pytest.approx(exact, abs=4 * np.sqrt(exact * (1 - exact) / 4999) + 1 / 5000)


@pytest.mark.parametrize("seed", range(3))
def test_permanova_p_counts_ties(seed):
    labels = np.array([0, 0, 0, 1, 1, 2])
    distance = np.sqrt(2 * score_distance(drawn_scores(np.random.default_rng(seed), 6)))
    exact = naive.exact_p(lambda order: naive.permanova_r2(distance, labels[list(order)]), 6)
    found = permanova(distance, labels, permutations=4999, seed=seed).r2.p
    assert found == pytest.approx(exact, abs=4 * np.sqrt(exact * (1 - exact) / 4999) + 1 / 5000)


@pytest.mark.parametrize("strata", [[0, 1, 2] * 5, [0] * 6 + [1] * 4 + [2] * 3 + [3, 4], [0] * 8])
def test_within_matches_loops(strata):
    rng = np.random.default_rng(2)
    strata = np.array(strata)
    n = len(strata)
    distance, other = score_distance(drawn_scores(rng, n)), size_distance(rng.lognormal(size=n))
    found = mantel_within(distance, other, strata, permutations=19, seed=0)
    assert found.value == pytest.approx(naive.mantel_within_r(distance, other, strata))
    low, high = naive.jackknife_interval(
        lambda kept: naive.mantel_within_r(
            distance[np.ix_(kept, kept)], other[np.ix_(kept, kept)], strata[kept]
        ),
        n,
        (-1, 1),
    )
    assert (found.low, found.high) == (pytest.approx(low), pytest.approx(high))


def test_within_has_no_interval_when_few_firms_share_a_sector():
    rng = np.random.default_rng(3)
    strata = np.array([0, 0, 0, 0, 1, 1, 2, 2, 3, 3])  # pairs drop out: four firms are left
    distance, other = score_distance(drawn_scores(rng, 10)), size_distance(rng.lognormal(size=10))
    found = mantel_within(distance, other, strata, permutations=19, seed=0)
    assert found.value is not None
    assert (found.low, found.high) == (None, None)


@pytest.mark.parametrize("seed", range(3))
def test_within_p_is_that_of_all_permutations_inside_strata(seed):
    rng = np.random.default_rng(seed)
    strata = np.array([0, 1, 0, 1, 0, 1, 1])
    size = np.array([1.0, 1.0, 1.0, 2.0, 3.0, 5.0, 5.0])  # equal sizes: tied permutations
    distance, other = score_distance(drawn_scores(rng, 7)), size_distance(size)
    exact = naive.exact_p(
        lambda order: abs(naive.mantel_within_r(distance, other[np.ix_(order, order)], strata)),
        7,
        allowed=lambda order: all(strata[i] == strata[j] for i, j in enumerate(order)),
    )
    found = mantel_within(distance, other, strata, permutations=4999, seed=seed).p
    assert found == pytest.approx(exact, abs=4 * np.sqrt(exact * (1 - exact) / 4999) + 1 / 5000)


def clustered_null(rng):
    """Scores and sizes that both cluster by sector, and are unrelated within it."""
    strata = np.repeat(np.arange(4), 6)
    centres = rng.normal(size=(4, 20))
    scores = np.corrcoef(1.5 * centres[strata] + rng.normal(size=(24, 20)))
    size = np.exp(2.0 * rng.normal(size=4)[strata] + rng.normal(size=24))
    return score_distance(scores), size_distance(size), strata


def test_within_rejects_true_nulls_at_its_level():
    p = np.array(
        [
            mantel_within(
                *clustered_null(np.random.default_rng(seed)), permutations=39, seed=seed
            ).p
            for seed in range(300)
        ]
    )
    # 5 % and 25 %, give or take three standard errors of 300 draws.
    assert 0.012 <= (p <= 0.05).mean() <= 0.088
    assert 0.175 <= (p <= 0.25).mean() <= 0.325


def test_free_permutation_is_fooled_by_clusters():
    """Why the test within sectors is there: the free one rejects most of the same nulls."""
    nulls = [clustered_null(np.random.default_rng(seed)) for seed in range(60)]
    rejected = [mantel(distance, other, 39, 0).p <= 0.05 for distance, other, _ in nulls]
    assert np.mean(rejected) > 0.3


def test_within_finds_a_real_effect():
    rng = np.random.default_rng(0)
    strata = np.repeat(np.arange(4), 10)
    log_size = rng.normal(size=40)
    distance = np.abs(np.subtract.outer(log_size, log_size)) / 10 + 0.2 * label_distance(strata)
    found = mantel_within(distance, size_distance(np.exp(log_size)), strata, 199, seed=1)
    assert found.value == pytest.approx(1)
    assert found.p == 1 / 200


def test_seed_decides():
    rng = np.random.default_rng(4)
    distance = score_distance(drawn_scores(rng, 20))
    labels, size = rng.integers(0, 3, 20), rng.lognormal(size=20)

    def run(seed):
        return (
            permanova(np.sqrt(distance), labels, 99, seed),
            mantel(distance, label_distance(labels), 99, seed),
            mantel_within(distance, size_distance(size), labels, 99, seed),
        )

    assert run(0) == run(0)
    p = {seed: tuple(getattr(e, "r2", e).p for e in run(seed)) for seed in (0, 1, 2)}
    for one, two in itertools.combinations(p.values(), 2):
        assert one != two


@pytest.mark.parametrize(
    ("labels", "reason"),
    [([0, 0, 0], "several sectors"), ([0, 1, 2], "several sectors"), ([0, 1], "several sectors")],
)
def test_permanova_impossible(labels, reason):
    distance = score_distance(drawn_scores(np.random.default_rng(0), len(labels)))
    found = permanova(distance, np.array(labels), 19, 0)
    assert reason in found.r2.reason
    assert found.pseudo_f is None


def test_permanova_of_identical_firms():
    labels = np.array([0, 0, 1, 1])
    found = permanova(label_distance(labels), labels, 19, 0)
    assert "no distance" in found.r2.reason


@pytest.mark.parametrize(
    ("distance", "reason"),
    [
        (1 - np.eye(5), "equally far apart"),
        (0.3 * (1 - np.eye(5)), "equally far apart"),
        (1 - np.eye(2), "needs 3 firms; there are 2"),
    ],
)
def test_mantel_impossible(distance, reason):
    other = size_distance(np.arange(1.0, len(distance) + 1))
    assert reason in mantel(distance, other, 19, 0).reason


@pytest.mark.parametrize(
    ("strata", "reason"),
    [
        ([0, 0, 1, 1, 2], "no sector has 3 firms"),
        ([0, 0, 0, 1, 1], "do not vary within any sector"),
    ],
)
def test_within_impossible(strata, reason):
    strata = np.array(strata)
    distance = label_distance(np.array([0, 1, 2, 3, 3]))
    assert reason in mantel_within(distance, size_distance(np.arange(1.0, 6)), strata, 19, 0).reason
