"""The interface of every trainer: what it needs, and what it returns."""

from __future__ import annotations

import copy
import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import torch

from firmsim.errors import EncoderError
from firmsim.objectives.task import Task

Weights = dict[str, torch.Tensor]
"""Weights of a module by name."""

COLUMNS = [
    "step",
    "loss",
    "validation_loss",
    "learning_rate",
    "gradient_norm",
    "clipped_norm",
    "forward_passes",
]
"""Columns of a training history. validation_loss is missing between two validation checks. Columns
of gradients are missing where a trainer has none."""


@dataclass(frozen=True)
class Trained:
    """Record of a training, beside the weights in the module.

    Attributes
    ----------
    history : DataFrame
        Columns :data:`COLUMNS`, one row per step. gradient_norm and clipped_norm are norms of the
        gradient before and after clipping. forward_passes counts the training passes of one batch
        through the network, up to that step.
    snapshots : dict of int to dict of str to Tensor
        Weights at the start (step 0) and after a quarter, a half and all of the steps.
    """

    history: pd.DataFrame
    snapshots: dict[int, Weights]


@dataclass(frozen=True)
class ValidationCheck:
    """One validation check of a training, as a callback receives it.

    Attributes
    ----------
    step : int
        Steps so far.
    forward_passes : int
        Passes of one batch through the network so far.
    validation_loss : float
        Loss of the current weights; for a population, loss of its best member.
    """

    step: int
    forward_passes: int
    validation_loss: float


Callback = Callable[[ValidationCheck], bool | None]
"""Called at each validation check; True ends the training."""


class Trainer(ABC):
    """Minimises the loss of a task, and keeps the weights with the smallest validation loss."""

    @abstractmethod
    def train(
        self,
        task: Task,
        label: str,
        checkpoint: Path | None = None,
        callback: Callback | None = None,
    ) -> Trained:
        """Train in place; the weights with the smallest validation loss remain.

        Parameters
        ----------
        task : Task
            Module, batches and losses.
        label : str
            First words of the progress bar and of errors.
        checkpoint : Path, optional
            File for the state of the training. If it exists, the training continues from it and
            ends with the same weights, bit for bit, as one that was never interrupted.
        callback : callable, optional
            Called at each validation check.

        Returns
        -------
        Trained
            History and snapshots.

        Raises
        ------
        EncoderError
            Training diverged, or the checkpoint is damaged.
        """


def check_finite(label: str, step: int, steps: int, figures: dict[str, float], hint: str) -> None:
    """Refuse figures that are not finite.

    Raises
    ------
    EncoderError
        Names the training, the step, the figure and what to change.
    """
    for name, figure in figures.items():
        if not math.isfinite(figure):
            message = (
                f"{label}: training diverged at step {step} of {steps} ({name} {figure:g}); {hint}"
            )
            raise EncoderError(message, parameter="learning_rate")


def snapshot_steps(steps: int) -> set[int]:
    """Steps whose weights are kept for diagnosis."""
    return {0, -(-steps // 4), -(-steps // 2), steps}


def weights_of(module: torch.nn.Module) -> Weights:
    """Copy of a module's weights."""
    return copy.deepcopy(module.state_dict())
