"""Score matrices: their rules, cosines of embeddings, and means over seeds."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from firmsim.errors import EncoderError

_TOLERANCE = 1e-9


def check_scores(scores: pd.DataFrame) -> pd.DataFrame:
    """Return the scores unchanged if they are a score matrix.

    Parameters
    ----------
    scores : DataFrame of shape (n_firms, n_firms)
        Tickers on both axes.

    Returns
    -------
    DataFrame of shape (n_firms, n_firms)
        The same scores: symmetric, unit diagonal, in [-1, 1], nothing missing.

    Raises
    ------
    ValueError
        They are not; says which rule is broken, and where.

    Examples
    --------
    >>> import pandas as pd
    >>> check_scores(pd.DataFrame([[1.0, 0.2], [0.3, 1.0]], ["A", "B"], ["A", "B"]))
    Traceback (most recent call last):
    ValueError: score of 'A' and 'B' (0.2) differs from its mirror image
    """
    if not scores.index.equals(scores.columns):
        message = "a score matrix needs the same tickers, in the same order, on both axes"
        raise ValueError(message)
    if not scores.index.is_unique:
        twice = scores.index[scores.index.duplicated()][0]
        message = f"ticker {twice!r} is in the score matrix twice"
        raise ValueError(message)
    values = scores.to_numpy(dtype=np.float64)
    broken = {
        "is missing": np.isnan(values),
        "is outside [-1, 1]": np.abs(values) > 1 + _TOLERANCE,
        "differs from its mirror image": np.abs(values - values.T) > _TOLERANCE,
        "is not 1, on the diagonal": np.eye(len(values), dtype=bool)
        & (np.abs(values - 1) > _TOLERANCE),
    }
    for problem, where in broken.items():
        if where.any():
            row, column = np.argwhere(where)[0]
            message = (
                f"score of {scores.index[row]!r} and {scores.index[column]!r} "
                f"({values[row, column]:g}) {problem}"
            )
            raise ValueError(message)
    return scores


def cosine_scores(embeddings: pd.DataFrame) -> pd.DataFrame:
    r"""Cosine of every pair of embeddings.

    .. math:: s_{ij} = \frac{e_i \cdot e_j}{\lVert e_i \rVert \lVert e_j \rVert}

    Parameters
    ----------
    embeddings : DataFrame of shape (n_firms, size)
        One row per firm, indexed by ticker. A row of zeros (a firm without observed days) scores 0
        with every other firm.

    Returns
    -------
    DataFrame of shape (n_firms, n_firms)
        Symmetric, unit diagonal, in [-1, 1], float64.

    Raises
    ------
    EncoderError
        An embedding is not finite: names the ticker.

    Examples
    --------
    >>> import pandas as pd
    >>> embeddings = pd.DataFrame([[1.0, 0.0], [3.0, 4.0], [0.0, 2.0]], index=["A", "B", "C"])
    >>> cosine_scores(embeddings)
         A    B    C
    A  1.0  0.6  0.0
    B  0.6  1.0  0.8
    C  0.0  0.8  1.0
    """
    rows = embeddings.to_numpy(dtype=np.float64)
    if (bad := np.flatnonzero(~np.isfinite(rows).all(axis=1))).size:
        message = (
            f"embeddings: that of {embeddings.index[bad[0]]!r} is not finite ({bad.size} firms in "
            "all); train with a lower learning_rate, or check the firm's prices"
        )
        raise EncoderError(message, parameter="embeddings")
    rows = rows / np.maximum(np.abs(rows).max(axis=1, keepdims=True), np.finfo(float).tiny)
    norm = np.linalg.norm(rows, axis=1, keepdims=True)
    unit = rows / np.where(norm > 0, norm, 1.0)
    cosine = np.clip(unit @ unit.T, -1.0, 1.0)
    np.fill_diagonal(cosine, 1.0)
    return pd.DataFrame(cosine, index=embeddings.index, columns=embeddings.index)


def mean_scores(scores: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Mean of the score matrices of several seeds.

    Parameters
    ----------
    scores : sequence of DataFrame of shape (n_firms, n_firms)
        At least one; the same tickers in the same order.

    Returns
    -------
    DataFrame of shape (n_firms, n_firms)
        Symmetric, unit diagonal, in [-1, 1], float64.

    Raises
    ------
    ValueError
        There is none, their tickers differ, or one is not a score matrix.

    Examples
    --------
    >>> import pandas as pd
    >>> seeds = [pd.DataFrame([[1.0, s], [s, 1.0]], ["A", "B"], ["A", "B"]) for s in (0.25, 0.75)]
    >>> mean_scores(seeds)
         A    B
    A  1.0  0.5
    B  0.5  1.0
    """
    if not scores:
        message = "there are no score matrices to average"
        raise ValueError(message)
    tickers = scores[0].index
    for matrix in scores:
        if not check_scores(matrix).index.equals(tickers):
            message = "the score matrices to average must have the same tickers in the same order"
            raise ValueError(message)
    mean = np.mean([matrix.to_numpy(dtype=np.float64) for matrix in scores], axis=0)
    return pd.DataFrame(mean, index=tickers, columns=tickers)
