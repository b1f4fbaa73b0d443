"""The market that encoders see: principal portfolios, move and dispersion."""

import numpy as np
import pytest

from firmsim.objectives.comovement.market import Market


@pytest.fixture
def days(rng):
    """Scaled growth and normal scores of 7 firms over 60 days, some missing."""
    scaled = rng.normal(size=(60, 7)) + rng.normal(size=(60, 1))
    scaled[rng.random(scaled.shape) < 0.1] = np.nan
    scaled[5] = np.nan  # a day without any firm
    return scaled, scaled - np.nanmean(np.where(np.isnan(scaled), 0, scaled), axis=1)[:, None]


def test_portfolios_are_the_leading_principal_components(days):
    scaled, q = days
    market = Market.fit(scaled, q, portfolios=3)
    filled = np.nan_to_num(q)
    values, vectors = np.linalg.eigh(filled.T @ filled)
    overlap = abs(vectors[:, ::-1][:, :3].T @ market.loadings)
    np.testing.assert_allclose(overlap, np.eye(3), atol=1e-8)
    np.testing.assert_allclose(market.portfolios(q).std(axis=0), 1)
    assert values[-1] == pytest.approx(
        (filled @ market.loadings[:, 0]) @ (filled @ market.loadings[:, 0])
    )


def test_context_is_move_dispersion_and_portfolios_with_their_sizes(days):
    scaled, q = days
    market = Market.fit(scaled, q, portfolios=2)
    context = market.context(scaled, q)
    assert context.shape == (60, market.context_size) == (60, 7)
    for t, row in enumerate(scaled):
        values = row[~np.isnan(row)]
        move = values.mean() / market.move_scale if len(values) else 0
        spread = values.std() - market.dispersion_mean if len(values) else 0
        portfolios = market.portfolios(q)[t]
        expected = [
            move,
            abs(move),
            spread / market.dispersion_scale,
            *portfolios,
            *abs(portfolios),
        ]
        np.testing.assert_allclose(context[t], expected, atol=1e-12)
    observed = np.delete(context, 5, axis=0)
    np.testing.assert_allclose(observed[:, [0, 2]].std(axis=0), 1)
    assert observed[:, 2].mean() == pytest.approx(0, abs=1e-12)
    assert not context[5, :3].any()


@pytest.mark.parametrize(("asked", "got"), [(0, 0), (3, 3), (20, 6)])
def test_there_are_fewer_portfolios_than_firms(days, asked, got):
    market = Market.fit(*days, portfolios=asked)
    assert market.loadings.shape == (7, got)
    assert market.context(*days).shape == (60, 3 + 2 * got)


def test_a_market_that_stands_still_is_finite():
    still = np.zeros((30, 4))
    market = Market.fit(still, still, portfolios=2)
    assert np.isfinite(market.context(still, still)).all()


def test_days_do_not_see_each_other(days):
    scaled, q = days
    market = Market.fit(scaled[:40], q[:40], portfolios=3)
    np.testing.assert_allclose(
        market.context(scaled, q)[45], market.context(scaled[45:46], q[45:46])[0]
    )
