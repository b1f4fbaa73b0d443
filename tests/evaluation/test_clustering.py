import numpy as np
import pytest
from sklearn.cluster import AgglomerativeClustering
from sklearn.metrics import adjusted_mutual_info_score, adjusted_rand_score

from firmsim.evaluation.clustering import adjusted_mutual_information, adjusted_rand, cluster

AGREEMENTS = [
    (adjusted_rand, adjusted_rand_score),
    (adjusted_mutual_information, adjusted_mutual_info_score),
]


@pytest.fixture
def planted():
    """30 firms of 3 sectors with noisy scores."""
    rng = np.random.default_rng(0)
    labels = np.repeat(["A", "B", "C"], 10)
    rows = np.eye(3)[np.repeat([0, 1, 2], 10)] + 0.6 * rng.normal(size=(30, 3))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows @ rows.T, labels


@pytest.mark.parametrize(("measure", "reference"), AGREEMENTS)
def test_matches_sklearn(planted, measure, reference):
    scores, labels = planted
    clusters = AgglomerativeClustering(3, metric="precomputed", linkage="average")
    expected = reference(labels, clusters.fit_predict(1 - scores))
    found = measure(scores, labels)
    assert found.value == pytest.approx(expected)
    assert found.low < found.value < found.high


@pytest.mark.parametrize(("measure", "reference"), AGREEMENTS)
def test_leaves_each_firm_out_of_the_partitions(planted, measure, reference):
    scores, labels = planted
    clusters = cluster(scores, 3)
    found = measure(scores, labels).without
    for firm in range(30):
        rest = np.arange(30) != firm
        assert found[firm] == pytest.approx(reference(labels[rest], clusters[rest]))


@pytest.mark.parametrize(("measure", "_"), AGREEMENTS)
def test_perfect_separation_is_one(measure, _):
    labels = np.repeat(["A", "B"], 5)
    scores = np.where(labels[:, None] == labels, 0.9, -0.9)
    np.fill_diagonal(scores, 1.0)
    assert measure(scores, labels).value == pytest.approx(1)


def test_one_sector_has_no_value(planted):
    scores, _ = planted
    assert "in 1" in adjusted_rand(scores, np.repeat("A", 30)).reason
