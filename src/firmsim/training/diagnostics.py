"""Diagnostics of a training: how far back gradients reach at a few of its steps, as one table."""

from __future__ import annotations

import copy
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import torch

from firmsim.objectives.task import Task
from firmsim.training.reach import (
    enter_states,
    gradient_norms,
    half_life,
    jacobian_products,
    saturated_share,
    spectral_radius,
    state_jacobians,
)
from firmsim.training.trainer import Weights

LONGEST_WINDOW = 125
"""Most trading days that gradients are followed back."""

FIRMS = 64
"""Most firms of a batch; gradients are root mean squares over them."""

BATCHES = 4
"""Windows that are averaged over."""

JACOBIAN_FIRMS = 8
"""Firms whose Jacobians are multiplied; their median is told."""

JACOBIAN_LAGS = (1, 2, 5, 10, 20, 30, 40, 60, 80, 100, 120)
"""Lags (trading days) at which the product of Jacobians is looked at."""

COLUMNS = ["step", "weights", "quantity", "lag", "value", "reason"]
"""Of the table of diagnostics: one number a row, or why there is none."""

NO_MEMORY = "the cell carries nothing from one day to the next"


def diagnose(task: Task, batches: list[Any]) -> list[tuple[str, float, float, str]]:
    """Diagnostics of a task's present weights, in double precision.

    Parameters
    ----------
    task : Task
        Weights, inputs and loss; left as it was.
    batches : list
        Windows as the task draws them, all of one length.

    Returns
    -------
    list of (quantity, lag, value, reason)
        gradient_norm against lag (geometric mean over the batches); half_life (trading days);
        spectral_radius of the recurrent matrix; jacobian_radius and jacobian_norm, spectral radius
        and largest singular value of the product of Jacobians, against lag (median over firms,
        first batch); saturated_share (mean over the batches). Lag is NaN where there is none.
    """
    cell = copy.deepcopy(task.cell).double().cpu().requires_grad_(False)
    logs, shares, products = [], [], {}
    for number, batch in enumerate(batches):
        with torch.no_grad():
            inputs = task.inputs(batch)
            y = task.cell(inputs)[0]
        y.requires_grad_()
        (slopes,) = torch.autograd.grad(task.loss(y, inputs, batch), y)
        # a forecast of the day after the window is not asked for: take the last day with a slope
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
    """Diagnostics along a training, and of the weights it kept, on the same windows.

    Parameters
    ----------
    task : Task
        Of the training; its weights are overwritten.
    snapshots : mapping of int to dict of str to Tensor
        Weights by step.
    kept : dict of str to Tensor
        Weights that were kept.
    kept_step : int
        Step they are from.

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
