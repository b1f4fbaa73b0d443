"""Prediction of sectors from scores by a support-vector classifier: weighted F1."""

from __future__ import annotations

from collections import Counter

import numpy as np
from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.svm import SVC

from firmsim.association.estimate import Estimate, impossible, jackknifed
from firmsim.errors import extra
from firmsim.typing import Floats, Indices, Labels

with extra("comparators", "sector_f1"):
    from imblearn.over_sampling import SMOTE
    from imblearn.pipeline import make_pipeline

FOLDS = 5
NEIGHBOURS = 5
"""Nearest firms of a sector between which SMOTE places new ones."""
MIN_SECTOR = 10
"""Fewest firms of a sector that counts: four fifths of it must outnumber the neighbours."""


def sector_f1(scores: Floats, labels: Labels | Indices) -> Estimate:
    """Weighted F1 of the sectors that a classifier predicts from each firm's scores.

    The protocol is that of Dolphin et al. (2022), Stock Embeddings: a support-vector classifier
    with a Gaussian kernel on standard settings, and five stratified folds. The synthetic minority
    over-sampling technique (SMOTE, Chawla et al. 2002) fills up small sectors within the training
    folds. A firm's features are its scores with all firms, so that encoders and comparators are
    treated alike.

    Parameters
    ----------
    scores : array of shape (n_firms, n_firms)
        Score matrix.
    labels : array of shape (n_firms,)
        Sector of each firm. Sectors of fewer than 10 firms are left out.

    Returns
    -------
    Estimate
        In [0, 1]. The jackknife takes a firm's prediction out and does not train again.
    """
    sizes = Counter(labels.tolist())
    counted = np.array([sizes[label] >= MIN_SECTOR for label in labels.tolist()], dtype=bool)
    sectors, truth = np.unique(labels[counted], return_inverse=True)
    if len(sectors) < 2:
        reason = f"needs 2 sectors of {MIN_SECTOR} firms; there are {len(sectors)}"
        return impossible(reason)
    predicted = cross_val_predict(
        make_pipeline(SMOTE(random_state=0, k_neighbors=NEIGHBOURS), SVC()),
        scores[counted],
        truth,
        cv=StratifiedKFold(FOLDS, shuffle=True, random_state=0),
    )
    value = float(f1_score(truth, predicted, average="weighted"))
    # the table of predictions is the same without any firm of one sector and prediction
    _, first, kind = np.unique(
        truth * len(sectors) + predicted, return_index=True, return_inverse=True
    )
    left_out = [
        f1_score(np.delete(truth, firm), np.delete(predicted, firm), average="weighted")
        for firm in first
    ]
    without = np.full(len(labels), value)
    without[counted] = np.array(left_out)[kind]
    return jackknifed(value, without, (0.0, 1.0))
