"""What every recurrent cell shares: weights by name, their start values, input checks."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod

import torch
from torch import nn

from firmsim.recurrent.activations import ACTIVATIONS


class Cell(nn.Module, ABC):
    """One recurrence from a zero state, many firms at once, time first.

    A cell is called with ``x : (n_days, n_firms, d_in)`` and returns
    ``y : (n_days, n_firms, d_out)`` and ``h : (n_days, n_firms, hidden)``.

    Parameters
    ----------
    d_in, hidden, d_out : int
        Sizes of the input, the hidden layer and the output; each at least 1.
    """

    formula: str
    """Closed formula of :attr:`parameter_count`, for people."""

    def __init__(self, d_in: int, hidden: int, d_out: int) -> None:
        super().__init__()
        for name, size in (("d_in", d_in), ("hidden", hidden), ("d_out", d_out)):
            if size < 1:
                message = f"{name} = {size}; a cell needs at least 1"
                raise ValueError(message)
        self.d_in, self.hidden, self.d_out = d_in, hidden, d_out

    def weight(self, rows: int, columns: int, dtype: torch.dtype | None) -> nn.Parameter:
        """Weight matrix, uniform within 1/sqrt(columns): unit-variance input keeps its scale."""
        bound = 1 / math.sqrt(columns)
        return nn.Parameter(torch.empty(rows, columns, dtype=dtype).uniform_(-bound, bound))

    @staticmethod
    def bias(size: int, dtype: torch.dtype | None) -> nn.Parameter:
        """Zero bias."""
        return nn.Parameter(torch.zeros(size, dtype=dtype))

    @property
    @abstractmethod
    def parameter_count(self) -> int:
        """Number of weights and biases by the closed formula."""

    def weights(self) -> dict[str, torch.Tensor]:
        """Weights and biases by the names they have in the equations."""
        return {name: value.detach() for name, value in self.named_parameters()}

    def check(self, x: torch.Tensor) -> None:
        """Refuse an input of another shape.

        Raises
        ------
        ValueError
            Names the expected and the given shape.
        """
        if x.dim() != 3 or x.shape[-1] != self.d_in or len(x) < 1:
            message = (
                f"expected x of shape (n_days, n_firms, {self.d_in}) with at least one day, "
                f"got {tuple(x.shape)}"
            )
            raise ValueError(message)


def activation_name(name: str) -> str:
    """Return the name if there is such an activation.

    Raises
    ------
    ValueError
        Lists the activations there are.
    """
    if name not in ACTIVATIONS:
        message = f"no activation {name!r}; there are {', '.join(ACTIVATIONS)}"
        raise ValueError(message)
    return name
