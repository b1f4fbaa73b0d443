"""Sector told from scores by a support-vector classifier: weighted F1 by the published protocol."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
from imblearn.over_sampling import SMOTE
from imblearn.pipeline import make_pipeline
from numpy.typing import NDArray
from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.svm import SVC

from firmsim.association.estimate import Estimate, impossible, jackknifed

FOLDS = 5
NEIGHBOURS = 5
"""Of a firm within its sector, between which SMOTE places new ones."""
MIN_SECTOR = 10
"""Firms of the smallest sector that counts: four fifths of it must outnumber the neighbours."""


def sector_f1(scores: NDArray[np.float64], labels: NDArray[Any]) -> Estimate:
    """Weighted F1 of sectors that a classifier tells from each firm's scores with all others.

    The protocol of Dolphin et al. (2022), Stock Embeddings: a support-vector classifier with a
    Gaussian kernel on standard settings, small sectors filled up by SMOTE (Chawla et al. 2002)
    within the training folds, five stratified folds. A firm's features are its row of the score
    matrix, so that encoders and comparators are read alike.

    Parameters
    ----------
    scores : array of shape (n_firms, n_firms)
        Score matrix.
    labels : array of shape (n_firms,)
        Sector of each firm. Sectors of fewer than 10 firms are left out.

    Returns
    -------
    Estimate
        In [0, 1]. The jackknife takes a firm's prediction out; nothing is trained again.
    """
    sizes = Counter(labels.tolist())
    counted = np.array([sizes[label] >= MIN_SECTOR for label in labels.tolist()], dtype=bool)
    sectors, truth = np.unique(labels[counted], return_inverse=True)
    if len(sectors) < 2:
        reason = f"needs 2 sectors of {MIN_SECTOR} firms; there are {len(sectors)}"
        return impossible(reason)
    told = cross_val_predict(
        make_pipeline(SMOTE(random_state=0, k_neighbors=NEIGHBOURS), SVC()),
        scores[counted],
        truth,
        cv=StratifiedKFold(FOLDS, shuffle=True, random_state=0),
    )
    value = float(f1_score(truth, told, average="weighted"))
    # firms of one sector that are told alike leave the same table behind
    _, first, cell = np.unique(truth * len(sectors) + told, return_index=True, return_inverse=True)
    left_out = [
        f1_score(np.delete(truth, firm), np.delete(told, firm), average="weighted")
        for firm in first
    ]
    without = np.full(len(labels), value)
    without[counted] = np.array(left_out)[cell]
    return jackknifed(value, without, (0.0, 1.0))
