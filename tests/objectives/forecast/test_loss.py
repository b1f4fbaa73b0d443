"""The next-day loss: against a plain loop, and the day that it looks at."""

import pytest
import torch

import naive
from firmsim.objectives.forecast.loss import next_day_loss


@pytest.fixture
def days(rng):
    """Forecasts (8 days, 5 firms, 1), growth with 0 where missing, mask."""
    observed = torch.from_numpy((rng.random((8, 5)) < 0.7).astype(float))
    z = torch.from_numpy(rng.normal(size=(8, 5))) * observed
    return torch.from_numpy(rng.normal(size=(8, 5, 1))), z, observed


def test_matches_naive(days):
    ref = naive.next_day_loss(*(part.numpy() for part in days))
    assert next_day_loss(*days).item() == pytest.approx(ref)


def test_knowing_tomorrow_costs_nothing_and_knowing_today_does(days):
    _, z, observed = days
    tomorrow = z.roll(-1, dims=0)[:, :, None]
    assert next_day_loss(tomorrow, z, observed).item() == 0
    assert next_day_loss(z[:, :, None], z, observed).item() > 0.1


def test_missing_days_are_not_counted(days):
    y, z, observed = days
    wild = torch.where(observed == 1, z, 99.0)
    assert next_day_loss(y, wild, observed).item() == next_day_loss(y, z, observed).item()


def test_without_any_known_day_it_is_zero(days):
    y, z, observed = days
    assert next_day_loss(y, z, torch.zeros_like(observed)).item() == 0
