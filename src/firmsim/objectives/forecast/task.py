"""The forecast objective as a task: windows of scaled growth rates, forecast a day ahead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from firmsim.objectives.forecast.loss import next_day_loss
from firmsim.objectives.task import CellModule, Task, draw_window


@dataclass(frozen=True)
class ForecastBatch:
    """A window of some firms.

    Attributes
    ----------
    z : Tensor of shape (n_days, n_firms)
        Scaled growth rates, 0 where missing.
    observed : Tensor of shape (n_days, n_firms)
        1 where a growth rate is observed.
    extra : Tensor of shape (n_days, n_firms, d - 1)
        Channels beside the growth rate.
    """

    z: torch.Tensor
    observed: torch.Tensor
    extra: torch.Tensor


def inputs_of(z: torch.Tensor, extra: torch.Tensor) -> torch.Tensor:
    """Scaled growth rates, then further channels: (n_days, n_firms, d)."""
    own = z[:, :, None]
    return torch.cat([own, extra], dim=2) if extra.shape[2] else own


class ForecastTask(Task):
    """Forecast each day's scaled growth rate from the days before.

    Parameters
    ----------
    module : CellModule
        Weights to train.
    rng : numpy.random.Generator
        Source of the batches.
    z : Tensor of shape (n_days, n_firms)
        Scaled growth rates of the fit period, 0 where missing.
    observed : Tensor of shape (n_days, n_firms)
        1 where a growth rate is observed.
    extra : Tensor of shape (n_days, n_firms, d - 1)
        Channels beside the growth rate.
    train_days : int
        Number of first days to train on; the rest validate.
    windows : sequence of int
        Lengths of the training windows, drawn at random (trading days).
    batch_size : int
        Most firms per batch.
    """

    def __init__(
        self,
        module: CellModule,
        rng: np.random.Generator,
        z: torch.Tensor,
        observed: torch.Tensor,
        extra: torch.Tensor,
        train_days: int,
        windows: Sequence[int],
        batch_size: int,
    ) -> None:
        super().__init__(module, rng)
        self.z, self.observed, self.extra = z, observed, extra
        self.train_days, self.windows, self.batch_size = train_days, windows, batch_size

    def draw(self) -> ForecastBatch:
        """Draw a window and its firms."""
        days, firms = draw_window(
            self.rng, self.windows, self.observed[: self.train_days], self.batch_size
        )
        return ForecastBatch(
            *(part[days][:, firms] for part in (self.z, self.observed, self.extra))
        )

    def inputs(self, batch: ForecastBatch) -> torch.Tensor:
        """Inputs of the cell: scaled growth rates, then further channels."""
        return inputs_of(batch.z, batch.extra)

    def loss(self, y: torch.Tensor, x: torch.Tensor, batch: ForecastBatch) -> torch.Tensor:  # noqa: ARG002
        """Mean squared error of the next day's forecast."""
        return next_day_loss(y, batch.z, batch.observed)

    def validation_loss(self) -> float:
        """Loss over the validation period and all firms."""
        days = slice(self.train_days, None)
        return float(self(ForecastBatch(self.z[days], self.observed[days], self.extra[days])))
