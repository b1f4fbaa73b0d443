"""Long short-term memory cell: a gated state that gradients pass almost unchanged."""

from __future__ import annotations

import torch
from torch import nn

from firmsim.recurrent.cell import State
from firmsim.recurrent.gated import Gated


class LSTM(Gated):
    r"""Long short-term memory with a forget gate.

    Hochreiter and Schmidhuber (1997), *Neural Computation* 9; forget gate: Gers, Schmidhuber and
    Cummins (2000), *Neural Computation* 12.

    .. math::
        i, f, o &= \sigma(W x_t + U h_{t-1} + b) \quad \text{(one block each)} \\
        g &= \tanh(W_g x_t + U_g h_{t-1} + b_g) \\
        c_t &= f \odot c_{t-1} + i \odot g \\
        h_t &= o \odot \tanh(c_t) \\
        y_t &= \sigma_y(W_y h_t + b_y)

    ==============  ==========================  ============================================
    symbol          shape                       meaning
    ==============  ==========================  ============================================
    x_t             (n_firms, d_in)             input of day t
    c_t, h_t        (n_firms, hidden)           cell state and hidden state; both start from 0
    y_t             (n_firms, d_out)            output of day t
    weight_ih_l0    (4 hidden, d_in)            input to gates i, f, g, o
    weight_hh_l0    (4 hidden, hidden)          hidden to gates
    bias_ih_l0,     (4 hidden,)                 biases; b is their sum
    bias_hh_l0
    W_y, b_y        (d_out, hidden), (d_out,)   output layer
    ==============  ==========================  ============================================

    Parameters are those of :class:`~firmsim.recurrent.gated.Gated`.

    Examples
    --------
    >>> import torch
    >>> cell = LSTM(d_in=3, hidden=5, d_out=2)
    >>> cell(torch.zeros(7, 11, 3))[0].shape
    torch.Size([7, 11, 2])
    """

    formula = "4 h(h + d_in + 2) + d_out(h + 1)"
    kernel = nn.LSTM
    gates = 4

    def start(self, x: torch.Tensor) -> State:
        """Zero hidden and cell state."""
        (zero,) = super().start(x)
        return zero, zero.clone()

    def _gates(self, x_t: torch.Tensor, h: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Gates i, f, o and candidate g."""
        i, f, g, o = (a + b for a, b in zip(*self.gate_blocks(x_t, h), strict=True))
        return torch.sigmoid(i), torch.sigmoid(f), torch.sigmoid(o), torch.tanh(g)

    def carry(self, x_t: torch.Tensor, state: State) -> State:
        """Hidden state h_t and cell state c_t."""
        h, c = state
        i, f, o, g = self._gates(x_t, h)
        c = f * c + i * g
        return o * torch.tanh(c), c

    def slopes(self, x_t: torch.Tensor, state: State) -> torch.Tensor:
        """Slopes of the three gates, the candidate and tanh(c_t); see :meth:`Cell.slopes`."""
        i, f, o, g = self._gates(x_t, state[0])
        _, c = self.carry(x_t, state)
        sigmoids = [4 * gate * (1 - gate) for gate in (i, f, o)]
        return torch.cat([*sigmoids, 1 - g.square(), 1 - torch.tanh(c).square()], dim=-1)
