import numpy as np
import pytest
from sklearn.metrics import roc_auc_score
from sklearn.neighbors import KNeighborsClassifier

import naive_association as naive
from firmsim.association import retrieval
from firmsim.association.auc import same_sector_auc

STATISTICS = {
    "auc": (same_sector_auc, naive.auc),
    "knn": (retrieval.knn_accuracy, naive.knn_accuracy),
    "precision": (retrieval.precision_at, naive.precision_at),
    "r-precision": (retrieval.r_precision, naive.r_precision),
}
SECTORS = {
    "even": [0, 1, 2] * 6,
    "uneven, one alone": [0] * 9 + [1] * 4 + [2] * 2 + [3],
    "few": [0, 0, 1, 1, 1, 2],
    "five": [0, 0, 1, 1, 2],
}


def symmetric(rng, n, digits=None):
    """Random scores; rounded to few digits they are full of ties."""
    scores = rng.uniform(-1, 1, size=(n, n))
    scores = np.triu(scores if digits is None else scores.round(digits), 1)
    return scores + scores.T + np.eye(n)


def informative(rng, labels, noise=0.5):
    same = np.equal.outer(labels, labels)
    return np.clip(
        0.5 * same + noise * symmetric(rng, len(labels)) * ~np.eye(len(labels), dtype=bool), -1, 1
    )


@pytest.mark.parametrize("measure", STATISTICS)
@pytest.mark.parametrize("sectors", SECTORS)
@pytest.mark.parametrize("digits", [None, 1])
def test_value_and_jackknife_match_loops(measure, sectors, digits):
    comp, ref = STATISTICS[measure]
    labels = np.array([f"sector {s}" for s in SECTORS[sectors]], dtype=object)
    for seed in range(3):
        rng = np.random.default_rng(seed)
        order = rng.permutation(len(labels))
        shuffled, scores = labels[order], symmetric(rng, len(labels), digits)
        estimate = comp(scores, shuffled)
        assert estimate.value == pytest.approx(ref(scores, shuffled), abs=1e-12)
        low, high = naive.jackknife_interval(
            lambda kept, s=scores, y=shuffled: ref(s[np.ix_(kept, kept)], y[kept]),
            len(labels),
            (0, 1),
            naive.with_a_peer(shuffled),
        )
        assert estimate.low == (low if low is None else pytest.approx(low, abs=1e-9))
        assert estimate.high == (high if high is None else pytest.approx(high, abs=1e-9))


@pytest.mark.parametrize("measure", ["knn", "precision", "r-precision"])
@pytest.mark.parametrize("sectors", SECTORS)
@pytest.mark.parametrize("digits", [None, 1])
def test_without_an_interval_the_values_are_the_same(measure, sectors, digits, rng):
    comp, labels = STATISTICS[measure][0], np.array(SECTORS[sectors])
    scores = symmetric(rng, len(labels), digits)
    full = comp(scores, labels)
    order = retrieval.others_by_score(scores)
    for bare in (
        comp(scores, labels, order=order, interval=False),
        comp(scores, labels, order=order),
    ):
        assert bare.value == full.value
        np.testing.assert_array_equal(bare.own, full.own)
    assert comp(scores, labels, interval=False).without is None


def test_auc_is_sklearns():
    rng = np.random.default_rng(1)
    labels = rng.integers(0, 5, 60)
    scores = symmetric(rng, 60, digits=2)
    upper = np.triu_indices(60, 1)
    expected = roc_auc_score(np.equal.outer(labels, labels)[upper], scores[upper])
    assert same_sector_auc(scores, labels).value == pytest.approx(expected, abs=1e-12)


def test_knn_is_sklearns_on_distances_without_ties():
    rng = np.random.default_rng(2)
    labels = np.repeat([0, 1], 20)
    scores = informative(rng, labels)
    right = []
    for firm in range(40):
        rest = np.delete(np.arange(40), firm)
        model = KNeighborsClassifier(5, metric="precomputed")
        model.fit(1 - scores[np.ix_(rest, rest)], labels[rest])
        right.append(model.predict(1 - scores[[firm]][:, rest])[0] == labels[firm])
    assert retrieval.knn_accuracy(scores, labels).value == pytest.approx(np.mean(right))


