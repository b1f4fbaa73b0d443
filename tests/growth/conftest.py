"""Prices and growth rates with missing values."""

import numpy as np
import pytest
from panels import table

from firmsim.growth import growth_rates


@pytest.fixture
def prices(rng):
    """40 days of 6 firms, some prices missing."""
    values = 50 * np.exp(np.cumsum(0.02 * rng.normal(size=(40, 6)), axis=0))
    values[rng.random(values.shape) < 0.15] = np.nan
    return table(values)


@pytest.fixture
def growth(prices):
    return growth_rates(prices)
