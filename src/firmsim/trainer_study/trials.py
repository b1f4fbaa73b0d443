"""Which trials a study consists of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from firmsim.config import TrainerStudy

GRADIENT = "gradient"
"""Name of the trainer that the others are compared with."""

CONTRAST = "lstm"
"""Cell that shows, trained by gradients, what a memory made for long lags does."""


FIGURES = ["curves", "memory", "gradients"]
"""Figures of the study."""


@dataclass(frozen=True)
class Trial:
    """One network, one trainer, one seed.

    Attributes
    ----------
    task : str
        firm or memory.
    cell : str
        Recurrence.
    weights : int
        Most weights of the cell.
    lag : int
        Steps to remember; 0 for the firm task.
    trainer : str
        Name of the trainer.
    seed : int
        Decides start weights and batches.
    """

    task: str
    cell: str
    weights: int
    lag: int
    trainer: str
    seed: int

    @property
    def name(self) -> str:
        """Path of the trial's files within the folder of the study."""
        lag = f"-lag{self.lag}" if self.lag else ""
        return f"{self.task}-{self.cell}-{self.weights}{lag}/{self.trainer}/seed{self.seed}"


def trials(study: TrainerStudy) -> list[Trial]:
    """All trials of a study, the gradient trainer's first."""
    return [
        Trial(*case, trainer, seed)
        for trainer in (GRADIENT, *study.trainers)
        for case in _cases(study)
        for seed in study.seeds
        if trainer == GRADIENT or case[1] != CONTRAST
    ]


def longest_lag(study: TrainerStudy) -> list[Trial]:
    """Trials of the memory task with the longest lag, the gradient trainer's, smallest size."""
    lag, weights = max(study.memory.lags), min(study.memory.weights)
    return [
        trial
        for trial in trials(study)
        if (trial.trainer, trial.lag, trial.weights) == (GRADIENT, lag, weights)
        and trial.task == "memory"
    ]


def _cases(study: TrainerStudy) -> Iterator[tuple[str, str, int, int]]:
    """Task, cell, weights and lag."""
    for recurrence in study.firm.cells:
        for weights in study.firm.weights:
            yield "firm", recurrence, weights, 0
    for cell in ("elman", CONTRAST):
        for weights in study.memory.weights:
            for lag in study.memory.lags:
                yield "memory", cell, weights, lag
