r"""Reach of gradients: how they vanish or explode along a trained recurrence.

The carried state differs between cells: h_t (Elman, GRU), h_t and c_t (LSTM), s_t and y_t (Jordan).
Here :math:`\partial L/\partial h_{T-k}` is the gradient with respect to the whole state carried
from day T - k to the next. Only the loss's slope in the outputs of the last day is propagated back.
The gradient at lag k has therefore passed through k steps and nothing else.

Gradients vanish or explode exponentially in k: Hochreiter (1991); Bengio, Simard and Frasconi
(1994), *IEEE Transactions on Neural Networks* 5; Pascanu, Mikolov and Bengio (2013), *ICML*.

Truncation is ignored: the measures describe the recurrence itself.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch

from firmsim.recurrent import Cell
from firmsim.recurrent.cell import State
from firmsim.typing import Floats

SATURATED = 0.05
"""Share of a unit's steepest slope below which it is saturated."""

FLOOR = 1e-7
"""Share of the largest gradient below which others are left out of the half-life. Training sums
gradients in single precision, which loses such a small one beside the largest."""


@dataclass(frozen=True)
class HalfLife:
    """Days in which the gradient halves; if negative, days in which it doubles.

    Attributes
    ----------
    days : float
        Trading days; infinite for a constant gradient, NaN where there is no half-life.
    reason : str
        Why there is no half-life; otherwise empty.
    """

    days: float
    reason: str = ""


def enter_states(cell: Cell, x: torch.Tensor) -> list[State]:
    """State that enters each day, and the state after the last: n_days + 1 states.

    Parameters
    ----------
    cell : Cell
        The recurrence, run step by step.
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
) -> Floats:
    r"""Size of :math:`\partial L_T/\partial h_{T-k}` for lags k = 1, 2, ..., T.

    Parameters
    ----------
    cell : Cell
        The recurrence.
    x : Tensor of shape (n_days, n_firms, d_in)
        Inputs.
    states : list of State
        As :func:`enter_states` returns them.
    delta : Tensor of shape (n_firms, d_out)
        Slope of the loss in the outputs of day T.
    day : int
        Position of day T. Lag k is the state carried from position day - k. The zero state before
        the first day is left out, so that there are `day` lags.

    Returns
    -------
    ndarray of shape (day,)
        Norm over the units of the carried state; root mean square over firms.
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


def half_life(lags: Floats, norms: Floats) -> HalfLife:
    r"""Half-life of a gradient: :math:`\ln(1/2)` over the slope of the log norm on the lag.

    Parameters
    ----------
    lags : ndarray of shape (n_lags,)
        Trading days.
    norms : ndarray of shape (n_lags,)
        Norms of the gradient. The first norm below :data:`FLOOR` times the largest, and all beyond
        it, are left out.

    Returns
    -------
    HalfLife
        By least squares. A linear recurrence of spectral radius rho has ln(1/2) / ln(rho).

    Examples
    --------
    >>> import numpy as np
    >>> lags = np.arange(1.0, 11)
    >>> round(half_life(lags, 0.5 ** (lags / 4)).days, 6)
    4.0
    >>> half_life(lags[:1], np.ones(1)).reason
    'the window is too short'
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
    """Jacobian of each day's carried state in the state of the day before.

    Parameters
    ----------
    cell : Cell
        The recurrence.
    x : Tensor of shape (n_days, n_firms, d_in)
        Inputs.
    states : list of State
        As :func:`enter_states` returns them.

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
        As :func:`state_jacobians` returns them.
    lags : tuple of int
        Lags k; those beyond n_days are left out.

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
    """Largest modulus of the eigenvalues of each matrix.

    Parameters
    ----------
    matrices : Tensor of shape (..., units, units)

    Returns
    -------
    Tensor of shape (...)

    Examples
    --------
    >>> import torch
    >>> spectral_radius(torch.tensor([[0.0, 0.5], [-0.5, 0.0]]))
    tensor(0.5000)
    """
    radius: torch.Tensor = torch.linalg.eigvals(matrices).abs().amax(-1)
    return radius


def saturated_share(cell: Cell, x: torch.Tensor, states: list[State]) -> float:
    """Share of units over days and firms whose slope is below :data:`SATURATED`."""
    with torch.no_grad():
        slopes = [cell.slopes(x_t, state) for x_t, state in zip(x, states, strict=False)]
    return float((torch.stack(slopes) < SATURATED).double().mean())
