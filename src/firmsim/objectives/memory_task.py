"""The long-lag memory task: tell on the last day what the first day's input was."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from firmsim.objectives.task import CellModule, Task

VALIDATION_SEQUENCES = 512
"""Sequences of a look at the validation loss."""

CHANCE = float(np.log(2.0))
"""Loss (nats) of who knows nothing: both symbols are equally likely."""


@dataclass(frozen=True)
class Batch:
    """Sequences, and what is to be remembered of each.

    Attributes
    ----------
    x : Tensor of shape (lag + 1, n_sequences, 1)
        The symbol on the first day, noise on the days after.
    symbol : Tensor of shape (n_sequences,)
        +1 or -1.
    """

    x: torch.Tensor
    symbol: torch.Tensor


class MemoryTask(Task):
    r"""Remember the first input for `lag` days.

    The latching problem of Bengio, Simard and Frasconi (1994), *Learning long-term dependencies
    with gradient descent is difficult*, in the form of Hochreiter and Schmidhuber (1997), *Long
    short-term memory*: only the first input tells, those after it are noise, and the network is
    asked once, at the end. Sequences stand where firms stand elsewhere, steps where days do.

    .. math::
        x_0 = s \in \{-1, +1\}, \qquad x_t \sim N(0, \nu^2) \ (t = 1 \dots T), \qquad
        L = \overline{\ln(1 + e^{-s y_T})}

    The gradient of L in x_0 is a product of T Jacobians; where it vanishes, gradient descent
    cannot learn that the first day matters.

    Parameters
    ----------
    module : CellModule
        Weights to train; one input and one output.
    rng : numpy.random.Generator
        Source of the sequences: first those that validate, then the batches.
    lag : int
        T, steps from the symbol to the question.
    sequences : int
        Sequences of a batch.
    noise : float
        nu, standard deviation of the inputs after the first.
    """

    def __init__(
        self,
        module: CellModule,
        rng: np.random.Generator,
        lag: int,
        sequences: int = 64,
        noise: float = 0.2,
    ) -> None:
        super().__init__(module, rng)
        self.lag, self.sequences, self.noise = lag, sequences, noise
        self.judges = self._sequences(VALIDATION_SEQUENCES)

    def draw(self) -> Batch:
        """Draw fresh sequences."""
        return self._sequences(self.sequences)

    def inputs(self, batch: Batch) -> torch.Tensor:
        """Symbol and noise, one input a step."""
        return batch.x

    def loss(self, y: torch.Tensor, x: torch.Tensor, batch: Batch) -> torch.Tensor:  # noqa: ARG002
        """Mean logistic loss of the last output, in nats."""
        return torch.nn.functional.softplus(-batch.symbol * y[-1, :, 0]).mean()

    def validation_loss(self) -> float:
        """Loss on sequences that are in no batch."""
        return float(self(self.judges))

    def _sequences(self, number: int) -> Batch:
        symbol = self.rng.choice([-1.0, 1.0], number)
        x = np.concatenate([symbol[None], self.noise * self.rng.normal(size=(self.lag, number))])
        like = next(self.module.parameters())
        return Batch(torch.as_tensor(x).to(like)[:, :, None], torch.as_tensor(symbol).to(like))
