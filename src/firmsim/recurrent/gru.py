"""Gated recurrent unit: two gates control how much of the state is kept."""

from __future__ import annotations

import torch
from torch import nn

from firmsim.recurrent.cell import State
from firmsim.recurrent.gated import Gated


class GRU(Gated):
    r"""Gated recurrent unit of Cho et al. (2014), *EMNLP*, in the variant of torch and cuDNN.

    .. math::
        r, z &= \sigma(W x_t + U h_{t-1} + b) \quad \text{(one block each)} \\
        n &= \tanh(W_n x_t + b_n + r \odot (U_n h_{t-1} + b'_n)) \\
        h_t &= (1 - z) \odot n + z \odot h_{t-1} \\
        y_t &= \sigma_y(W_y h_t + b_y)

    ==============  ==========================  ==========================================
    symbol          shape                       meaning
    ==============  ==========================  ==========================================
    x_t             (n_firms, d_in)             input of day t
    h_t             (n_firms, hidden)           hidden state; h_0 = 0
    y_t             (n_firms, d_out)            output of day t
    weight_ih_l0    (3 hidden, d_in)            input to gates r, z and candidate n
    weight_hh_l0    (3 hidden, hidden)          hidden to gates and candidate
    bias_ih_l0,     (3 hidden,)                 biases
    bias_hh_l0
    W_y, b_y        (d_out, hidden), (d_out,)   output layer
    ==============  ==========================  ==========================================

    Parameters are those of :class:`~firmsim.recurrent.gated.Gated`.

    Examples
    --------
    >>> import torch
    >>> cell = GRU(d_in=3, hidden=5, d_out=2)
    >>> cell(torch.zeros(7, 11, 3))[0].shape
    torch.Size([7, 11, 2])
    """

    formula = "3 h(h + d_in + 2) + d_out(h + 1)"
    kernel = nn.GRU
    gates = 3

    def _gates(self, x_t: torch.Tensor, h: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Gates r, z and candidate n."""
        (r_x, z_x, n_x), (r_h, z_h, n_h) = self.gate_blocks(x_t, h)
        r = torch.sigmoid(r_x + r_h)
        return r, torch.sigmoid(z_x + z_h), torch.tanh(n_x + r * n_h)

    def carry(self, x_t: torch.Tensor, state: State) -> State:
        """Hidden state h_t."""
        (h,) = state
        _, z, n = self._gates(x_t, h)
        return ((1 - z) * n + z * h,)

    def slopes(self, x_t: torch.Tensor, state: State) -> torch.Tensor:
        """Slopes of the two gates and the candidate; see :meth:`Cell.slopes`."""
        r, z, n = self._gates(x_t, state[0])
        return torch.cat([4 * r * (1 - r), 4 * z * (1 - z), 1 - n.square()], dim=-1)
