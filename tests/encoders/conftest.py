"""A small market with three planted groups of firms, and encoders small enough for seconds."""

import numpy as np
import pandas as pd
import pytest
from small import small

from firmsim.encoders import ComovementEncoder, ForecastEncoder

N_DAYS, N_FIRMS = 320, 12
GROUPS = np.repeat([0, 1, 2], 4)
"""Group of each firm."""


@pytest.fixture(scope="session")
def growth():
    """Growth rates in 1/year: market, group and firm, each firm with a volatility of its own."""
    rng = np.random.default_rng(7)
    market = rng.normal(size=(N_DAYS, 1))
    group = rng.normal(size=(N_DAYS, 3))[:, GROUPS]
    own = rng.normal(size=(N_DAYS, N_FIRMS))
    volatility = rng.uniform(1, 8, size=N_FIRMS)
    return pd.DataFrame(
        volatility * (0.7 * market + 0.8 * group + 0.8 * own),
        index=pd.bdate_range("2007-01-04", periods=N_DAYS),
        columns=[f"F{k:02d}" for k in range(N_FIRMS)],
    )


@pytest.fixture(params=["elman", "jordan"])
def cell(request):
    return request.param


@pytest.fixture(params=[ComovementEncoder, ForecastEncoder], ids=["comovement", "forecast"])
def kind(request):
    return request.param


@pytest.fixture(scope="session")
def fitted_encoders(growth):
    return {
        (kind, cell): small(kind, cell=cell).fit(growth)
        for kind in (ComovementEncoder, ForecastEncoder)
        for cell in ("elman", "jordan")
    }


@pytest.fixture
def fitted(fitted_encoders, kind, cell):
    """Trained once for all tests: do not fit it again."""
    return fitted_encoders[kind, cell]


@pytest.fixture
def build(kind, cell):
    """Build an untrained encoder of the same kind and cell as `fitted`."""
    return lambda **keys: small(kind, cell=cell, **keys)
