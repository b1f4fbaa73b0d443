"""The long-lag memory task: recall the first day's input on the last day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from firmsim.objectives.task import CellModule, Task

VALIDATION_SEQUENCES = 512
"""Sequences of a validation check."""

CHANCE = float(np.log(2.0))
"""Loss (nats) of guessing: both symbols are equally likely."""


@dataclass(frozen=True)
class Sequences:
    """Sequences, and the symbol to remember of each.

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

    .. math::
        x_0 = s \in \{-1, +1\}, \qquad x_t \sim N(0, \nu^2) \ (t = 1 \dots T), \qquad
        L = \overline{\ln(1 + e^{-s y_T})}

    Only the first input carries information; the inputs after it are noise, and the loss reads the
    last output alone. Sequences take the place of firms, steps the place of days. The gradient of
    L in x_0 is a product of T Jacobians; where it vanishes, gradient descent cannot learn that the
    first day matters.

    The task is the latching problem of Bengio, Simard and Frasconi (1994), *Learning long-term
    dependencies with gradient descent is difficult*, in the form of Hochreiter and Schmidhuber
    (1997), *Long short-term memory*.

    Parameters
    ----------
    module : CellModule
        Weights to train; one input and one output.
    rng : numpy.random.Generator
        Source of the sequences: first those of the validation checks, then the batches.
    lag : int
        T, steps between the symbol and the answer.
    sequences : int
        Sequences per batch.
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
        self.validation = self._sequences(VALIDATION_SEQUENCES)

    def draw(self) -> Sequences:
        """Draw fresh sequences."""
        return self._sequences(self.sequences)

    def inputs(self, batch: Sequences) -> torch.Tensor:
        """Symbol and noise, one input per step."""
        return batch.x

    def loss(self, y: torch.Tensor, x: torch.Tensor, batch: Sequences) -> torch.Tensor:  # noqa: ARG002
        """Mean logistic loss of the last output, in nats."""
        return torch.nn.functional.softplus(-batch.symbol * y[-1, :, 0]).mean()

    def validation_loss(self) -> float:
        """Loss on sequences that are in no batch."""
        return float(self(self.validation))

    def _sequences(self, number: int) -> Sequences:
        symbol = self.rng.choice([-1.0, 1.0], number)
        x = np.concatenate([symbol[None], self.noise * self.rng.normal(size=(self.lag, number))])
        like = next(self.module.parameters())
        return Sequences(torch.as_tensor(x).to(like)[:, :, None], torch.as_tensor(symbol).to(like))
