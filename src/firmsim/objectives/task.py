"""What a trainer minimises: an encoder's loss on random batches and on a validation period."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from firmsim.errors import EncoderError
from firmsim.recurrent import Cell

MAX_DRAWS = 1_000
"""Batches drawn in search of one with a growth rate in it."""


class CellModule(torch.nn.Module):
    """The weights of an encoder: a cell and what its objective adds to it."""

    def __init__(self, cell: Cell) -> None:
        super().__init__()
        self.cell = cell


class Task(torch.nn.Module, ABC):
    """A module to train, the data to train it on, and a loss.

    Called with a batch it returns the loss of the module's present weights. Everything random in a
    batch is drawn by :meth:`draw`, so that the same batch can be given to many sets of weights
    (``torch.func.functional_call`` on the task swaps them), and a training that was interrupted
    goes on by putting back the state of :attr:`rng`.

    Parameters
    ----------
    module : CellModule
        Weights to train.
    rng : numpy.random.Generator
        Source of the batches.
    """

    def __init__(self, module: CellModule, rng: np.random.Generator) -> None:
        super().__init__()
        self.module = module
        self.rng = rng

    @property
    def cell(self) -> Cell:
        """The recurrence that is trained."""
        return self.module.cell

    @abstractmethod
    def draw(self) -> Any:
        """Draw a batch."""

    @abstractmethod
    def inputs(self, batch: Any) -> torch.Tensor:
        """Inputs of the cell for a batch: (n_days, n_firms, d_in)."""

    @abstractmethod
    def loss(self, y: torch.Tensor, x: torch.Tensor, batch: Any) -> torch.Tensor:
        """Loss of a batch, given what the cell makes of it.

        Parameters
        ----------
        y : Tensor of shape (n_days, n_firms, d_out)
            Outputs of the cell.
        x : Tensor of shape (n_days, n_firms, d_in)
            Its inputs.
        batch : object
            As drawn.

        Returns
        -------
        Tensor
            A number.
        """

    def forward(self, batch: Any) -> torch.Tensor:
        """Loss of the module's present weights on a batch."""
        x = self.inputs(batch)
        y, _ = self.cell(x)
        return self.loss(y, x, batch)

    @abstractmethod
    def validation_loss(self) -> float:
        """Loss of the module's present weights on the validation period."""


def draw_window(
    rng: np.random.Generator, windows: Sequence[int], observed: torch.Tensor, batch_size: int
) -> tuple[slice, torch.Tensor]:
    """Draw the days of a training window and the firms of a batch.

    A batch in which no firm has a growth rate on any day teaches nothing, and is drawn again.

    Parameters
    ----------
    rng : numpy.random.Generator
        Drawn from, in this order: length, start, firms.
    windows : sequence of int
        Lengths (trading days), drawn with equal chances.
    observed : Tensor of shape (train_days, n_firms)
        1 where a growth rate is known, 0 where not; the window lies within these days.
    batch_size : int
        Firms of the batch.

    Returns
    -------
    days : slice
        Days of the window.
    firms : Tensor of int
        Positions of the firms.

    Raises
    ------
    EncoderError
        No batch with a growth rate was found.
    """
    train_days, n_firms = observed.shape
    for _ in range(MAX_DRAWS):
        length = int(rng.choice(windows))
        start = int(rng.integers(0, train_days - length + 1))
        firms = torch.as_tensor(rng.permutation(n_firms)[:batch_size])
        days = slice(start, start + length)
        if observed[days][:, firms].any():
            return days, firms
    message = (
        f"none of {MAX_DRAWS} batches had a valid day: the last, {batch_size} of {n_firms} firms, "
        f"has no growth rate on days {start} to {start + length - 1} of {train_days} training days "
        f"({int(observed.sum())} growth rates in all); use longer windows, larger batches or firms "
        "with longer histories"
    )
    raise EncoderError(message)
