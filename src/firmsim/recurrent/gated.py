"""Base of the two gated cells: torch's own kernel, the output layer, truncation."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

import torch
from torch import nn

from firmsim.recurrent.activations import ACTIVATIONS
from firmsim.recurrent.cell import Cell, State, activation_name


class Gated(Cell):
    """A recurrence with gates, run by torch's own kernel, and an output layer.

    Weights of the gates are stacked one above the other, in the order of :attr:`gates`. torch's
    kernels hold two biases per gate where one would suffice. Both are kept, so that weights can be
    exchanged with torch's modules.

    Parameters
    ----------
    d_in, hidden, d_out : int
        Sizes of the input, the hidden state and the output.
    output_activation : str
        Name of sigma_y: tanh, sigmoid, relu, linear or softmax.
    truncate : int, optional
        Days after which gradients stop flowing back; see :class:`Cell`.
    dtype : torch.dtype, optional
        Default: torch's default, float32.
    """

    kernel: ClassVar[type[nn.LSTM] | type[nn.GRU]]
    gates: ClassVar[int]
    """Number of blocks of weights; each has one row per hidden unit."""

    def __init__(
        self,
        d_in: int,
        hidden: int,
        d_out: int,
        output_activation: str = "linear",
        truncate: int | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__(d_in, hidden, d_out, truncate)
        self.output_activation = activation_name("output_activation", output_activation)
        self.recurrence = self.kernel(d_in, hidden, dtype=dtype)
        self.W_y = self.weight(d_out, hidden, dtype)
        self.b_y = self.bias(d_out, dtype)

    @property
    def parameter_count(self) -> int:
        """Number of weights and biases, by the closed formula."""
        gate = self.hidden * (self.hidden + self.d_in + 2)
        return self.gates * gate + self.d_out * (self.hidden + 1)

    def start(self, x: torch.Tensor) -> State:
        """Zero hidden state."""
        return (x.new_zeros(*x.shape[-2:-1], self.hidden),)

    @abstractmethod
    def carry(self, x_t: torch.Tensor, state: State) -> State:
        """Carried state of one day, by the equations; the hidden state comes first."""

    def output(self, h: torch.Tensor) -> torch.Tensor:
        """Outputs: sigma_y(W_y h + b_y)."""
        y = torch.nn.functional.linear(h, self.W_y, self.b_y)
        return ACTIVATIONS[self.output_activation].function(y)

    def step(self, x_t: torch.Tensor, state: State) -> tuple[torch.Tensor, torch.Tensor, State]:
        """One day of the recurrence; see :meth:`Cell.step`."""
        state = self.carry(x_t, state)
        return self.output(state[0]), state[0], state

    def gate_blocks(self, x_t: torch.Tensor, h: torch.Tensor) -> tuple[list[torch.Tensor], ...]:
        """Parts of each gate's pre-activation from input and from state, biases included."""
        from_input_weight, from_state_weight, input_bias, state_bias = self.recurrence.all_weights[
            0
        ]
        from_input = torch.nn.functional.linear(x_t, from_input_weight, input_bias)
        from_state = torch.nn.functional.linear(h, from_state_weight, state_bias)
        return list(from_input.chunk(self.gates, -1)), list(from_state.chunk(self.gates, -1))

    def recurrent_matrix(self) -> torch.Tensor:
        """Jacobian of the carried state in the state before, at zero state and zero input."""
        weight = self.recurrence.all_weights[0][1].detach()
        zero = [part[0] for part in self.start(weight.new_zeros(1, self.d_in))]
        sizes = [len(part) for part in zero]

        def carried(flat: torch.Tensor) -> torch.Tensor:
            state = tuple(part[None] for part in torch.split(flat, sizes))
            return torch.cat(self.carry(weight.new_zeros(1, self.d_in), state), dim=1)[0]

        jacobian: torch.Tensor = torch.func.jacrev(carried)(torch.cat(zero))
        return jacobian

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Run the recurrence over all days.

        Parameters
        ----------
        x : Tensor of shape (n_days, n_firms, d_in)
            Inputs.

        Returns
        -------
        y, h : Tensor of shape (n_days, n_firms, d_out), (n_days, n_firms, hidden)
            Outputs and hidden states.

        Raises
        ------
        ShapeError
            The input has another shape.
        """
        self.check(x)
        parts, state = [], None
        for segment in torch.split(x, self.truncate or len(x)):
            h, state = self.recurrence(segment, state)
            # the kernel returns a tensor (GRU) or a pair (LSTM); no gradient crosses a segment
            state = state.detach() if torch.is_tensor(state) else tuple(s.detach() for s in state)
            parts.append(h)
        hidden = torch.cat(parts) if len(parts) > 1 else parts[0]
        return self.output(hidden), hidden
