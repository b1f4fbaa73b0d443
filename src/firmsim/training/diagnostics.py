"""Gradient diagnosis: how far back gradients reach at a few steps of a training, as one table."""

from __future__ import annotations

import copy
import math
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
import pandas as pd
import torch

from firmsim.errors import EncoderError
from firmsim.objectives.task import CellModule, Task
from firmsim.training.reach import (
    enter_states,
    gradient_norms,
    half_life,
    jacobian_products,
    saturated_share,
    spectral_radius,
    state_jacobians,
)
from firmsim.training.trainer import Weights, weights_of

LONGEST_WINDOW = 125
"""Longest window of a diagnosis (trading days)."""

FIRMS = 64
"""Most firms per batch; gradients are root mean squares over them."""

BATCHES = 4
"""Windows to average over."""

JACOBIAN_FIRMS = 8
"""Firms whose Jacobians are multiplied; the table has their median."""

JACOBIAN_LAGS = (1, 2, 5, 10, 20, 30, 40, 60, 80, 100, 120)
"""Lags of the product of Jacobians (trading days)."""

COLUMNS = ["step", "weights", "quantity", "lag", "value", "reason"]
"""Columns of the table: one number per row, or the reason why there is none."""

NO_MEMORY = "the cell carries nothing from one day to the next"


class FittedEncoder(Protocol):
    """What a diagnosis reads of an encoder after its training."""

    windows: Sequence[int]
    batch_size: int | None
    seed: int
    module_: CellModule
    history_: pd.DataFrame
    snapshots_: dict[int, Weights]
    firms_: list[Any]

    @property
    def label(self) -> str:
        """First words of errors."""

    def training_task(self, growth: pd.DataFrame, rng: np.random.Generator) -> Task:
        """Task of the training, on growth rates that hold the training firms."""


def diagnose_encoder(encoder: FittedEncoder, growth: pd.DataFrame) -> pd.DataFrame:
    """Diagnose the training of a fitted encoder.

    Parameters
    ----------
    encoder : RecurrentEncoder
        Fitted, not loaded: it needs the history and the snapshots of its training. Its weights and
        torch's random state do not change.
    growth : DataFrame of shape (n_days, n_firms)
        Growth rates that it was fitted on, in 1/year.

    Returns
    -------
    DataFrame
        As :func:`diagnose_training` returns.

    Raises
    ------
    EncoderError
        The encoder was loaded without its training.
    """
    if not hasattr(encoder, "snapshots_"):
        message = f"{encoder.label}: was loaded without its training; fit it to diagnose gradients"
        raise EncoderError(message)
    probe = copy.copy(encoder)  # builds a module of its own
    probe.windows = [min(max(encoder.windows), LONGEST_WINDOW)]
    probe.batch_size = min(encoder.batch_size or FIRMS, len(encoder.firms_), FIRMS)
    with torch.random.fork_rng():
        task = probe.training_task(growth, np.random.default_rng(encoder.seed))
    best = int(encoder.history_["validation_loss"].argmin())
    step = int(encoder.history_["step"].iloc[best])
    return diagnose_training(task, encoder.snapshots_, weights_of(encoder.module_), step)


def diagnose(task: Task, batches: list[Any]) -> list[tuple[str, float, float, str]]:
    """Diagnose a task's current weights, in double precision.

    Parameters
    ----------
    task : Task
        Weights, inputs and loss; unchanged.
    batches : list
        Batches that the task drew, all of one length.

    Returns
    -------
    list of (quantity, lag, value, reason)
        Lag is in trading days, NaN where a quantity has none. The quantities:

        - saturated_share: mean over the batches;
        - half_life: of the gradient, in trading days;
        - spectral_radius: of the recurrent matrix;
        - gradient_norm: by lag, geometric mean over the batches;
        - jacobian_radius, jacobian_norm: spectral radius and largest singular value of the product
          of Jacobians, by lag, median over firms of the first batch.
    """
    cell = copy.deepcopy(task.cell).double().cpu().requires_grad_(False)
    logs, shares, products = [], [], {}
    for number, batch in enumerate(batches):
        with torch.no_grad():
            inputs = task.inputs(batch)
            y = task.cell(inputs)[0]
        y.requires_grad_()
        (slopes,) = torch.autograd.grad(task.loss(y, inputs, batch), y)
        # a forecast's loss has no slope on the last day: take the last day with one
        sloped = slopes.flatten(1).any(1).nonzero()
        day = int(sloped[-1]) if len(sloped) else len(y) - 1
        x = inputs[: day + 1].double().cpu()
        states = enter_states(cell, x)
        shares.append(saturated_share(cell, x, states))
        if states[0]:
            delta = slopes[day].double().cpu()
            with np.errstate(divide="ignore"):  # a norm of 0 is a logarithm of minus infinity
                logs.append(np.log(gradient_norms(cell, x, states, delta, day)))
        if states[0] and number == 0:
            few = [tuple(part[:JACOBIAN_FIRMS] for part in state) for state in states]
            jacobians = state_jacobians(cell, x[:, :JACOBIAN_FIRMS], few)
            products = jacobian_products(jacobians, JACOBIAN_LAGS)
    none = math.nan
    rows = [("saturated_share", none, float(np.mean(shares)), "")]
    if not products:
        return [
            *rows,
            *((name, none, none, NO_MEMORY) for name in ("half_life", "spectral_radius")),
        ]
    shortest = min(map(len, logs))
    norms = np.exp(np.mean([log[:shortest] for log in logs], axis=0))
    lags = np.arange(1.0, shortest + 1)
    found = half_life(lags, norms)
    rows += [
        ("half_life", none, found.days, found.reason),
        ("spectral_radius", none, float(spectral_radius(cell.recurrent_matrix())), ""),
        *(("gradient_norm", lag, norm, "") for lag, norm in zip(lags, norms, strict=True)),
    ]
    for lag, product in products.items():
        rows.append(("jacobian_radius", lag, float(spectral_radius(product).median()), ""))
        norm = torch.linalg.matrix_norm(product, 2).median()
        rows.append(("jacobian_norm", lag, float(norm), ""))
    return rows


def diagnose_training(
    task: Task, snapshots: Mapping[int, Weights], kept: Weights, kept_step: int
) -> pd.DataFrame:
    """Diagnose the snapshots of a training and the weights it kept, on the same windows.

    Parameters
    ----------
    task : Task
        The training's task; its weights are overwritten.
    snapshots : mapping of int to dict of str to Tensor
        Weights by step.
    kept : dict of str to Tensor
        Weights that training kept.
    kept_step : int
        Step of these weights.

    Returns
    -------
    DataFrame
        Columns :data:`COLUMNS`. `weights` is snapshot or kept; quantities as in :func:`diagnose`.
    """
    batches = [task.draw() for _ in range(BATCHES)]
    sets = [(step, "snapshot", weights) for step, weights in sorted(snapshots.items())]
    rows = []
    for step, kind, weights in [*sets, (kept_step, "kept", kept)]:
        task.module.load_state_dict(weights)
        rows += [(step, kind, *row) for row in diagnose(task, batches)]
    return pd.DataFrame(rows, columns=COLUMNS).astype({"lag": "Int64"})
