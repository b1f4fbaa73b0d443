import numpy as np
import pandas as pd
import pytest
from planted import TICKERS, WINDOWS, correlation

from firmsim.evaluation.inference import contributions
from firmsim.evaluation.protocol import evaluate


@pytest.fixture(scope="module")
def firms():
    """36 firms in 3 sectors of 2 industries; every fourth is unseen."""
    return pd.DataFrame(
        {
            "ticker": TICKERS,
            "sector": np.repeat(["A", "B", "C"], 12),
            "industry": np.repeat([f"I{k}" for k in range(6)], 6),
            "unseen": np.arange(36) % 3 == 0,
        }
    )


@pytest.fixture(scope="module")
def q(firms):
    """220 days on which firms of a sector, and more so of an industry, move together."""
    rng = np.random.default_rng(0)
    sectors = pd.get_dummies(firms["sector"]).to_numpy(float)
    industries = pd.get_dummies(firms["industry"]).to_numpy(float)
    moves = rng.normal(size=(220, 3)) @ sectors.T + rng.normal(size=(220, 6)) @ industries.T
    return pd.DataFrame(moves + 2 * rng.normal(size=(220, 36)), columns=TICKERS)


@pytest.fixture(scope="module")
def methods(q, firms):
    """Two seeds of an encoder, its comparator and one that is worse."""
    good = [evaluate(correlation(q, 0.05), WINDOWS, firms, q).assign(seed=k) for k in (0, 1)]
    return {
        "encoder": contributions(pd.concat(good)),
        "exact": contributions(evaluate(correlation(q), WINDOWS, firms, q).assign(seed=0)),
        "noisy": contributions(evaluate(correlation(q, 1.5), WINDOWS, firms, q).assign(seed=0)),
    }
