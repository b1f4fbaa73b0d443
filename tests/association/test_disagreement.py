import json

import numpy as np
import pytest

from firmsim.association.disagreement import COLUMNS, disagreement_table, disagreements


def market(n=24, strays=(), seed=0):
    """Two sectors of firms that move together; strays move with the other sector."""
    rng = np.random.default_rng(seed)
    sector = np.array(["Energy", "Utilities"], dtype=object)[np.arange(n) % 2]
    moves = np.arange(n) % 2
    moves[list(strays)] = 1 - moves[list(strays)]
    noise = rng.uniform(0, 0.05, (n, n))
    scores = np.where(np.equal.outer(moves, moves), 0.8, 0.1) + (noise + noise.T) / 2
    np.fill_diagonal(scores, 1.0)
    return scores, sector, [f"T{i:02}" for i in range(n)]


def test_planted_strays_are_named():
    scores, sector, tickers = market(strays=(4, 7))
    found = disagreements(scores, sector, tickers)
    json.dumps(found, allow_nan=False)
    assert {firm["ticker"]: firm["peers_sector"] for firm in found["firms"]} == {
        "T04": "Utilities",
        "T07": "Energy",
    }
    assert (found["k"], found["judged"]) == (10, 24)
    assert found["sectors"] == [
        {"sector": "Energy", "judged": 12, "elsewhere": 1},
        {"sector": "Utilities", "judged": 12, "elsewhere": 1},
    ]


def test_shares_and_peers_are_those_of_a_plain_loop():
    rng = np.random.default_rng(2)
    scores = np.corrcoef(rng.normal(size=(40, 7)))
    sector = rng.choice(np.array(["a", "b", "c"], dtype=object), 40)
    tickers = [f"T{i:02}" for i in range(40)]
    found = {firm["ticker"]: firm for firm in disagreements(scores, sector, tickers)["firms"]}
    assert found
    for i, ticker in enumerate(tickers):
        others = sorted((j for j in range(40) if j != i), key=lambda j: (-scores[i, j], j))[:10]
        share = {name: sum(sector[j] == name for j in others) / 10 for name in "abc"}
        leader = max(share, key=share.get)
        assert (ticker in found) == (leader != sector[i] and share[leader] > 0.5)
        if ticker in found:
            assert found[ticker] == {
                "ticker": ticker,
                "sector": sector[i],
                "peers_sector": leader,
                "own_share": share[sector[i]],
                "peers_share": share[leader],
                "peers": [tickers[j] for j in others],
            }


def test_firms_alone_in_their_sector_are_not_judged():
    scores, sector, tickers = market()
    sector[5] = "Materials"
    found = disagreements(scores, sector, tickers)
    assert found["judged"] == 23
    assert found["firms"] == []
    assert {"sector": "Materials", "judged": 0, "elsewhere": 0} in found["sectors"]


@pytest.mark.parametrize(
    ("labels", "reason"),
    [("same", "all firms are in the same"), ("own", "no two firms"), ("none", "no two firms")],
)
def test_labels_that_nothing_can_disagree_with(labels, reason):
    scores, sector, tickers = market(12)
    n = 0 if labels == "none" else 12
    sector = {"same": np.full(12, "Energy", object), "own": np.array(tickers, object)}.get(
        labels, sector[:0]
    )
    found = disagreements(scores[:n, :n], sector, tickers[:n])
    assert found["firms"] == []
    assert reason in found["reason"]


def test_table_lists_firms_of_each_method():
    records = [
        {"method": name, "disagreements": disagreements(*market(strays=strays))}
        for name, strays in (("x", (2,)), ("y", ()), ("z", (3, 9)))
    ]
    table = disagreement_table(records)
    assert list(table) == COLUMNS
    assert list(zip(table["method"], table["ticker"], strict=True)) == [
        ("x", "T02"),
        ("z", "T03"),
        ("z", "T09"),
    ]
    assert len(table["peers"][0].split()) == 10
    assert list(disagreement_table([])) == COLUMNS
