"""Model selection: how well an embedding of some days predicts the co-movement of the next."""

from __future__ import annotations

import numpy as np
import pandas as pd
import torch
from scipy.stats import spearmanr

from firmsim.errors import EncoderError
from firmsim.objectives.comovement.loss import cosine

MIN_SCORE_DAYS = 20
"""Fewest days in either half of a score, and fewest days that a pair of firms must share."""


def half_of(label: str, n_days: int) -> int:
    """Number of days in the first half, which is embedded.

    Parameters
    ----------
    label : str
        First words of errors.
    n_days : int
        Days to score on.

    Raises
    ------
    EncoderError
        A half has fewer than :data:`MIN_SCORE_DAYS` days.
    """
    if n_days < 2 * MIN_SCORE_DAYS:
        message = (
            f"{label}: {n_days} days are too few for a score; give at least "
            f"{2 * MIN_SCORE_DAYS}: the first half is embedded, the second tests"
        )
        raise EncoderError(message)
    return n_days // 2


def rank_agreement(label: str, embedding: pd.DataFrame, q: pd.DataFrame) -> float:
    """Rank correlation of embedded similarity with the co-movement of other days, over pairs.

    Parameters
    ----------
    label : str
        First words of errors.
    embedding : DataFrame of shape (n_firms, size)
        One row per firm.
    q : DataFrame of shape (n_days, n_firms)
        Normal scores of the same firms on other days.

    Returns
    -------
    float
        Spearman correlation of the cosines of rows with the cosines of normal scores. Pairs that
        share fewer than :data:`MIN_SCORE_DAYS` days are left out.

    Raises
    ------
    EncoderError
        Fewer than two pairs are left, or one side does not vary.
    """
    rows = embedding.to_numpy()
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    unit = rows / np.where(length > 0, length, 1.0)
    observed = torch.from_numpy(q.notna().to_numpy(dtype=np.float64))
    paths = torch.from_numpy(np.nan_to_num(q.to_numpy())).T[:, :, None]
    comovement = cosine(paths, paths, observed, observed).numpy()
    shared = (observed.T @ observed).numpy()
    pairs = np.triu(shared >= MIN_SCORE_DAYS, 1)
    predicted, realised = (unit @ unit.T)[pairs], comovement[pairs]
    if predicted.size < 2 or np.ptp(predicted) == 0 or np.ptp(realised) == 0:
        message = (
            f"{label}: {predicted.size} pairs of firms share {MIN_SCORE_DAYS} of the last "
            f"{len(q)} days, and they cannot be ranked; give days with more growth rates"
        )
        raise EncoderError(message)
    return float(spearmanr(predicted, realised).statistic)
