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
"""Most firms in a validation check."""


@dataclass(frozen=True)
class LongRun:
    """Sums over days that give the co-movement of pairs of firms.

    Attributes
    ----------
    product : Tensor of shape (n_firms, n_firms)
        Sum of q_i q_j.
    energy : Tensor of shape (n_firms, n_firms)
        Sum of q_i^2 over the days on which j is observed.
    common : Tensor of shape (n_firms, n_firms)
        Number of days on which both are observed.
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
        """Sums of some of the firms."""
        return LongRun(
            *(sums[firms][:, firms] for sums in (self.product, self.energy, self.common))
        )

    def without(self, window: LongRun) -> LongRun:
        """Sums without the days of a window."""
        return LongRun(
            self.product - window.product,
            self.energy - window.energy,
            self.common - window.common,
        )

    def comovement(self) -> torch.Tensor:
        """Cosine of the normal scores of each pair over the days that both have."""
        return self.product * (self.energy * self.energy.T).clamp_min(1e-12).rsqrt()

    def observed(self, days: int) -> torch.Tensor:
        """Mask of the pairs of different firms that share at least this number of days."""
        itself = torch.eye(len(self.common), dtype=torch.bool, device=self.common.device)
        return (self.common >= days) & ~itself


@dataclass(frozen=True)
class ComovementBatch:
    """A window of some firms, their co-movement outside it, and which of its days are hidden.

    Attributes
    ----------
    window : Inputs
        Days and firms of the batch.
    target : Tensor of shape (n_firms, n_firms)
        Long-run co-movement of each pair.
    observed : Tensor of bool, shape (n_firms, n_firms)
        Pairs whose long-run co-movement is observed.
    horizon_target, horizon_observed : Tensor of shape (n_firms, n_firms)
        Co-movement of each pair over the horizon after the window, and pairs that have one.
    keep : Tensor of shape (n_days, 1, 1) or None
        Factor of the inputs: 0 on hidden days. None: no day is hidden.
    """

    window: Inputs
    target: torch.Tensor
    observed: torch.Tensor
    horizon_target: torch.Tensor
    horizon_observed: torch.Tensor
    keep: torch.Tensor | None


class ComovementTask(Task):
    """Predict long-run neighbours, and co-movement over a horizon, from random windows.

    Parameters
    ----------
    module : ComovementModule
        Weights to train.
    rng : numpy.random.Generator
        Source of the batches.
    panel : Inputs
        All days of the fit period and all training firms.
    train_days : int
        Number of first days to train on; the rest validate.
    windows : sequence of int
        Lengths of the training windows, drawn at random (trading days).
    batch_size : int
        Most firms per batch.
    common_days : int
        Days that two firms must share before their co-movement counts as observed.
    horizon : int
        Days after a window whose co-movement the correlation loss predicts. Where fewer than
        `common_days` of them are training days, it predicts long-run co-movement instead.
    temperature : float
        Softness of the long-run neighbourhood; see
        :func:`firmsim.objectives.comovement.loss.softmax_loss`.
    correlation_weight : float
        Weight of the correlation loss, in [0, 1]; the softmax loss has the rest.
    day_dropout : float
        Probability that a day of a training window is hidden.
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
        chosen = np.sort(rng.permutation(n_firms)[:VALIDATION_FIRMS])
        self.validation_firms = torch.as_tensor(chosen)
        sums = self.sums.among(self.validation_firms)
        self.validation_target = sums.comovement(), sums.observed(common_days)

    @property
    def learnable(self) -> bool:
        """Whether the long-run co-movement of any two validation firms is observed."""
        return bool(self.validation_target[1].any())

    def draw(self) -> ComovementBatch:
        """Draw a window, its firms and its hidden days."""
        days, firms = draw_window(
            self.rng, self.windows, self.panel.observed[: self.train_days], self.batch_size
        )
        window = self.panel.window(days, firms)
        rest = self.sums.among(firms).without(LongRun.of(window))  # the window itself left out
        target = rest.comovement(), rest.observed(self.common_days)
        hidden = self.rng.random(len(window.q)) < self.day_dropout
        keep = torch.as_tensor(~hidden) / (1 - self.day_dropout)
        return ComovementBatch(
            window,
            *target,
            *(self._horizon_target(days.stop, firms) or target),
            keep.to(window.q)[:, None, None],
        )

    def _horizon_target(
        self, start: int, firms: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor] | None:
        """Co-movement over the horizon from a day on, and its observed pairs; None if too short."""
        days = slice(start, min(start + self.horizon, self.train_days))
        if days.stop - days.start < self.common_days:
            return None
        sums = LongRun.of(self.panel.window(days, firms))
        return sums.comovement(), sums.observed(self.common_days)

    def inputs(self, batch: ComovementBatch) -> torch.Tensor:
        """Inputs of the cell: those of the window, 0 on hidden days."""
        x = batch.window.x()
        return x if batch.keep is None else x * batch.keep

    def loss(self, y: torch.Tensor, x: torch.Tensor, batch: ComovementBatch) -> torch.Tensor:
        """Softmax loss and correlation loss of the window's scores."""
        own, _ = self.module.traces(y, x, batch.window)
        score = self.module.score(own, own, learning=True)
        softmax = comovement.softmax_loss(
            score, batch.target, batch.observed, self.module.log_temperature, self.temperature
        )
        correlation = comovement.correlation_loss(
            score, batch.horizon_target, batch.horizon_observed
        )
        weight = self.correlation_weight
        return (1 - weight) * softmax + weight * correlation

    def validation_loss(self) -> float:
        """Mean loss over the windows of the validation period, one after the other."""
        n_days, losses = len(self.panel.q), []
        room = n_days - self.train_days
        for length in {min(window, room) for window in self.windows}:
            for start in range(self.train_days, n_days - length + 1, length):
                window = self.panel.window(slice(start, start + length), self.validation_firms)
                target = self.validation_target
                losses.append(float(self(ComovementBatch(window, *target, *target, None))))
        return float(np.mean(losses))
