import numpy as np
import pandas as pd
import pytest

from firmsim.similarity.neighbours import nearest


def drawn(n, digits=None, seed=0):
    rng = np.random.default_rng(seed)
    upper = np.triu(rng.uniform(-1, 1, size=(n, n)), 1)
    if digits is not None:
        upper = upper.round(digits)
    tickers = [f"{i:03}" for i in rng.permutation(n)]
    return pd.DataFrame(upper + upper.T + np.eye(n), index=tickers, columns=tickers)


@pytest.mark.parametrize("digits", [None, 1, 0])
@pytest.mark.parametrize("k", [1, 4, 20])
def test_matches_sorting_each_firm(digits, k):
    scores = drawn(12, digits)
    rows = []
    for firm in scores.index:
        others = [ticker for ticker in scores.index if ticker != firm]
        others.sort(key=lambda ticker, firm=firm: (-scores.loc[firm, ticker], ticker))
        rows += [(firm, r, t, scores.loc[firm, t]) for r, t in enumerate(others[:k], start=1)]
    expected = pd.DataFrame(rows, columns=["firm", "rank", "neighbour", "score"])
    pd.testing.assert_frame_equal(nearest(scores, k), expected)


def test_a_firm_is_never_its_own_peer_even_at_score_one():
    scores = pd.DataFrame(1.0, index=list("BAC"), columns=list("BAC"))
    found = nearest(scores, 5)
    assert list(found["firm"] + found["neighbour"]) == ["BA", "BC", "AB", "AC", "CA", "CB"]


def test_bad_input():
    with pytest.raises(ValueError, match="k: 0 is too few"):
        nearest(drawn(4), 0)
    with pytest.raises(ValueError, match="same tickers"):
        nearest(drawn(4).iloc[:, ::-1], 2)
