"""Base of every cell: weights by name, start values, input checks, the plain recurrence."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod

import torch
from torch import nn

from firmsim.errors import EncoderError, ShapeError
from firmsim.recurrent.activations import ACTIVATIONS

State = tuple[torch.Tensor, ...]
"""State carried from one day to the next; each tensor has shape (n_firms, units)."""


class Cell(nn.Module, ABC):
    """A recurrence over days from a zero state, for many firms at once.

    Calling a cell maps ``x : (n_days, n_firms, d_in)`` to ``y : (n_days, n_firms, d_out)`` and
    ``h : (n_days, n_firms, hidden)``. To add a cell, write a class in a file of its own and enter
    it in `firmsim.recurrent.CELLS`.

    Parameters
    ----------
    d_in, hidden, d_out : int
        Sizes of the input, the hidden layer and the output; each at least 1.
    truncate : int, optional
        Days after which gradients stop: truncated back-propagation through time (Williams and Peng
        1990, *Neural Computation* 2). The state is carried on, but no gradient flows back from day
        m * truncate to the day before, for any m. Default: gradients reach the first day.
    """

    formula: str
    """Closed formula of :attr:`parameter_count`, as text."""

    def __init__(self, d_in: int, hidden: int, d_out: int, truncate: int | None = None) -> None:
        super().__init__()
        sizes = {"d_in": d_in, "hidden": hidden, "d_out": d_out}
        if truncate is not None:
            sizes["truncate"] = truncate
        for name, size in sizes.items():
            if size < 1:
                message = f"{name}: {size} is too small; a cell needs at least 1"
                raise EncoderError(message, parameter=name)
        self.d_in, self.hidden, self.d_out, self.truncate = d_in, hidden, d_out, truncate

    def weight(self, rows: int, columns: int, dtype: torch.dtype | None) -> nn.Parameter:
        """Weight matrix, uniform within 1/sqrt(columns), which preserves the scale of its input."""
        bound = 1 / math.sqrt(columns)
        return nn.Parameter(torch.empty(rows, columns, dtype=dtype).uniform_(-bound, bound))

    @staticmethod
    def bias(size: int, dtype: torch.dtype | None) -> nn.Parameter:
        """Zero bias."""
        return nn.Parameter(torch.zeros(size, dtype=dtype))

    @property
    @abstractmethod
    def parameter_count(self) -> int:
        """Number of weights and biases, by the closed formula."""

    def weights(self) -> dict[str, torch.Tensor]:
        """Weights and biases by their names in the equations."""
        return {name: value.detach() for name, value in self.named_parameters()}

    @abstractmethod
    def start(self, x: torch.Tensor) -> State:
        """Zero state for the firms of x (..., n_firms, d_in)."""

    @abstractmethod
    def step(self, x_t: torch.Tensor, state: State) -> tuple[torch.Tensor, torch.Tensor, State]:
        """One day of the recurrence, in plain operations that autograd records.

        Parameters
        ----------
        x_t : Tensor of shape (n_firms, d_in)
            Inputs of the day.
        state : tuple of Tensor
            State carried from the day before.

        Returns
        -------
        y_t : Tensor of shape (n_firms, d_out)
            Outputs.
        h_t : Tensor of shape (n_firms, hidden)
            Hidden layer.
        state : tuple of Tensor
            State to carry to the next day.
        """

    @abstractmethod
    def recurrent_matrix(self) -> torch.Tensor:
        """Jacobian of the carried state in the state before, at the zero state.

        Returns
        -------
        Tensor of shape (units, units)
            Small states die out where its spectral radius is below 1, and grow above 1.
        """

    @abstractmethod
    def slopes(self, x_t: torch.Tensor, state: State) -> torch.Tensor:
        """Slope of every unit of the recurrence on one day, as a share of its steepest slope.

        Parameters
        ----------
        x_t : Tensor of shape (n_firms, d_in)
            Inputs of the day.
        state : tuple of Tensor
            State carried from the day before.

        Returns
        -------
        Tensor of shape (n_firms, n_units)
            In [0, 1]; a unit near 0 is saturated and passes no gradient.
        """

    def unroll(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Run the recurrence as a plain loop: slow, but differentiable more than once.

        Parameters
        ----------
        x : Tensor of shape (n_days, n_firms, d_in)
            Inputs.

        Returns
        -------
        y, h : Tensor of shape (n_days, n_firms, d_out), (n_days, n_firms, hidden)
            The same as calling the cell.
        """
        self.check(x)
        state = self.start(x)
        outputs, hidden = [], []
        for day, x_t in enumerate(x.unbind(0)):
            if self.truncate is not None and day % self.truncate == 0:
                state = tuple(part.detach() for part in state)
            y_t, h_t, state = self.step(x_t, state)
            outputs.append(y_t)
            hidden.append(h_t)
        return torch.stack(outputs), torch.stack(hidden)

    def check(self, x: torch.Tensor) -> None:
        """Refuse an input of another shape.

        Raises
        ------
        ShapeError
            Names the expected shape and the shape given.
        """
        if x.dim() != 3 or x.shape[-1] != self.d_in or len(x) < 1:
            message = (
                f"expected x of shape (n_days, n_firms, {self.d_in}) with at least one day, "
                f"got {tuple(x.shape)}"
            )
            raise ShapeError(message)

    def extra_repr(self) -> str:
        """Sizes and number of weights, for the representation."""
        sizes = f"d_in={self.d_in}, hidden={self.hidden}, d_out={self.d_out}"
        return f"{sizes}, parameters={self.parameter_count:,}"


def activation_name(parameter: str, name: str) -> str:
    """Return the name of an activation if it exists.

    Raises
    ------
    EncoderError
        Names the parameter, its value and the activations.
    """
    if name not in ACTIVATIONS:
        message = f"{parameter}: {name!r} is no activation; choose from {', '.join(ACTIVATIONS)}"
        raise EncoderError(message, parameter=parameter)
    return name
