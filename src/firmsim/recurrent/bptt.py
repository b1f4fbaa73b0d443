"""Shared parts of the fused recurrences: memory, blocks of days, gradient sums, precision."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch

BLOCK_BYTES = 4 << 20
"""Bytes of states per block of days, so that they stay in the processor's cache."""

HUGE_BYTES = 4 << 20
"""Bytes from which numpy allocates memory. It maps large pages, whose first use takes a quarter of
the time."""

ALIGNMENT = 64
"""Bytes of a cache line."""


def new_states(n_days: int, n_firms: int, units: int, like: torch.Tensor) -> torch.Tensor:
    """Uninitialised tensor of shape (n_days, n_firms, units), of the type and device of `like`."""
    shape = (n_days, n_firms, units)
    size = math.prod(shape) * like.element_size()
    if like.device.type != "cpu" or size < HUGE_BYTES:
        return like.new_empty(shape)
    raw = np.empty(size + ALIGNMENT, dtype=np.uint8)
    start = -raw.ctypes.data % ALIGNMENT
    return torch.from_numpy(raw[start : start + size]).view(like.dtype).view(shape)


def block_days(n_days: int, n_firms: int, units: int, like: torch.Tensor) -> int:
    """Number of days per block, so that its states fit the cache."""
    day = max(1, n_firms * units * like.element_size())
    return min(n_days, max(1, BLOCK_BYTES // day))


def blocks(n_days: int, length: int) -> Iterator[slice]:
    """Blocks of days in order; the last block may be shorter.

    Examples
    --------
    >>> list(blocks(5, 2))
    [slice(0, 2, None), slice(2, 4, None), slice(4, 5, None)]
    """
    for start in range(0, n_days, length):
        yield slice(start, min(start + length, n_days))


def flat(block: torch.Tensor) -> torch.Tensor:
    """View of a block with days and firms as rows: (n_days * n_firms, units)."""
    return block.flatten(0, 1)


class GradientSums:
    """Gradients of the weights, summed over blocks in at least single precision.

    Parameters
    ----------
    weights : dict of str to Tensor
        Weights and biases by name.
    """

    def __init__(self, weights: dict[str, torch.Tensor]) -> None:
        self.dtypes = {name: weight.dtype for name, weight in weights.items()}
        self.sums = {
            name: torch.zeros_like(weight, dtype=torch.promote_types(weight.dtype, torch.float32))
            for name, weight in weights.items()
        }

    def add(self, name: str, delta: torch.Tensor, entering: torch.Tensor) -> None:
        """Add delta^T entering; both have one row per day and firm."""
        total = self.sums[name]
        if total.dtype == delta.dtype == entering.dtype:
            total.addmm_(delta.T, entering)
        else:
            total.add_(delta.T @ entering)

    def add_rows(self, name: str, delta: torch.Tensor) -> None:
        """Add the sum of the rows: the gradient of a bias."""
        total = self.sums[name]
        total.add_(delta.sum(0, dtype=total.dtype))

    def gradients(self) -> tuple[torch.Tensor, ...]:
        """Gradients of the weights, in their order and precision."""
        return tuple(total.to(self.dtypes[name]) for name, total in self.sums.items())


def refuse_double_backward(cell: str) -> None:
    """Refuse a backward pass that autograd records.

    Raises
    ------
    RuntimeError
        Names the method to call instead.
    """
    if torch.is_grad_enabled():
        message = (
            f"the fused {cell} recurrence cannot be differentiated twice (create_graph=True); "
            "call cell.unroll(x), the plain loop, instead"
        )
        raise RuntimeError(message)


def autocast(*tensors: torch.Tensor) -> list[torch.Tensor]:
    """Cast tensors to the precision of torch.autocast, where it is enabled on their device."""
    device = tensors[0].device.type
    if not torch.is_autocast_enabled(device):
        return list(tensors)
    dtype = torch.get_autocast_dtype(device)
    return [tensor.to(dtype) for tensor in tensors]


def run(recurrence: type[torch.autograd.Function], *inputs: Any) -> tuple[torch.Tensor, ...]:
    """Outputs of a fused recurrence, without autocast: its inputs have been cast."""
    with torch.autocast(inputs[0].device.type, enabled=False):
        outputs: tuple[torch.Tensor, ...] = recurrence.apply(*inputs)  # type: ignore[no-untyped-call]
    return outputs