@pytest.mark.parametrize("measure", STATISTICS)
def test_perfect_scores_reach_one_of_unknown_spread(measure):
    labels = np.repeat([0, 1], 20)
    scores = np.equal.outer(labels, labels).astype(float)
    estimate = STATISTICS[measure][0](scores, labels)
    assert (estimate.value, estimate.low, estimate.high) == (1.0, None, None)


@pytest.mark.parametrize("measure", STATISTICS)
def test_nearly_perfect_scores_have_an_interval(measure):
    labels = np.repeat([0, 1], 20)
    scores = np.equal.outer(labels, labels).astype(float)
    scores[0] = scores[:, 0] = np.r_[1.0, np.zeros(19), np.ones(20)]  # one firm looks misplaced
    estimate = STATISTICS[measure][0](scores, labels)
    assert 0.5 < estimate.low < estimate.value < 1
    assert estimate.high > estimate.value


@pytest.mark.parametrize("measure", STATISTICS)
def test_firms_alone_in_their_sector_do_not_make_an_interval(measure):
    """Twelve firms, but only four of them share a sector."""
    labels = np.r_[0, 0, 1, 1, np.arange(2, 10)]
    for seed in range(5):
        scores = informative(np.random.default_rng(seed), labels)
        estimate = STATISTICS[measure][0](scores, labels)
        assert (estimate.low, estimate.high) == (None, None)


@pytest.mark.parametrize("measure", STATISTICS)
@pytest.mark.parametrize(
    ("labels", "reason"),
    [
        ([0, 0, 0, 0], "all 4 firms with a sector are in the same one"),
        ([0, 1, 2, 3], "no two of the 4 firms share a sector"),
        ([0, 0], "needs 3 firms with a sector; there are 2"),
        ([], "needs 3 firms with a sector; there are 0"),
    ],
)
def test_impossible_says_why(measure, labels, reason):
    scores = symmetric(np.random.default_rng(0), len(labels))
    estimate = STATISTICS[measure][0](scores, np.array(labels))
    assert estimate.reason == reason
    assert (estimate.value, estimate.low, estimate.high) == (None, None, None)


@pytest.mark.parametrize("measure", STATISTICS)
def test_three_firms_have_a_value_but_no_interval(measure):
    scores = symmetric(np.random.default_rng(0), 3)
    estimate = STATISTICS[measure][0](scores, np.array([0, 0, 1]))
    assert estimate.value is not None
    assert estimate.low is None


def test_votes_tie_by_summed_score():
    scores = np.eye(5)
    for (i, j), value in {(0, 1): 0.9, (0, 2): 0.3, (0, 3): 0.5, (0, 4): 0.6}.items():
        scores[i, j] = scores[j, i] = value
    # Firm 0 hears two votes for A (0.9 + 0.3) and two for B (0.5 + 0.6).
    a_wins = retrieval._vote(np.array([[0, 0, 1, 1]]), scores[[0], 1:])
    assert a_wins[0] == 0
    b_wins = retrieval._vote(np.array([[0, 1, 0, 1]]), scores[[0], 1:] * [1, 1, 0, 1])
    assert b_wins[0] == 0
    assert retrieval._vote(np.array([[0, 0, 1, 1]]), np.array([[0.2, 0.3, 0.5, 0.6]]))[0] == 1


def test_interval_covers_the_truth():
    """Firms drawn from one population: the 95 % interval holds the population's AUC."""

    def drawn(rng, n):
        labels = rng.integers(0, 3, n)
        points = rng.normal(size=(n, 3)) + 1.2 * np.eye(3)[labels]
        unit = points / np.linalg.norm(points, axis=1, keepdims=True)
        return unit @ unit.T, labels

    truth = same_sector_auc(*drawn(np.random.default_rng(99), 2000)).value
    covered = 0
    for seed in range(200):
        estimate = same_sector_auc(*drawn(np.random.default_rng(seed), 40))
        covered += estimate.low <= truth <= estimate.high
    assert 0.88 <= covered / 200 <= 0.99
