"""Losses of many sets of weights in one batched forward pass."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch

from firmsim.objectives.task import Task
from firmsim.recurrent.gated import Gated
from firmsim.training.trainer import Weights, weights_of
from firmsim.typing import Floats

DIVERGED = 1e10
"""Loss of a member whose loss is not finite: a number to rank, worse than any other."""

BATCH_BYTES = 256 << 20
"""Bytes of inputs and states per forward pass; bounds the memory of a population."""


class PopulationLoss:
    """Losses of many sets of weights on the same batches.

    A member is one set of weights as a vector: the standardised difference
    (weights - start weights) / spread. All members of all generations are compared on the same
    batches; fresh batches would favour lucky members.

    `torch.func.vmap` evaluates a whole population in one forward pass. torch's own kernels of LSTM
    and GRU have no rule for it, so that their members are evaluated one after the other.

    Parameters
    ----------
    task : Task
        Module, batches and losses; the module's current weights are the start weights.
    batches : int
        Batches to draw.
    spread : float
        Unit of a member's coordinates.
    """

    def __init__(self, task: Task, batches: int, spread: float) -> None:
        self.task, self.spread = task, spread
        self.batches = [task.draw() for _ in range(batches)]
        self.start = weights_of(task.module)
        self.trained = [
            name for name, weight in task.module.named_parameters() if weight.requires_grad
        ]
        self.sizes = [self.start[name].numel() for name in self.trained]
        self.one_by_one = isinstance(task.cell, Gated)

    @property
    def n_weights(self) -> int:
        """Number of weights to train."""
        return sum(self.sizes)

    def weights(self, member: Floats) -> Weights:
        """Weights of one member by name; weights that are not trained keep their start value."""
        return self.start | {name: part[0] for name, part in self._stacked(member[None]).items()}

    def __call__(self, members: Floats) -> Floats:
        """Mean loss of each member over the batches.

        Parameters
        ----------
        members : ndarray of shape (n_members, n_weights)
            Standardised differences from the start weights.

        Returns
        -------
        ndarray of shape (n_members,)
            :data:`DIVERGED` where the loss is not finite.
        """
        with torch.no_grad(), warnings.catch_warnings():
            # torch loops a few operations over the members, which is slower but correct
            warnings.filterwarnings("ignore", "There is a performance drop", UserWarning)
            losses = sum(self._losses(members, batch) for batch in self.batches)
        mean = np.asarray(losses, dtype=np.float64) / len(self.batches)
        return np.where(np.isfinite(mean), mean, DIVERGED)

    def _losses(self, members: Floats, batch: Any) -> Floats:
        """Loss of each member on one batch."""

        def loss(weights: Weights) -> torch.Tensor:
            named = {f"module.{name}": weight for name, weight in weights.items()}
            value: torch.Tensor = torch.func.functional_call(self.task, named, (batch,))
            return value

        size = 1 if self.one_by_one else self._at_once(batch)
        parts = []
        for chunk in _chunks(members, size):
            stacked = self._stacked(chunk)
            if len(chunk) == 1:
                parts.append(loss({name: part[0] for name, part in stacked.items()})[None])
            else:
                parts.append(torch.vmap(loss)(stacked))
        values: Floats = torch.cat(parts).double().cpu().numpy()
        return values

    def _at_once(self, batch: Any) -> int:
        """Number of members whose inputs and states fit :data:`BATCH_BYTES`."""
        x, cell = self.task.inputs(batch), self.task.cell
        # inputs once, hidden states and outputs twice: per day and stacked
        units = x.shape[-1] + 2 * (cell.hidden + cell.d_out)
        member = x.shape[0] * x.shape[1] * units * x.element_size()
        return max(1, BATCH_BYTES // member)

    def _stacked(self, members: Floats) -> Weights:
        """Weights of the members by name: (n_members, *shape)."""
        stacked = {}
        parts = np.split(self.spread * members, np.cumsum(self.sizes)[:-1], axis=1)
        for name, part in zip(self.trained, parts, strict=True):
            start = self.start[name]
            moved = torch.as_tensor(part, dtype=start.dtype, device=start.device)
            stacked[name] = start + moved.view(len(members), *start.shape)
        return stacked


def _chunks(members: Floats, size: int) -> Iterator[Floats]:
    """Members, in parts of at most this size."""
    for start in range(0, len(members), size):
        yield members[start : start + size]
