"""The Elman cell: the hidden state feeds back."""

from __future__ import annotations

import torch

from firmsim.recurrent.activations import ACTIVATIONS
from firmsim.recurrent.cell import Cell, activation_name
from firmsim.recurrent.parameters import elman_parameters


class Elman(Cell):
    r"""Simple recurrent network of Elman (1990), *Finding structure in time*.

    .. math::
        h_t &= \sigma_h(U_h h_{t-1} + W_x x_t + b_h) \\
        y_t &= \sigma_y(W_y h_t + b_y)

    ======  ==================  ================================
    symbol  shape               meaning
    ======  ==================  ================================
    x_t     (n_firms, d_in)     input of day t
    h_t     (n_firms, hidden)   hidden state; h_0 = 0
    y_t     (n_firms, d_out)    output of day t
    U_h     (hidden, hidden)    hidden to hidden
    W_x     (hidden, d_in)      input to hidden
    W_y     (d_out, hidden)     hidden to output
    b_h     (hidden,)           bias of the hidden layer
    b_y     (d_out,)            bias of the output
    ======  ==================  ================================

    The same as a plain loop::

        h = zeros(n_firms, hidden)
        for t in range(n_days):
            h = sigma_h(h @ U_h.T + x[t] @ W_x.T + b_h)
            y[t] = sigma_y(h @ W_y.T + b_y)

    Parameters
    ----------
    d_in, hidden, d_out : int
        Sizes.
    hidden_activation, output_activation : str
        Names of sigma_h and sigma_y: tanh, sigmoid, relu, linear or softmax.
    dtype : torch.dtype, optional
        float32 unless torch's default says otherwise; float64 for tests.
    """

    formula = "h(h + d_in + 1) + d_out(h + 1)"

    def __init__(
        self,
        d_in: int,
        hidden: int,
        d_out: int,
        hidden_activation: str = "tanh",
        output_activation: str = "linear",
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__(d_in, hidden, d_out)
        self.hidden_activation = activation_name(hidden_activation)
        self.output_activation = activation_name(output_activation)
        self.U_h = self.weight(hidden, hidden, dtype)
        self.W_x = self.weight(hidden, d_in, dtype)
        self.b_h = self.bias(hidden, dtype)
        self.W_y = self.weight(d_out, hidden, dtype)
        self.b_y = self.bias(d_out, dtype)

    @property
    def parameter_count(self) -> int:
        """Number of weights and biases by the closed formula."""
        return elman_parameters(self.d_in, self.hidden, self.d_out)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Run the recurrence over all days.

        Parameters
        ----------
        x : Tensor of shape (n_days, n_firms, d_in)
            Inputs.

        Returns
        -------
        y : Tensor of shape (n_days, n_firms, d_out)
            Outputs.
        h : Tensor of shape (n_days, n_firms, hidden)
            Hidden states.

        Raises
        ------
        ValueError
            The input has another shape.
        """
        self.check(x)
        sigma_h = ACTIVATIONS[self.hidden_activation]
        sigma_y = ACTIVATIONS[self.output_activation]
        driven = torch.nn.functional.linear(x, self.W_x, self.b_h)  # (n_days, n_firms, hidden)
        h = x.new_zeros(x.shape[1], self.hidden)
        feedback = self.U_h.T
        states = []
        for driven_t in driven.unbind(0):
            h = sigma_h(torch.addmm(driven_t, h, feedback))
            states.append(h)
        hidden = torch.stack(states)
        return sigma_y(torch.nn.functional.linear(hidden, self.W_y, self.b_y)), hidden
