"""The forecast objective as a task: windows of scaled growth rates and the next day's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from firmsim.objectives.forecast import next_day_loss
from firmsim.objectives.task import CellModule, Task, draw_window


@dataclass(frozen=True)
class Batch:
    """A window of some firms.

    Attributes
    ----------
    z : Tensor of shape (n_days, n_firms)
        Scaled growth rates, 0 where missing.
    there : Tensor of shape (n_days, n_firms)
        1 where a growth rate is known.
    """

    z: torch.Tensor
    there: torch.Tensor


class ForecastTask(Task):
    """Tell each day's scaled growth rate from the days before.

    Parameters
    ----------
    module : CellModule
        Weights to train.
    rng : numpy.random.Generator
        Source of the batches.
    z, there : Tensor of shape (n_days, n_firms)
        Scaled growth rates of the fit period (0 where missing) and where they are known.
    train_days : int
        The first days are trained on, the rest validate.
    windows : sequence of int
        Lengths of the training windows, drawn at random (trading days).
    batch_firms : int
        Most firms of a batch.
    """

    def __init__(
        self,
        module: CellModule,
        rng: np.random.Generator,
        z: torch.Tensor,
        there: torch.Tensor,
        train_days: int,
        windows: Sequence[int],
        batch_firms: int,
    ) -> None:
        super().__init__(module, rng)
        self.z, self.there, self.train_days = z, there, train_days
        self.windows, self.batch_firms = windows, batch_firms

    def draw(self) -> Batch:
        """Draw a window and its firms."""
        days, firms = draw_window(
            self.rng, self.windows, self.train_days, self.z.shape[1], self.batch_firms
        )
        return Batch(self.z[days][:, firms], self.there[days][:, firms])

    def inputs(self, batch: Batch) -> torch.Tensor:
        """Scaled growth rates, one input a day."""
        return batch.z[:, :, None]

    def loss(self, y: torch.Tensor, x: torch.Tensor, batch: Batch) -> torch.Tensor:  # noqa: ARG002
        """Mean squared error of the next day's forecast."""
        return next_day_loss(y, batch.z, batch.there)

    def validation_loss(self) -> float:
        """Loss over the validation period, all firms."""
        days = slice(self.train_days, None)
        return float(self(Batch(self.z[days], self.there[days])))
