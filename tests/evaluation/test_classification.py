"""Weighted F1 of sectors told from scores."""

import numpy as np
import pytest
from imblearn.over_sampling import SMOTE
from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import SVC

from firmsim.evaluation.classification import sector_f1

SECTORS = np.repeat(["Energy", "Health", "Utilities", "Tiny"], [30, 20, 12, 4])


@pytest.fixture
def rows(rng):
    """Unit vectors, near each other within a sector."""

    def of(noise):
        codes = np.unique(SECTORS, return_inverse=True)[1]
        vectors = np.eye(4)[codes] @ rng.normal(size=(4, 6)) + noise * rng.normal(size=(66, 6))
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    return of


def test_scores_that_tell_the_sector_give_one(rows):
    clear = rows(0.01)
    found = sector_f1(clear @ clear.T, SECTORS)
    assert found.value == 1
    assert (found.without == 1).all()


def test_equals_the_protocol_spelt_out(rows):
    vectors = rows(0.8)
    scores = vectors @ vectors.T
    counted = SECTORS != "Tiny"
    features, truth = scores[counted], np.unique(SECTORS[counted], return_inverse=True)[1]
    told = np.empty_like(truth)
    for train, test in StratifiedKFold(5, shuffle=True, random_state=0).split(features, truth):
        more, labels = SMOTE(random_state=0).fit_resample(features[train], truth[train])
        told[test] = SVC(kernel="rbf").fit(more, labels).predict(features[test])
    found = sector_f1(scores, SECTORS)
    assert found.value == pytest.approx(f1_score(truth, told, average="weighted"))
    assert 0.3 < found.value < 1
    for position, firm in enumerate(np.flatnonzero(counted)):
        left = f1_score(np.delete(truth, position), np.delete(told, position), average="weighted")
        assert found.without[firm] == pytest.approx(left)
    assert (found.without[~counted] == found.value).all()


def test_random_scores_tell_little(rng):
    vectors = rng.normal(size=(66, 200))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    assert sector_f1(vectors @ vectors.T, SECTORS).value < 0.55


def test_one_large_sector_is_not_enough():
    few = sector_f1(np.eye(12), np.array(["a"] * 11 + ["b"]))
    assert few.value is None
    assert "needs 2 sectors of 10 firms; there are 1" in few.reason
