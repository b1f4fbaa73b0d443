"""Price changes and their spread, compared with the definition."""

import numpy as np
import pandas as pd
import pytest
from naive_audit import ref_net_changes

from firmsim.prices.audit.changes import changes_of, robust_spread


def walk(rng, n_days, n_firms, volatility=0.01):
    market = rng.normal(0, 0.01, (n_days, 1))
    return np.exp(np.cumsum(market + rng.normal(0, volatility, (n_days, n_firms)), axis=0))


@pytest.mark.parametrize("n_firms", [1, 2, 3, 4, 9])
def test_net_changes_match_the_definition(rng, n_firms):
    prices = walk(rng, 40, n_firms)
    prices[rng.random(prices.shape) < 0.2] = np.nan
    changes = changes_of(pd.DataFrame(prices))
    np.testing.assert_allclose(changes.net, ref_net_changes(prices))


def test_changes_without_a_price_lack_both_of_its_changes(rng):
    prices = walk(rng, 20, 4)
    gone = np.zeros(prices.shape, dtype=bool)
    gone[7, 2] = True
    rest = changes_of(pd.DataFrame(prices)).without(gone)
    assert np.argwhere(np.isnan(rest.size[1:])).tolist() == [[6, 2], [7, 2]]


def test_a_change_reaches_back_over_days_on_which_the_exchange_was_closed(rng):
    prices = walk(rng, 20, 4)
    closed = np.zeros(prices.shape, dtype=bool)
    closed[6:9, 1] = True
    prices[closed] = np.nan
    prices[13, 1] = np.nan  # a price that is missing on a session is not bridged
    log = changes_of(pd.DataFrame(prices), closed).log
    assert log[9, 1] == pytest.approx(np.log(prices[9, 1] / prices[5, 1]))
    assert np.flatnonzero(np.isnan(log[:, 1])).tolist() == [0, 6, 7, 8, 13, 14]
    others = [0, 2, 3]
    plain = changes_of(pd.DataFrame(prices)).log
    np.testing.assert_array_equal(log[:, others], plain[:, others])


def test_spread_is_that_of_a_normal_and_needs_ten_changes(rng):
    assert robust_spread(rng.normal(0, 0.02, 20_000)) == pytest.approx(0.02, rel=0.03)
    nine = np.append(rng.normal(size=9), [np.nan] * 5)
    assert robust_spread(nine) == -1
