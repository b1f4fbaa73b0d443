"""The trials of a study: every combination of network, task, trainer and seed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from trainers.settings import Study

GRADIENT = "gradient"
"""Name of the trainer that the others are compared with."""

CONTRAST = "lstm"
"""Cell made for long lags, trained by gradients for contrast."""


@dataclass(frozen=True)
class Trial:
    """One network, one trainer, one seed.

    Attributes
    ----------
    task : str
        firm or memory.
    cell : str
        Recurrence.
    max_parameters : int
        Maximum number of weights of the cell.
    lag : int
        Steps to remember; 0 for the firm task.
    trainer : str
        Name of the trainer.
    seed : int
        Decides start weights and batches.

    Examples
    --------
    >>> Trial("memory", "elman", 200, 50, "swarm", 3).name
    'memory-elman-200-lag50/swarm/seed3'
    """

    task: str
    cell: str
    max_parameters: int
    lag: int
    trainer: str
    seed: int

    @property
    def name(self) -> str:
        """Path of the trial's files within the folder of trials."""
        lag = f"-lag{self.lag}" if self.lag else ""
        return f"{self.task}-{self.cell}-{self.max_parameters}{lag}/{self.trainer}/seed{self.seed}"


def trials(study: Study) -> list[Trial]:
    """All trials of a study, the gradient trainer's first."""
    return [
        Trial(*case, trainer, seed)
        for trainer in (GRADIENT, *study.trainers)
        for case in _cases(study)
        for seed in study.seeds
        if trainer == GRADIENT or case[1] != CONTRAST
    ]


def longest_lag(study: Study) -> list[Trial]:
    """Trials of the gradient trainer on the memory task with the longest lag, smallest size."""
    lag, size = max(study.memory.lags), min(study.memory.max_parameters)
    return [
        trial
        for trial in trials(study)
        if (trial.trainer, trial.lag, trial.max_parameters) == (GRADIENT, lag, size)
        and trial.task == "memory"
    ]


def _cases(study: Study) -> Iterator[tuple[str, str, int, int]]:
    """Task, cell, maximum number of weights and lag."""
    for recurrence in study.firm.cells:
        for size in study.firm.max_parameters:
            yield "firm", recurrence, size, 0
    for cell in ("elman", CONTRAST):
        for size in study.memory.max_parameters:
            for lag in study.memory.lags:
                yield "memory", cell, size, lag
