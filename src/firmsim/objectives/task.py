"""The task of a trainer: a loss on random batches, and on a validation period."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from firmsim.errors import EncoderError
from firmsim.recurrent import Cell

MAX_DRAWS = 1_000
"""Most draws of a batch until one has a growth rate."""


class CellModule(torch.nn.Module):
    """Weights of an encoder: a cell, and what the objective adds to it."""

    def __init__(self, cell: Cell) -> None:
        super().__init__()
        self.cell = cell


class Task(torch.nn.Module, ABC):
    """A module to train, the data to train it on, and a loss.

    Called with a batch, it returns the loss of the module's current weights. :meth:`draw` draws
    everything random in a batch. One batch can therefore be used with many sets of weights, which
    ``torch.func.functional_call`` swaps. An interrupted training continues once the state of
    :attr:`rng` is restored.

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
        """The recurrence to train."""
        return self.module.cell

    @abstractmethod
    def draw(self) -> Any:
        """Draw a batch."""

    @abstractmethod
    def inputs(self, batch: Any) -> torch.Tensor:
        """Inputs of the cell for a batch: (n_days, n_firms, d_in)."""

    @abstractmethod
    def loss(self, y: torch.Tensor, x: torch.Tensor, batch: Any) -> torch.Tensor:
        """Loss of a batch, given the outputs of the cell.

        Parameters
        ----------
        y : Tensor of shape (n_days, n_firms, d_out)
            Outputs of the cell.
        x : Tensor of shape (n_days, n_firms, d_in)
            Inputs of the cell.
        batch : object
            As :meth:`draw` returned it.

        Returns
        -------
        Tensor of shape ()
        """

    def forward(self, batch: Any) -> torch.Tensor:
        """Loss of the module's current weights on a batch."""
        x = self.inputs(batch)
        y, _ = self.cell(x)
        return self.loss(y, x, batch)

    @abstractmethod
    def validation_loss(self) -> float:
        """Loss of the module's current weights on the validation period."""


def draw_window(
    rng: np.random.Generator, windows: Sequence[int], observed: torch.Tensor, batch_size: int
) -> tuple[slice, torch.Tensor]:
    """Draw the days of a training window and the firms of a batch.

    A batch without a growth rate on any day is drawn again: it would teach nothing.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of the draws, in this order: length, start, firms.
    windows : sequence of int
        Lengths (trading days), drawn with equal probability.
    observed : Tensor of shape (train_days, n_firms)
        1 where a growth rate is observed, else 0. The window lies within these days.
    batch_size : int
        Most firms per batch.

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

    Examples
    --------
    >>> import numpy as np, torch
    >>> days, firms = draw_window(np.random.default_rng(0), [5], torch.ones(20, 4), batch_size=3)
    >>> days.stop - days.start, len(firms)
    (5, 3)
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
