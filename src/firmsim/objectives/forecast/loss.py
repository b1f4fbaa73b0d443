"""Loss of the forecast objective: mean squared error of the next scaled growth rate."""

from __future__ import annotations

import torch


def next_day_loss(y: torch.Tensor, z: torch.Tensor, observed: torch.Tensor) -> torch.Tensor:
    r"""Mean squared error of the teacher-forced one-day forecast.

    .. math:: \frac{1}{|m|}\sum_{t<T}\sum_i m_{i,t+1}(y_{it} - z_{i,t+1})^2

    Parameters
    ----------
    y : Tensor of shape (n_days, n_firms, 1)
        Outputs; the output of day t forecasts day t + 1.
    z : Tensor of shape (n_days, n_firms)
        Scaled growth rates, 0 where missing.
    observed : Tensor of shape (n_days, n_firms)
        1 where a growth rate is observed; the others are left out.

    Returns
    -------
    Tensor
        Mean squared error, in squared standard deviations.

    Examples
    --------
    >>> import torch
    >>> z = torch.tensor([[1.0], [2.0], [4.0]])  # one firm on three days
    >>> next_day_loss(torch.zeros(3, 1, 1), z, torch.ones(3, 1))
    tensor(10.)
    """
    error = (y[:-1, :, 0] - z[1:]) * observed[1:]
    return error.square().sum() / observed[1:].sum().clamp_min(1)
