"""The co-movement objective as a task: windows, their long-run targets, the loss."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from firmsim.objectives.comovement import loss as comovement
from firmsim.objectives.comovement.module import ComovementModule, Inputs
from firmsim.objectives.task import Task, draw_window

VALIDATION_FIRMS = 512
"""Most firms in a look at the validation period."""


@dataclass(frozen=True)
class LongRun:
    """Sums over days from which the co-movement of pairs follows.

    Attributes
    ----------
    product : Tensor of shape (n_firms, n_firms)
        Sum of q_i q_j.
    energy : Tensor of shape (n_firms, n_firms)
        Sum of q_i^2 over the days that j has.
    common : Tensor of shape (n_firms, n_firms)
        Number of days that both have.
    """

    product: torch.Tensor
    energy: torch.Tensor
    common: torch.Tensor

    @classmethod
    def of(cls, inputs: Inputs) -> LongRun:
        """Sums over all days of the inputs."""
        q, observed = inputs.q, inputs.observed
        return cls(q.T @ q, q.square().T @ observed, observed.T @ observed)

    def among(self, firms: torch.Tensor) -> LongRun:
        """The same for some of the firms."""
        return LongRun(
            *(sums[firms][:, firms] for sums in (self.product, self.energy, self.common))
        )

    def without(self, window: LongRun) -> LongRun:
        """The same with the days of a window left out."""
        return LongRun(
            self.product - window.product,
            self.energy - window.energy,
            self.common - window.common,
        )

    def comovement(self) -> torch.Tensor:
        """Cosine of the normal scores of each pair over the days that both have."""
        return self.product * (self.energy * self.energy.T).clamp_min(1e-12).rsqrt()

    def known(self, days: int) -> torch.Tensor:
        """Pairs of different firms with at least so many days in common."""
        itself = torch.eye(len(self.common), dtype=torch.bool, device=self.common.device)
        return (self.common >= days) & ~itself


@dataclass(frozen=True)
class Batch:
    """A window of some firms, what their long-run co-movement is, and which days are hidden.

    Attributes
    ----------
    window : Inputs
        Days and firms of the batch.
    target : Tensor of shape (n_firms, n_firms)
        Long-run co-movement of each pair.
    known : Tensor of bool, shape (n_firms, n_firms)
        Pairs whose long-run co-movement is known.
    later, later_known : Tensor of shape (n_firms, n_firms)
        The same of the days after the window.
    keep : Tensor of shape (n_days, 1, 1) or None
        Multiplies the inputs: 0 on hidden days. None: nothing is hidden.
    """

    window: Inputs
    target: torch.Tensor
    known: torch.Tensor
    later: torch.Tensor
    later_known: torch.Tensor
    keep: torch.Tensor | None


class ComovementTask(Task):
    """Ask the scores of random windows for long-run neighbours and the year after the window.

    Parameters
    ----------
    module : ComovementModule
        Weights to train.
    rng : numpy.random.Generator
        Source of the batches.
    panel : Inputs
        All days of the fit period and all training firms.
    train_days : int
        The first days are trained on, the rest validate.
    windows : sequence of int
        Lengths of the training windows, drawn at random (trading days).
    batch_size : int
        Most firms of a batch.
    common_days : int
        Days that two firms must share for their long-run co-movement to be known.
    horizon : int
        Days after a window whose co-movement the correlation loss asks for; where fewer than
        `common_days` are left of the training days, the long run's.
    temperature, correlation_weight, day_dropout : float
        See `firmsim.config.Encoder`.
    """

    module: ComovementModule

    def __init__(
        self,
        module: ComovementModule,
        rng: np.random.Generator,
        panel: Inputs,
        train_days: int,
        windows: Sequence[int],
        batch_size: int,
        common_days: int,
        horizon: int,
        temperature: float,
        correlation_weight: float,
        day_dropout: float,
    ) -> None:
        super().__init__(module, rng)
        self.panel, self.train_days, self.windows = panel, train_days, windows
        self.batch_size, self.common_days = batch_size, common_days
        self.horizon = horizon
        self.temperature, self.correlation_weight = temperature, correlation_weight
        self.day_dropout = day_dropout
        self.sums = LongRun.of(panel.window(slice(0, train_days), slice(None)))
        n_firms = panel.q.shape[1]
        self.judges = torch.as_tensor(np.sort(rng.permutation(n_firms)[:VALIDATION_FIRMS]))
        judged = self.sums.among(self.judges)
        self.judged = judged.comovement(), judged.known(common_days)

    @property
    def learnable(self) -> bool:
        """Whether any two of the firms that judge have their long-run co-movement known."""
        return bool(self.judged[1].any())

    def draw(self) -> Batch:
        """Draw a window, its firms and its hidden days."""
        days, firms = draw_window(
            self.rng, self.windows, self.panel.observed[: self.train_days], self.batch_size
        )
        window = self.panel.window(days, firms)
        rest = self.sums.among(firms).without(LongRun.of(window))  # the window itself left out
        target = rest.comovement(), rest.known(self.common_days)
        hidden = self.rng.random(len(window.q)) < self.day_dropout
        keep = torch.as_tensor(~hidden) / (1 - self.day_dropout)
        return Batch(
            window,
            *target,
            *(self._later(days.stop, firms) or target),
            keep.to(window.q)[:, None, None],
        )

    def _later(self, start: int, firms: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor] | None:
        """Co-movement of the days from `start` on and the pairs that it is known of, or None."""
        days = slice(start, min(start + self.horizon, self.train_days))
        if days.stop - days.start < self.common_days:
            return None
        later = LongRun.of(self.panel.window(days, firms))
        return later.comovement(), later.known(self.common_days)

    def inputs(self, batch: Batch) -> torch.Tensor:
        """Inputs of the window, hidden days 0."""
        x = batch.window.x()
        return x if batch.keep is None else x * batch.keep

    def loss(self, y: torch.Tensor, x: torch.Tensor, batch: Batch) -> torch.Tensor:
        """Softmax loss and correlation loss of the window's scores."""
        own, _ = self.module.traces(y, x, batch.window)
        score = self.module.score(own, own, learning=True)
        softmax = comovement.softmax_loss(
            score, batch.target, batch.known, self.module.log_temperature, self.temperature
        )
        correlation = comovement.correlation_loss(score, batch.later, batch.later_known)
        weight = self.correlation_weight
        return (1 - weight) * softmax + weight * correlation

    def validation_loss(self) -> float:
        """Mean loss over the windows of the validation period, one after the other."""
        n_days, losses = len(self.panel.q), []
        room = n_days - self.train_days
        for length in {min(window, room) for window in self.windows}:
            for start in range(self.train_days, n_days - length + 1, length):
                window = self.panel.window(slice(start, start + length), self.judges)
                losses.append(float(self(Batch(window, *self.judged, *self.judged, None))))
        return float(np.mean(losses))
