"""Training by gradients: optimiser, schedule, clipping and early stopping."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import torch
from tqdm import tqdm

from firmsim.errors import EncoderError
from firmsim.objectives.task import Task
from firmsim.training.checkpoint import load_checkpoint, save_checkpoint
from firmsim.training.trainer import (
    COLUMNS,
    Callback,
    Trained,
    Trainer,
    ValidationCheck,
    Weights,
    check_finite,
    snapshot_steps,
    weights_of,
)

EXPLODED = 1_000.0
"""A loss this many times the first one counts as divergence."""


@dataclass
class Progress:
    """State of a training, beside the weights and the optimiser."""

    best_weights: Weights
    step: int = 0
    best: float = float("inf")
    waited: int = 0
    rows: list[tuple[float, ...]] = field(default_factory=list)
    snapshots: dict[int, Weights] = field(default_factory=dict)


@dataclass(frozen=True)
class GradientTrainer(Trainer):
    """Stochastic gradient descent: AdamW, Adam or SGD, with a schedule and clipping.

    Gradients come from back-propagation through time. Sources:

    - AdamW: Loshchilov and Hutter (2019), *ICLR*;
    - Adam: Kingma and Ba (2015), *ICLR*;
    - SGD with Nesterov's momentum: Sutskever et al. (2013), *ICML*;
    - one-cycle schedule: Smith and Topin (2019), *SPIE* 11006;
    - cosine schedule: Loshchilov and Hutter (2017), *ICLR*;
    - clipping by the norm: Pascanu et al. (2013), *ICML*.

    Attributes
    ----------
    steps : int
        Most gradient steps.
    learning_rate : float
        Largest learning rate of the schedule.
    weight_decay : float
        Decoupled weight decay with adamw, an L2 penalty with adam and sgd.
    clip_norm : float
        Largest norm of the gradient; larger ones are scaled down.
    validate_every : int
        Steps between two validation checks.
    patience : int
        Validation checks without improvement after which training stops.
    optimizer : str
        adamw, adam or sgd.
    momentum : float
        Momentum of sgd.
    schedule : str
        one-cycle, cosine or constant.
    checkpoint_every : int
        Steps between two states on disk.
    fingerprint : str
        Identifies the data, so that a training continues from a state of its own only.
    """

    steps: int
    learning_rate: float
    weight_decay: float
    clip_norm: float
    validate_every: int
    patience: int
    optimizer: str = "adamw"
    momentum: float = 0.9
    schedule: str = "one-cycle"
    checkpoint_every: int = 100
    fingerprint: str = ""

    def train(
        self,
        task: Task,
        label: str,
        checkpoint: Path | None = None,
        callback: Callback | None = None,
    ) -> Trained:
        """Train in place; see :meth:`Trainer.train`."""
        weights = [weight for weight in task.parameters() if weight.requires_grad]
        optimizer = self._optimizer(weights)
        schedule = self._schedule(optimizer)
        progress = Progress(weights_of(task.module), snapshots={0: weights_of(task.module)})
        if checkpoint is not None:
            self._resume(checkpoint, task, optimizer, schedule, progress)
        hint = (
            f"lower learning_rate ({self.learning_rate:g}) or clip_norm ({self.clip_norm:g}), or "
            "take a bounded hidden_activation such as tanh"
        )
        with tqdm(
            total=self.steps, initial=progress.step, desc=label, disable=None, leave=False
        ) as bar:
            while progress.step < self.steps and progress.waited < self.patience:
                step = progress.step = progress.step + 1
                optimizer.zero_grad()
                loss: torch.Tensor = task(task.draw())
                loss.backward()  # type: ignore[no-untyped-call]
                norm = float(torch.nn.utils.clip_grad_norm_(weights, self.clip_norm))
                figures = {"loss": loss.item(), "gradient norm": norm}
                check_finite(label, step, self.steps, figures, hint)
                first = progress.rows[0][1] if progress.rows else loss.item()
                if loss.item() > EXPLODED * max(abs(first), 1e-6):
                    message = (
                        f"{label}: training diverged at step {step} of {self.steps} (the loss "
                        f"exploded from {first:g} to {loss.item():g}); {hint}"
                    )
                    raise EncoderError(message, parameter="learning_rate")
                rate = float(schedule.get_last_lr()[0])
                optimizer.step()
                schedule.step()
                validation, stop = float("nan"), False
                if step % self.validate_every == 0 or step == self.steps:
                    validation = self._check(task, progress)
                    check_finite(label, step, self.steps, {"validation loss": validation}, hint)
                    bar.set_postfix(validation=f"{progress.best:.4f}")
                    stop = bool(callback and callback(ValidationCheck(step, step, validation)))
                clipped = min(norm, self.clip_norm)
                progress.rows.append((step, loss.item(), validation, rate, norm, clipped, step))
                if step in snapshot_steps(self.steps):
                    progress.snapshots[step] = weights_of(task.module)
                bar.update()
                if stop:
                    break
                if checkpoint is not None and step % self.checkpoint_every == 0:
                    self._keep(checkpoint, task, optimizer, schedule, progress)
        task.module.load_state_dict(progress.best_weights)
        history = pd.DataFrame(progress.rows, columns=COLUMNS)
        whole = ["step", "forward_passes"]
        return Trained(history.astype(dict.fromkeys(whole, int)), progress.snapshots)

    def _check(self, task: Task, progress: Progress) -> float:
        """Compute the validation loss; keep the weights if they are the best so far."""
        with torch.no_grad():
            validation = task.validation_loss()
        if validation < progress.best:
            progress.best, progress.waited = validation, 0
            progress.best_weights = weights_of(task.module)
        else:
            progress.waited += 1
        return validation

    def _optimizer(self, weights: list[torch.nn.Parameter]) -> torch.optim.Optimizer:
        if self.optimizer == "sgd":
            return torch.optim.SGD(
                weights,
                self.learning_rate,
                momentum=self.momentum,
                weight_decay=self.weight_decay,
                nesterov=self.momentum > 0,
            )
        kind = torch.optim.AdamW if self.optimizer == "adamw" else torch.optim.Adam
        return kind(weights, self.learning_rate, weight_decay=self.weight_decay)

    def _schedule(self, optimizer: torch.optim.Optimizer) -> torch.optim.lr_scheduler.LRScheduler:
        schedules = torch.optim.lr_scheduler
        if self.schedule == "one-cycle":
            # with fewer than two steps the schedule divides by zero
            return schedules.OneCycleLR(
                optimizer,
                self.learning_rate,
                total_steps=max(self.steps, 2),
                cycle_momentum=self.optimizer != "sgd" or self.momentum > 0,
            )
        if self.schedule == "cosine":
            return schedules.CosineAnnealingLR(optimizer, self.steps)
        return schedules.ConstantLR(optimizer, factor=1.0)

    def _identity(self) -> str:
        """Settings that a state must share for the training to continue from it."""
        settings = {key: str(value) for key, value in asdict(self).items()}
        settings.pop("checkpoint_every")
        return " ".join(f"{key}={value}" for key, value in settings.items())

    def _keep(
        self,
        path: Path,
        task: Task,
        optimizer: torch.optim.Optimizer,
        schedule: torch.optim.lr_scheduler.LRScheduler,
        progress: Progress,
    ) -> None:
        """Write the state of the training to disk."""
        state = optimizer.state_dict()
        tensors = {"history": torch.tensor(progress.rows, dtype=torch.float64)}
        sets = {"now": task.module.state_dict(), "best": progress.best_weights}
        sets |= {f"snapshot {step}": kept for step, kept in progress.snapshots.items()}
        for kind, weights in sets.items():
            tensors |= {f"{kind}/{name}": value for name, value in weights.items()}
        for number, moments in state["state"].items():
            tensors |= {f"moments {number}/{name}": value for name, value in moments.items()}
        facts = {
            "step": progress.step,
            "best": progress.best,
            "waited": progress.waited,
            "rng": task.rng.bit_generator.state,
            "groups": state["param_groups"],
            "schedule": {
                key: value for key, value in schedule.state_dict().items() if _is_json(value)
            },
        }
        save_checkpoint(path, tensors, facts, self._identity())

    def _resume(
        self,
        path: Path,
        task: Task,
        optimizer: torch.optim.Optimizer,
        schedule: torch.optim.lr_scheduler.LRScheduler,
        progress: Progress,
    ) -> None:
        """Continue from the state of the training, if there is one."""
        found = load_checkpoint(path, self._identity())
        if found is None:
            return
        tensors, facts = found
        progress.step, progress.best = facts["step"], facts["best"]
        progress.waited = facts["waited"]
        progress.rows = [tuple(row) for row in tensors.pop("history").tolist()]
        sets: dict[str, Weights] = {}
        for name, value in tensors.items():
            kind, weight = name.split("/", 1)
            sets.setdefault(kind, {})[weight] = value
        task.module.load_state_dict(sets.pop("now"))
        progress.best_weights = sets.pop("best")
        moments: dict[int, Any] = {}
        for kind, weights in sets.items():
            word, number = kind.split()
            kept = progress.snapshots if word == "snapshot" else moments
            kept[int(number)] = weights
        optimizer.load_state_dict({"state": moments, "param_groups": facts["groups"]})
        schedule.load_state_dict(facts["schedule"])
        task.rng.bit_generator.state = facts["rng"]


def _is_json(value: Any) -> bool:
    """Whether JSON preserves a value."""
    return value is None or isinstance(value, (bool, int, float, str, list))
