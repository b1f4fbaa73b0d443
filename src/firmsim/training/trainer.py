"""What every trainer takes and gives."""

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

COLUMNS = [
    "step",
    "loss",
    "validation_loss",
    "learning_rate",
    "gradient_norm",
    "clipped_norm",
    "forward_passes",
]
"""Of a training history; validation_loss is missing between two looks, and what a trainer without
gradients does not have is missing throughout."""


@dataclass(frozen=True)
class Trained:
    """What a training leaves beside the weights in the module.

    Attributes
    ----------
    history : DataFrame
        Columns :data:`COLUMNS`, one row a step. gradient_norm and clipped_norm are the norms of the
        gradient before and after clipping; forward_passes counts, up to that step, passes of one
        batch through the network for training.
    snapshots : dict of int to dict of str to Tensor
        Weights at the start (step 0), after a quarter, a half and all of the steps.
    """

    history: pd.DataFrame
    snapshots: dict[int, Weights]


@dataclass(frozen=True)
class ValidationCheck:
    """A look at the validation period, for who watches a training.

    Attributes
    ----------
    step : int
        Steps so far.
    forward_passes : int
        Passes of one batch through the network so far.
    validation_loss : float
        Loss of the present weights; for trainers of a population, of its best member.
    """

    step: int
    forward_passes: int
    validation_loss: float


Callback = Callable[[ValidationCheck], bool | None]
"""Called at each look; True ends the training."""


class Trainer(ABC):
    """Finds weights of a task's module with a small loss, and keeps the best on validation."""

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
            Shown beside the progress bar and in errors.
        checkpoint : Path, optional
            Where to keep the state of the training. When the file is there already, the training
            goes on from it, to the same weights, bit for bit, as one that was never interrupted.
        callback : callable, optional
            Called at each look at the validation period.

        Returns
        -------
        Trained
            History and snapshots.

        Raises
        ------
        EncoderError
            Training diverged, or the checkpoint is damaged or of another training.
        """


def check_finite(label: str, step: int, steps: int, figures: dict[str, float], hint: str) -> None:
    """Refuse a figure that is not finite.

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
            raise EncoderError(message)


def snapshot_steps(steps: int) -> set[int]:
    """Steps after which weights are kept for diagnosis."""
    return {0, -(-steps // 4), -(-steps // 2), steps}


def weights_of(module: torch.nn.Module) -> Weights:
    """Copy of a module's weights."""
    return copy.deepcopy(module.state_dict())
