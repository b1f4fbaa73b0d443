"""Exposures to portfolios, against least squares and a plain covariance."""

import numpy as np
import pytest
import torch

import naive
from firmsim.errors import EncoderError
from firmsim.objectives.comovement.exposures import realised_variance, regressors


@pytest.fixture
def portfolios(rng):
    mixing = np.eye(4) + 0.5 * rng.normal(size=(4, 4))  # they move together in this window
    return torch.from_numpy(rng.normal(size=(30, 4)) @ mixing)


@pytest.mark.parametrize("scale", [1e-3, 1.0, 50.0])
def test_products_with_the_regressors_average_to_ridge_coefficients(portfolios, rng, scale):
    q, ridge = rng.normal(size=(30, 7)), scale * rng.uniform(0.5, 2, size=4)
    gains = q[:, :, None] * regressors(portfolios, torch.from_numpy(ridge))[:, None, :].numpy()
    for i in range(7):
        ref = naive.ridge_coefficients(q[:, i], portfolios.numpy(), ridge)
        np.testing.assert_allclose(gains[:, i].mean(axis=0), ref, atol=1e-9)


def test_fewer_days_than_portfolios_are_no_obstacle(portfolios):
    few = regressors(portfolios[:2].float(), torch.full((4,), 3.0))
    assert few.shape == (2, 4)
    assert few.dtype == torch.float32
    assert torch.isfinite(few).all()


def test_fewer_days_than_portfolios_need_a_penalty(portfolios):
    with pytest.raises(EncoderError, match="shrinkage: too small for exposures to 4") as raised:
        regressors(portfolios[:1], torch.zeros(4))
    assert raised.value.parameter == "shrinkage"


def test_uncorrelated_portfolios_are_their_own_regressors(portfolios):
    whole, _ = torch.linalg.qr(portfolios)
    whole = whole * 30**0.5
    torch.testing.assert_close(regressors(whole, torch.zeros(4)), whole)


def test_realised_variance_is_the_shrunk_covariance_along_its_axes(portfolios):
    axes, variance = realised_variance(portfolios)
    f = portfolios.numpy()
    covariance = sum(np.outer(day, day) for day in f) + 10 * np.eye(4)
    np.testing.assert_allclose((axes * variance) @ axes.T, covariance / 40, atol=1e-12)
    torch.testing.assert_close(axes.T @ axes, torch.eye(4, dtype=torch.float64))


def test_without_a_day_the_variance_is_that_of_training():
    axes, variance = realised_variance(torch.zeros(0, 3))
    torch.testing.assert_close((axes * variance) @ axes.T, torch.eye(3))


def test_no_portfolios_are_possible():
    assert regressors(torch.zeros(5, 0), torch.zeros(0)).shape == (5, 0)
    assert realised_variance(torch.zeros(5, 0))[1].shape == (0,)
