"""The nearest peers of every firm."""

import numpy as np
import pandas as pd

from firmsim.similarity.scores import check_scores


def nearest(scores: pd.DataFrame, k: int) -> pd.DataFrame:
    """Rank the k most similar other firms of every firm.

    Parameters
    ----------
    scores : DataFrame of shape (n_firms, n_firms)
        Score matrix, tickers on both axes.
    k : int
        Peers per firm; all the others when there are fewer.

    Returns
    -------
    DataFrame with columns firm, rank, neighbour, score
        Firms in the order of `scores`, rank 1 the most similar; equal scores are ordered by
        ticker.

    Raises
    ------
    ValueError
        `scores` is not a score matrix, or k is below 1.

    Examples
    --------
    >>> import pandas as pd
    >>> scores = [[1.0, 0.6, 0.0], [0.6, 1.0, 0.8], [0.0, 0.8, 1.0]]
    >>> nearest(pd.DataFrame(scores, list("ABC"), list("ABC")), k=1)
      firm  rank neighbour  score
    0    A     1         B    0.6
    1    B     1         C    0.8
    2    C     1         B    0.8
    """
    if k < 1:
        message = f"k: {k} is too few; give at least 1"
        raise ValueError(message)
    firms = check_scores(scores).index
    by_ticker = np.argsort(firms.to_numpy(dtype=object))
    values = scores.to_numpy(dtype=np.float64)
    distance = -values
    np.fill_diagonal(distance, np.inf)
    k = min(k, len(firms) - 1)
    # a stable sort of columns in ticker order keeps equal scores in that order
    ranked = by_ticker[np.argsort(distance[:, by_ticker], axis=1, kind="stable")[:, :k]]
    row = np.repeat(np.arange(len(firms)), k)
    return pd.DataFrame(
        {
            "firm": firms[row],
            "rank": np.tile(np.arange(1, k + 1), len(firms)),
            "neighbour": firms[ranked.ravel()],
            "score": values[row, ranked.ravel()],
        }
    )
