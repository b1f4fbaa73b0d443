"""Activation functions by name, with in-place forms for the fused recurrences."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch

Tensor = torch.Tensor


@dataclass(frozen=True)
class Activation:
    r"""A function sigma and its derivative, which is computed from outputs alone.

    Attributes
    ----------
    function : callable
        sigma, applied to (..., units); softmax normalises over the units.
    apply_ : callable
        sigma in place, for the fused recurrences.
    backward_ : callable
        ``backward_(grad, out)`` turns dL/d sigma(z) into dL/dz in place, given out = sigma(z).
    slope : callable
        sigma'(z) as a share of its largest value, given out = sigma(z). A unit is saturated where
        it is small.
    gain : float
        `apply_` expects the pre-activation times this number.
    """

    function: Callable[[Tensor], Tensor]
    apply_: Callable[[Tensor], Tensor]
    backward_: Callable[[Tensor, Tensor], Tensor]
    slope: Callable[[Tensor], Tensor]
    gain: float = 1.0


def _tanh_by_sigmoid_(doubled: Tensor) -> Tensor:
    """tanh(z) = 2 sigmoid(2 z) - 1, given 2 z: on a CPU torch's tanh is 6 times slower."""
    return torch.add(_MINUS_ONE, doubled.sigmoid_(), alpha=2, out=doubled)


_MINUS_ONE = torch.tensor(-1.0)


def _tanh_backward_(grad: Tensor, out: Tensor) -> Tensor:
    torch.ops.aten.tanh_backward.grad_input(grad, out, grad_input=grad)
    return grad


def _sigmoid_backward_(grad: Tensor, out: Tensor) -> Tensor:
    torch.ops.aten.sigmoid_backward.grad_input(grad, out, grad_input=grad)
    return grad


def _relu_backward_(grad: Tensor, out: Tensor) -> Tensor:
    torch.ops.aten.threshold_backward.grad_input(grad, out, 0, grad_input=grad)
    return grad


def _softmax_backward_(grad: Tensor, out: Tensor) -> Tensor:
    return grad.sub_((grad * out).sum(-1, keepdim=True)).mul_(out)


ACTIVATIONS: dict[str, Activation] = {
    "tanh": Activation(torch.tanh, torch.tanh_, _tanh_backward_, lambda out: 1 - out.square()),
    "sigmoid": Activation(
        torch.sigmoid, torch.sigmoid_, _sigmoid_backward_, lambda out: 4 * out * (1 - out)
    ),
    "relu": Activation(
        torch.relu, torch.relu_, _relu_backward_, lambda out: (out > 0).to(out.dtype)
    ),
    "linear": Activation(lambda z: z, lambda z: z, lambda grad, _: grad, torch.ones_like),
    "softmax": Activation(
        lambda z: torch.softmax(z, dim=-1),
        lambda z: z.copy_(torch.softmax(z, dim=-1)),
        _softmax_backward_,
        lambda out: 4 * out * (1 - out),
    ),
}
"""Activations by their names in the configuration; each maps (..., units) to the same shape."""

_CPU_TANH = Activation(
    torch.tanh, _tanh_by_sigmoid_, _tanh_backward_, ACTIVATIONS["tanh"].slope, gain=2.0
)


def fused(name: str, like: Tensor) -> Activation:
    """Fastest form of an activation for a tensor's device and precision.

    Parameters
    ----------
    name : str
        tanh, sigmoid, relu, linear or softmax.
    like : Tensor
        Has the device and precision.

    Returns
    -------
    Activation
        With its in-place forms.

    Examples
    --------
    >>> import torch
    >>> z = torch.tensor([0.0, 1.0])
    >>> sigma = fused("tanh", z)
    >>> sigma.apply_(sigma.gain * z)
    tensor([0.0000, 0.7616])
    """
    precise = like.dtype in (torch.float32, torch.float64)
    # in half precision 2 sigmoid - 1 loses small values
    if name == "tanh" and precise and like.device.type == "cpu":
        return _CPU_TANH
    return ACTIVATIONS[name]
