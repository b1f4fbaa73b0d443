r"""How far back gradients reach: vanishing and exploding gradients of a trained recurrence.

What carries memory differs from cell to cell: h_t (Elman, GRU), h_t and c_t (LSTM), s_t and y_t
(Jordan). Here :math:`\partial L/\partial h_{T-k}` stands for the gradient with respect to all that
is carried over from day T - k to the next. Only the loss's slope in the outputs of the last day is
propagated back, so that the gradient at lag k has passed through k steps and nothing else. That
gradients vanish or explode exponentially in k: Hochreiter (1991); Bengio, Simard and Frasconi
(1994), *IEEE Transactions on Neural Networks* 5; Pascanu, Mikolov and Bengio (2013), *ICML*.

Truncation is left out: told is what the recurrence lets through.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch

from firmsim.objectives.task import Task
from firmsim.recurrent import Cell
from firmsim.recurrent.cell import State
from firmsim.training.trainer import Weights

Array = npt.NDArray[np.float64]

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

SATURATED = 0.05
"""A unit whose slope is below this share of its steepest slope is saturated."""

FLOOR = 1e-7
"""Gradients below this share of the largest do not count for the half-life: beside the largest,
single precision, in which training sums them, no longer sees them."""

COLUMNS = ["step", "weights", "quantity", "lag", "value", "reason"]
"""Of the table of diagnostics: one number a row, or why there is none."""

NO_MEMORY = "the cell carries nothing from one day to the next"


@dataclass(frozen=True)
class HalfLife:
    """Days in which the gradient halves; negative: it grows, and doubles in so many days.

    Attributes
    ----------
    days : float
        Trading days; infinite for a gradient that stays as it is, NaN where there is none.
    reason : str
        Why there is none; otherwise empty.
    """

    days: float
    reason: str = ""


def enter_states(cell: Cell, x: torch.Tensor) -> list[State]:
    """State that enters each day, and the one that leaves the last: n_days + 1 states.

    Parameters
    ----------
    cell : Cell
        Its plain steps are taken.
    x : Tensor of shape (n_days, n_firms, d_in)
        Inputs.
    """
    states = [cell.start(x)]
    with torch.no_grad():
        for x_t in x.unbind(0):
            states.append(cell.step(x_t, states[-1])[2])
    return states


def gradient_norms(
    cell: Cell, x: torch.Tensor, states: list[State], delta: torch.Tensor, day: int
) -> Array:
    r"""Size of :math:`\partial L_T/\partial h_{T-k}` for lags k = 1, 2, ..., T.

    Parameters
    ----------
    cell : Cell
        The recurrence.
    x : Tensor of shape (n_days, n_firms, d_in)
        Inputs.
    states : list of State
        As :func:`enter_states` gives them.
    delta : Tensor of shape (n_firms, d_out)
        Slope of the loss in the outputs of day T.
    day : int
        Position of day T. Lag k is the state that was carried over from position day - k; the zero
        state before the first day is left out, so that there are `day` lags.

    Returns
    -------
    ndarray of shape (day,)
        Norm over the units of the carried state, root mean square over firms.
    """
    norms = []
    back: State = ()
    for t in range(day, 0, -1):
        leaves = tuple(part.detach().requires_grad_() for part in states[t])
        y_t, _, carried = cell.step(x[t], leaves)
        ends, slopes = ((y_t,), (delta,)) if t == day else (carried, back)
        back = tuple(
            torch.zeros_like(leaf) if found is None else found
            for leaf, found in zip(
                leaves, torch.autograd.grad(ends, leaves, slopes, allow_unused=True), strict=True
            )
        )
        squares = torch.stack([part.square().sum() for part in back]).sum()
        norms.append(math.sqrt(float(squares) / x.shape[1]))
    return np.asarray(norms)


def half_life(lags: Array, norms: Array) -> HalfLife:
    r"""Half-life of a gradient: :math:`\ln(1/2)` over the slope of the log norm on the lag.

    Parameters
    ----------
    lags : ndarray of shape (n_lags,)
        Trading days.
    norms : ndarray of shape (n_lags,)
        Norms of the gradient; those below :data:`FLOOR` times the largest are left out, and so is
        all that lies beyond the first of them.

    Returns
    -------
    HalfLife
        By least squares. A linear recurrence of spectral radius rho has ln(1/2) / ln(rho).
    """
    if len(norms) < 2:
        return HalfLife(math.nan, "the window is too short")
    if not np.isfinite(norms).all():
        return HalfLife(math.nan, "the gradient is not finite")
    kept = np.logical_and.accumulate(norms > FLOOR * norms.max())
    if kept.sum() < 2:
        return HalfLife(math.nan, "the gradient is gone after a day")
    slope = float(np.polyfit(lags[kept], np.log(norms[kept]), 1)[0])
    return HalfLife(math.log(0.5) / slope if slope else math.inf)


def state_jacobians(cell: Cell, x: torch.Tensor, states: list[State]) -> torch.Tensor:
    """Jacobian of each day's carried state in the state carried over from the day before.

    Parameters
    ----------
    cell : Cell
        The recurrence.
    x : Tensor of shape (n_days, n_firms, d_in)
        Inputs.
    states : list of State
        As :func:`enter_states` gives them.

    Returns
    -------
    Tensor of shape (n_days, n_firms, units, units)
        Units of the whole carried state.
    """
    n_days, n_firms, _ = x.shape
    sizes = [part.shape[-1] for part in states[0]]
    entering = torch.stack([torch.cat(state, dim=-1) for state in states[:-1]])

    def carried(flat: torch.Tensor, x_t: torch.Tensor) -> torch.Tensor:
        state = tuple(part[None] for part in torch.split(flat, sizes))
        return torch.cat(cell.step(x_t[None], state)[2], dim=-1)[0]

    jacobian = torch.func.vmap(torch.func.jacrev(carried))
    found: torch.Tensor = jacobian(entering.flatten(0, 1), x.flatten(0, 1))
    return found.reshape(n_days, n_firms, sum(sizes), sum(sizes))


def jacobian_products(jacobians: torch.Tensor, lags: tuple[int, ...]) -> dict[int, torch.Tensor]:
    """Jacobian of the last day's carried state in the state k days before.

    Parameters
    ----------
    jacobians : Tensor of shape (n_days, n_firms, units, units)
        As :func:`state_jacobians` gives them.
    lags : tuple of int
        Lags k wanted; those beyond n_days are left out.

    Returns
    -------
    dict of int to Tensor of shape (n_firms, units, units)
        J_T J_{T-1} ... J_{T-k+1} by lag.
    """
    products = {}
    units = jacobians.shape[-1]
    product = torch.eye(units, dtype=jacobians.dtype).expand(jacobians.shape[1], units, units)
    for lag, jacobian in enumerate(reversed(jacobians.unbind(0)), start=1):
        product = product @ jacobian
        if lag in lags:
            products[lag] = product
    return products


def spectral_radius(matrices: torch.Tensor) -> torch.Tensor:
    """Largest modulus of the eigenvalues of each matrix (..., units, units)."""
    radius: torch.Tensor = torch.linalg.eigvals(matrices).abs().amax(-1)
    return radius


def saturated_share(cell: Cell, x: torch.Tensor, states: list[State]) -> float:
    """Share of the units, over days and firms, whose slope is below :data:`SATURATED`."""
    with torch.no_grad():
        slopes = [cell.slopes(x_t, state) for x_t, state in zip(x, states, strict=False)]
    return float((torch.stack(slopes) < SATURATED).double().mean())


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
