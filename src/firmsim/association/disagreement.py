"""Disagreement of scores and labels: the firms whose peers are mostly of another sector."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from firmsim.association.neighbour_count import neighbour_count
from firmsim.typing import Floats, Labels

PEERS = 10
"""Nearest peers to count; fewer where sectors are small."""
COLUMNS = ["method", "ticker", "sector", "peers_sector", "own_share", "peers_share", "peers"]
"""Columns of the table of all methods."""


def disagreements(scores: Floats, sector: Labels, tickers: list[str]) -> dict[str, Any]:
    """Firms with more than half of their nearest peers in one other sector.

    Parameters
    ----------
    scores : array of shape (n_firms, n_firms)
        Scores of the firms that have a sector.
    sector : array of shape (n_firms,)
        Sector of each firm.
    tickers : list of str
        The firms, sorted: among equal scores the first counts as nearer.

    Returns
    -------
    dict
        Ready for JSON, with the keys below. ``reason``, and empty lists, where no two firms share
        a sector or all do.

        ``k``: number of peers that count, by `neighbour_count` of `PEERS`.

        ``judged``: number of firms that are not alone in their sector; only these can disagree.

        ``firms``: one record per firm that disagrees, those with the fewest peers of their own
        sector first. Its keys are ticker, sector, peers_sector, own_share, peers_share (shares of
        the peers in either sector) and peers (tickers, nearest first).

        ``sectors``: one record per sector with sector, judged and elsewhere (numbers of firms).

    Examples
    --------
    >>> place = np.array([0.0, 1.0, 7.0, 8.0, 9.0, 9.5])
    >>> scores = 1 - np.abs(place[:, None] - place) / 10
    >>> sector = np.array(["Oil", "Oil", "Oil", "Gas", "Gas", "Gas"])
    >>> found = disagreements(scores, sector, list("ABCDEF"))
    >>> [(firm["ticker"], firm["peers_sector"], firm["peers"]) for firm in found["firms"]]
    [('C', 'Gas', ['D', 'E'])]
    """
    names, codes = np.unique(sector.astype(str), return_inverse=True)
    counts = np.bincount(codes)
    k = neighbour_count(sector.astype(str), PEERS)
    if k == 0 or len(names) < 2:
        reason = "no two firms share a sector" if k == 0 else "all firms are in the same sector"
        return {"k": 0, "judged": 0, "reason": reason, "firms": [], "sectors": []}
    distance = -scores
    np.fill_diagonal(distance, np.inf)
    nearest = np.argsort(distance, axis=1, kind="stable")[:, :k]
    votes = (codes[nearest][:, :, None] == np.arange(len(names))).sum(axis=1)
    most = votes.argmax(axis=1)
    judged = counts[codes] > 1
    elsewhere = judged & (most != codes) & (2 * votes.max(axis=1) > k)
    own = votes[np.arange(len(codes)), codes]
    order = sorted(np.flatnonzero(elsewhere), key=lambda i: (own[i], -votes[i].max(), tickers[i]))
    return {
        "k": k,
        "judged": int(judged.sum()),
        "firms": [
            {
                "ticker": tickers[i],
                "sector": str(names[codes[i]]),
                "peers_sector": str(names[most[i]]),
                "own_share": int(own[i]) / k,
                "peers_share": int(votes[i].max()) / k,
                "peers": [tickers[j] for j in nearest[i]],
            }
            for i in order
        ],
        "sectors": [
            {
                "sector": str(name),
                "judged": int((judged & (codes == code)).sum()),
                "elsewhere": int((elsewhere & (codes == code)).sum()),
            }
            for code, name in enumerate(names)
        ],
    }


def disagreement_table(records: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Firms whose peers are mostly of another sector, for several methods.

    Parameters
    ----------
    records : iterable of mapping
        From `firmsim.association.summary.associate`.

    Returns
    -------
    DataFrame
        Columns method, ticker, sector, peers_sector, own_share, peers_share and peers (tickers,
        nearest first, with spaces between); one row per method and firm.
    """
    rows = [
        {"method": record["method"]} | firm | {"peers": " ".join(firm["peers"])}
        for record in records
        for firm in record["disagreements"]["firms"]
    ]
    return pd.DataFrame(rows, columns=COLUMNS)
