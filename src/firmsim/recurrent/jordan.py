"""The Jordan cell: the output feeds back, through a state of its own."""

from __future__ import annotations

import torch

from firmsim.recurrent.activations import ACTIVATIONS
from firmsim.recurrent.cell import Cell, activation_name
from firmsim.recurrent.parameters import jordan_parameters


class Jordan(Cell):
    r"""Sequential network of Jordan (1986), *Serial order*, with a learned state.

    .. math::
        s_t &= \sigma_s(W_{ss} s_{t-1} + W_{sy} y_{t-1} + b_s) \\
        h_t &= \sigma_h(U_h s_t + W_h x_t + b_h) \\
        y_t &= \sigma_y(W_y h_t + b_y)

    ======  ==================  ================================
    symbol  shape               meaning
    ======  ==================  ================================
    x_t     (n_firms, d_in)     input of day t
    s_t     (n_firms, state)    state; s_0 = 0, y_0 = 0
    h_t     (n_firms, hidden)   hidden layer
    y_t     (n_firms, d_out)    output of day t
    W_ss    (state, state)      state to state
    W_sy    (state, d_out)      output to state
    U_h     (hidden, state)     state to hidden
    W_h     (hidden, d_in)      input to hidden
    W_y     (d_out, hidden)     hidden to output
    b_s     (state,)            bias of the state
    b_h     (hidden,)           bias of the hidden layer
    b_y     (d_out,)            bias of the output
    ======  ==================  ================================

    From the zero start the first state is s_1 = sigma_s(b_s). The same as a plain loop::

        s, y_t = zeros(n_firms, state), zeros(n_firms, d_out)
        for t in range(n_days):
            s = sigma_s(s @ W_ss.T + y_t @ W_sy.T + b_s)
            h[t] = sigma_h(s @ U_h.T + x[t] @ W_h.T + b_h)
            y[t] = y_t = sigma_y(h[t] @ W_y.T + b_y)

    Parameters
    ----------
    d_in, hidden, d_out : int
        Sizes.
    state : int, optional
        Size of the state; as large as the hidden layer when not given.
    hidden_activation, output_activation, state_activation : str
        Names of sigma_h, sigma_y and sigma_s: tanh, sigmoid, relu, linear or softmax.
    dtype : torch.dtype, optional
        float32 unless torch's default says otherwise; float64 for tests.
    """

    formula = "h(s + d_in + 1) + d_out(h + 1) + s(s + d_out + 1)"

    def __init__(
        self,
        d_in: int,
        hidden: int,
        d_out: int,
        state: int | None = None,
        hidden_activation: str = "tanh",
        output_activation: str = "linear",
        state_activation: str = "tanh",
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__(d_in, hidden, d_out)
        self.state = hidden if state is None else state
        if self.state < 1:
            message = f"state = {state}; a cell needs at least 1"
            raise ValueError(message)
        self.hidden_activation = activation_name(hidden_activation)
        self.output_activation = activation_name(output_activation)
        self.state_activation = activation_name(state_activation)
        self.W_ss = self.weight(self.state, self.state, dtype)
        self.W_sy = self.weight(self.state, d_out, dtype)
        self.b_s = self.bias(self.state, dtype)
        self.U_h = self.weight(hidden, self.state, dtype)
        self.W_h = self.weight(hidden, d_in, dtype)
        self.b_h = self.bias(hidden, dtype)
        self.W_y = self.weight(d_out, hidden, dtype)
        self.b_y = self.bias(d_out, dtype)

    @property
    def parameter_count(self) -> int:
        """Number of weights and biases by the closed formula."""
        return jordan_parameters(self.d_in, self.hidden, self.d_out, self.state)

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
            Hidden layer.

        Raises
        ------
        ValueError
            The input has another shape.
        """
        self.check(x)
        sigma_h = ACTIVATIONS[self.hidden_activation]
        sigma_y = ACTIVATIONS[self.output_activation]
        sigma_s = ACTIVATIONS[self.state_activation]
        driven = torch.nn.functional.linear(x, self.W_h, self.b_h)  # (n_days, n_firms, hidden)
        s = x.new_zeros(x.shape[1], self.state)
        y = x.new_zeros(x.shape[1], self.d_out)
        # [s, y] @ [W_ss, W_sy].T: one product instead of two
        feedback = torch.cat([self.W_ss, self.W_sy], dim=1).T
        to_hidden, to_output = self.U_h.T, self.W_y.T
        hidden, outputs = [], []
        for driven_t in driven.unbind(0):
            s = sigma_s(torch.addmm(self.b_s, torch.cat([s, y], dim=1), feedback))
            h = sigma_h(torch.addmm(driven_t, s, to_hidden))
            y = sigma_y(torch.addmm(self.b_y, h, to_output))
            hidden.append(h)
            outputs.append(y)
        return torch.stack(outputs), torch.stack(hidden)
