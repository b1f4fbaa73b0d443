"""Training without derivatives: the search loop that every derivative-free trainer shares."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from tqdm import tqdm

from firmsim.errors import EncoderError
from firmsim.objectives.task import Task
from firmsim.training.checkpoint import load_checkpoint, save_checkpoint
from firmsim.training.population import DIVERGED, PopulationLoss
from firmsim.training.trainer import (
    COLUMNS,
    Callback,
    Trained,
    Trainer,
    ValidationCheck,
    Weights,
    snapshot_steps,
    weights_of,
)
from firmsim.typing import Floats

BOUND = 10.0
"""Bounds of a search, in spreads from each start weight."""

Evaluate = Callable[[Floats], Floats]
"""Maps members (n_members, n_weights) to losses (n_members,); ends the search by an exception."""


@dataclass(frozen=True)
class DerivativeFreeTrainer(Trainer):
    """A search that reads only the losses of sets of weights.

    A member is a set of weights in standardised coordinates, (weights - start weights) / spread.
    The first members are the start weights and normal draws around them. All members are compared
    on the same batches, and a member whose loss is not finite ranks last. A validation check
    evaluates the member with the smallest loss so far; the best of these members remains.

    Attributes
    ----------
    steps : int
        Most generations.
    population : int
        Members per generation.
    spread : float
        Standard deviation of the first members' weights around the start weights.
    batches : int
        Batches on which members are compared.
    validate_every : int
        Generations between two validation checks.
    patience : int
        Validation checks without improvement after which training stops.
    checkpoint_every : int
        Generations between two states on disk.
    fingerprint : str
        Identifies the data, so that a training continues from a state of its own only.
    """

    steps: int
    population: int = 32
    spread: float = 0.1
    batches: int = 4
    validate_every: int = 100
    patience: int = 5
    checkpoint_every: int = 100
    fingerprint: str = ""

    @abstractmethod
    def search(self, n_weights: int, rng: np.random.Generator, evaluate: Evaluate) -> None:
        """Search for members with a small loss until `evaluate` ends the search.

        Parameters
        ----------
        n_weights : int
            Number of coordinates of a member.
        rng : numpy.random.Generator
            Source of everything random.
        evaluate : callable
            Losses of members; the origin is the start weights.
        """

    def train(
        self,
        task: Task,
        label: str,
        checkpoint: Path | None = None,
        callback: Callback | None = None,
    ) -> Trained:
        """Train in place; see :meth:`Trainer.train`.

        A killed training is replayed: the search starts anew with the same seed and receives the
        recorded losses. It therefore proposes the same members without a forward pass, up to the
        last state on disk, and continues from there.
        """
        loss = PopulationLoss(task, self.batches, self.spread)
        rng = np.random.default_rng(int(task.rng.integers(2**63)))
        with tqdm(total=self.steps, desc=label, disable=None, leave=False) as bar:
            run = _Run(self, task, loss, checkpoint, callback, bar)
            try:
                self.search(loss.n_weights, rng, run.evaluate)
            except _Enough:
                pass
            else:  # the search has nothing left to try
                run.check_last()
        if not math.isfinite(run.best):
            message = (
                f"{label}: no set of weights tried in {run.step} generations has a finite loss; "
                f"lower spread ({self.spread:g}), or take a bounded hidden_activation such as tanh"
            )
            raise EncoderError(message, parameter="spread")
        task.module.load_state_dict(run.best_weights)
        history = pd.DataFrame(run.rows, columns=COLUMNS)
        whole = ["step", "forward_passes"]
        return Trained(history.astype(dict.fromkeys(whole, int)), run.snapshots)

    def first_members(self, n_weights: int, rng: np.random.Generator) -> Floats:
        """Start weights, and normal draws around them: (population, n_weights)."""
        members = rng.normal(size=(self.population, n_weights)).clip(-BOUND, BOUND)
        members[0] = 0.0
        return members


class _Enough(Exception):  # noqa: N818
    """Ends a search of any library."""


@dataclass
class _Run:
    """One training in progress, which a search calls to evaluate members."""

    trainer: DerivativeFreeTrainer
    task: Task
    loss: PopulationLoss
    checkpoint: Path | None
    callback: Callback | None
    bar: tqdm[Any]
    step: int = 0
    waited: int = 0
    evaluated: int = 0
    in_step: int = 0
    best: float = float("inf")
    smallest: float = float("inf")
    rows: list[tuple[float, ...]] = field(default_factory=list)
    losses: list[Floats] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.best_weights: Weights = weights_of(self.task.module)
        self.snapshots = {0: self.best_weights}
        self.leader = np.zeros(self.loss.n_weights)
        self.recorded, self.checks = np.empty(0), {}
        found = load_checkpoint(self.checkpoint, self._identity()) if self.checkpoint else None
        if found is not None:
            tensors, facts = found
            self.recorded = tensors["losses"].numpy()
            self.checks = {
                int(step): float(value) for step, value in facts["validation_checks"].items()
            }

    def evaluate(self, members: Floats) -> Floats:
        """Losses of members; a generation is `population` single members, or one call with many.

        Raises
        ------
        _Enough
            Steps or patience are used up, or the callback ends the training.
        """
        done = self.evaluated + len(members)
        replayed = done <= len(self.recorded)
        losses = self.recorded[self.evaluated : done] if replayed else self.loss(members)
        self.losses.append(losses)
        self.evaluated, self.in_step = done, self.in_step + len(members)
        first = int(losses.argmin())
        if losses[first] < self.smallest:
            self.smallest, self.leader = float(losses[first]), members[first].copy()
        if len(members) > 1 or self.in_step >= self.trainer.population:
            self._end_step(replayed)
        return losses

    def check_last(self) -> None:
        """Validate the leader, unless the last generation had a validation check."""
        if self.rows and math.isnan(self.rows[-1][2]):
            row = list(self.rows[-1])
            row[2] = self._check()
            self.rows[-1] = tuple(row)

    def _end_step(self, replayed: bool) -> None:
        """End a generation: history, validation check, snapshot, state on disk, whether to stop."""
        trainer = self.trainer
        self.step, self.in_step = self.step + 1, 0
        passes = self.evaluated * trainer.batches
        validation, stop, none = float("nan"), False, float("nan")
        if self.step % trainer.validate_every == 0 or self.step == trainer.steps:
            validation = self._check()
            self.bar.set_postfix(validation=f"{self.best:.4f}")
            if self.callback and not replayed:
                stop = bool(self.callback(ValidationCheck(self.step, passes, validation)))
        self.rows.append((self.step, self.smallest, validation, none, none, none, passes))
        if self.step in snapshot_steps(trainer.steps):
            self.snapshots[self.step] = self.loss.weights(self.leader)
        self.bar.update()
        if stop or self.step >= trainer.steps or self.waited >= trainer.patience:
            raise _Enough
        if self.checkpoint and not replayed and self.step % trainer.checkpoint_every == 0:
            self._keep(self.checkpoint)

    def _check(self) -> float:
        """Validation loss of the member with the smallest loss; keep the best weights."""
        weights = self.loss.weights(self.leader)
        validation = self.checks.get(self.step)
        if validation is None:
            self.task.module.load_state_dict(weights)
            with torch.no_grad():
                validation = self.task.validation_loss()
            if self.smallest >= DIVERGED or not math.isfinite(validation):
                validation = float("inf")
            self.checks[self.step] = validation
        if validation < self.best:
            self.best, self.waited, self.best_weights = validation, 0, weights
        else:
            self.waited += 1
        return validation

    def _identity(self) -> str:
        """Settings that a state must share for the training to continue from it."""
        settings = asdict(self.trainer) | {"trainer": type(self.trainer).__name__}
        settings.pop("checkpoint_every")
        return " ".join(f"{key}={value}" for key, value in settings.items())

    def _keep(self, path: Path) -> None:
        """Write every loss and validation check so far, from which the search can be replayed."""
        losses = {"losses": torch.from_numpy(np.concatenate(self.losses))}
        save_checkpoint(path, losses, {"validation_checks": self.checks}, self._identity())
