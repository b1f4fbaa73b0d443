"""The forecast objective: tell tomorrow's scaled growth rate from the days so far."""

from __future__ import annotations

import torch


def next_day_loss(y: torch.Tensor, z: torch.Tensor, observed: torch.Tensor) -> torch.Tensor:
    r"""Mean squared error of the teacher-forced one-day forecast.

    .. math:: \frac{1}{|m|}\sum_{t<T}\sum_i m_{i,t+1}(y_{it} - z_{i,t+1})^2

    Parameters
    ----------
    y : Tensor of shape (n_days, n_firms, 1)
        Outputs; that of day t forecasts day t + 1.
    z : Tensor of shape (n_days, n_firms)
        Scaled growth rates, 0 where missing.
    observed : Tensor of shape (n_days, n_firms)
        1 where a growth rate is known; others are not counted.

    Returns
    -------
    Tensor
        Mean squared error, in units of the scaled growth rate squared.
    """
    error = (y[:-1, :, 0] - z[1:]) * observed[1:]
    return error.square().sum() / observed[1:].sum().clamp_min(1)
