"""One trial: train until both budgets are spent, and record the curve."""

from __future__ import annotations

import math
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from threadpoolctl import threadpool_limits

from firmsim.encoders import ComovementEncoder
from firmsim.objectives.task import CellModule, Task
from firmsim.recurrent import CELLS, LSTM
from firmsim.recurrent.parameters import largest_within
from firmsim.training.choose import make_trainer
from firmsim.training.trainer import Callback, Trained, Trainer, ValidationCheck
from trainers.memory_task import MemoryTask
from trainers.settings import Study
from trainers.trials import GRADIENT, Trial

ENDLESS = 10**9
"""More steps than the budgets allow."""


@dataclass
class Budgeted(Trainer):
    """A trainer of the study that stops when both budgets are spent, and its curve.

    Seconds are processor time of this process, so that other work on the machine does not count.
    Validation checks are left out.
    """

    name: str
    study: Study
    curve: list[tuple[int, float, float]] = field(default_factory=list)

    def train(
        self,
        task: Task,
        label: str,
        checkpoint: Path | None = None,
        callback: Callback | None = None,
    ) -> Trained:
        """Train in place; see :meth:`Trainer.train`."""
        validate, checking = task.validation_loss, 0.0

        def timed() -> float:
            nonlocal checking
            before = time.process_time()
            loss = validate()
            checking += time.process_time() - before
            return loss

        def stop(check: ValidationCheck) -> bool:
            spent = time.process_time() - started - checking
            self.curve.append((check.forward_passes, spent, check.validation_loss))
            enough = (
                check.forward_passes >= self.study.forward_passes and spent >= self.study.seconds
            )
            return enough or bool(callback and callback(check))

        with torch.no_grad():
            self.curve.append((0, 0.0, validate()))
        task.validation_loss = timed  # type: ignore[method-assign]
        trainer = self.trainer(task)
        warm_up(trainer)
        started = time.process_time()
        return trainer.train(task, label, checkpoint, stop)

    def trainer(self, task: Task) -> Trainer:
        """Build the trainer for a task, without an end of its own."""
        study = self.study
        own = study.memory if isinstance(task, MemoryTask) else study.firm
        passes = 1 if self.name == GRADIENT else study.population * own.batches  # of a step
        settings: dict[str, Any] = {
            "trainer": self.name,
            "steps": ENDLESS,
            "validate_every": math.ceil(study.forward_passes / study.validation_checks / passes),
            "patience": ENDLESS,
            "checkpoint_every": ENDLESS,
            "learning_rate": study.learning_rate,
            "schedule": "constant",
            "weight_decay": 0.0,
            "clip_norm": 1.0,
            "population": study.population,
            "batches": own.batches,
            "spread": own.spread / math.sqrt(task.cell.hidden),
        }
        return make_trainer(settings)


def warm_up(trainer: Trainer) -> None:
    """Train a tiny network, so that imports at first use are not on the clock."""
    cell = CELLS["elman"](d_in=1, hidden=1, d_out=1)
    task = MemoryTask(CellModule(cell), np.random.default_rng(0), lag=1, sequences=2)
    trainer.train(task, "warming up", callback=lambda _: True)


class BudgetedEncoder(ComovementEncoder):
    """The co-movement encoder, trained within budgets."""

    budgeted: Budgeted

    def make_trainer(self, fingerprint: str) -> Trainer:  # noqa: ARG002
        """Return the budgeted trainer."""
        return self.budgeted


def run_trial(trial: Trial, study: Study, growth: pd.DataFrame, **shared: Any) -> pd.DataFrame:
    """Train one network until both budgets are spent.

    Parameters
    ----------
    trial : Trial
        What to train, and how.
    study : Study
        Budgets and settings.
    growth : DataFrame of shape (n_days, n_firms)
        Growth rates of the fit period, in 1/year; the memory task does not read it.
    **shared
        Parameters of the encoder that do not belong to the study: validation_share, ...

    Returns
    -------
    DataFrame
        The curve, one row before the training and one per validation check: the fields of the
        trial, parameters (number of weights trained), forward_passes, seconds and validation_loss.
        The loss is that of the present weights (gradient) or of the best network (search).

    Raises
    ------
    EncoderError
        Too few days or firms, or training diverged.
    """
    with threadpool_limits(1):
        torch.set_num_threads(1)
        budgeted = Budgeted(trial.trainer, study)
        if trial.task == "memory":
            task = memory_task(trial, study)
            budgeted.train(task, trial.name)
            module: torch.nn.Module = task.module
        else:
            encoder = BudgetedEncoder(
                cell=trial.cell,
                max_parameters=trial.max_parameters,
                seed=trial.seed,
                outputs=study.firm.outputs,
                portfolios=study.firm.portfolios,
                windows=study.firm.windows,
                batch_size=study.firm.batch_size,
                **shared,
            )
            encoder.budgeted = budgeted
            module = encoder.fit(growth).module_
    curve = pd.DataFrame(budgeted.curve, columns=["forward_passes", "seconds", "validation_loss"])
    facts = asdict(trial) | {"parameters": sum(weight.numel() for weight in module.parameters())}
    for place, (name, value) in enumerate(facts.items()):
        curve.insert(place, name, value)
    return curve


def memory_task(trial: Trial, study: Study) -> MemoryTask:
    """Build the memory task of a trial, with fresh weights from its seed."""
    with torch.random.fork_rng():
        torch.manual_seed(trial.seed)
        cell = largest_within(CELLS[trial.cell], trial.max_parameters, d_in=1, d_out=1)
        if isinstance(cell, LSTM):
            remember(cell, trial.lag)
    rng = np.random.default_rng(trial.seed)
    settings = study.memory
    return MemoryTask(CellModule(cell), rng, trial.lag, settings.sequences, settings.noise)


def remember(cell: LSTM, lag: int) -> None:
    """Give the gates of an LSTM biases that keep its state for up to `lag` steps.

    The forget gate gets ln(u), the input gate -ln(u), with u uniform between 1 and `lag`: the
    chrono initialisation of Tallec and Ollivier (2018). With biases of zero a state is halved in
    each step.
    """
    hidden = cell.hidden
    bias = torch.empty(hidden).uniform_(1, max(lag, 2)).log()
    biases = torch.cat([-bias, bias, torch.zeros(2 * hidden)])
    start = {"bias_ih_l0": biases, "bias_hh_l0": torch.zeros(4 * hidden)}
    cell.recurrence.load_state_dict(start, strict=False)


def lag_gradients(trial: Trial, study: Study) -> pd.DataFrame:
    """Measure how far the gradient of a memory task reaches back, at the start weights.

    Parameters
    ----------
    trial : Trial
        One of the memory task.
    study : Study
        Settings of the task.

    Returns
    -------
    DataFrame
        cell, seed, lag (steps back from the answer) and share: the norm of the gradient of the
        loss in the inputs of that step, relative to the last step. For a plain recurrence this is,
        up to W_x, the norm of dL/dh_t.
    """
    task = memory_task(trial, study)
    batch = task.draw()
    x = task.inputs(batch).clone().requires_grad_()
    (slope,) = torch.autograd.grad(task.loss(task.cell(x)[0], x, batch), x)
    norms = slope.flatten(1).double().norm(dim=1).flip(0)
    return pd.DataFrame(
        {
            "cell": trial.cell,
            "seed": trial.seed,
            "lag": range(len(norms)),
            "share": (norms / norms[0]).numpy(),
        }
    )
