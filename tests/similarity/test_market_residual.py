"""What the market leaves: nothing where it explains a firm, whatever the unit of either."""

import numpy as np
import pytest

from firmsim.similarity.market_residual import market_residual


@pytest.mark.parametrize("unit", [1e-9, 1.0, 1e9])
def test_a_firm_that_the_market_explains_has_no_score(rng, unit):
    one = rng.normal(size=80)
    assert np.isnan(market_residual(unit * np.column_stack([one, 3 - 0.4 * one]))).all()


def test_a_firm_that_moves_little_is_no_rounding_of_one_that_moves_much(rng):
    growth = rng.normal(size=(80, 4)) * [1e-12, 1, 1, 1]
    assert np.isfinite(market_residual(growth)).all()


def test_firms_with_few_days_and_a_firm_that_never_moves(rng):
    growth = rng.normal(size=(80, 4))
    growth[:, 1] = 0.0
    growth[3:, 2] = np.nan
    found = market_residual(growth)
    assert np.isnan(found[1]).all()
    assert np.isnan(found[2]).all()
    assert np.isfinite(found[np.ix_([0, 3], [0, 3])]).all()
