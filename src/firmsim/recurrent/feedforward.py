"""Feed-forward cell: no memory, to measure what memory adds."""

from __future__ import annotations

import torch

from firmsim.recurrent.activations import ACTIVATIONS
from firmsim.recurrent.cell import Cell, State, activation_name


class FeedForward(Cell):
    r"""One hidden layer that reads only the day's input.

    .. math::
        h_t &= \sigma_h(W_x x_t + b_h) \\
        y_t &= \sigma_y(W_y h_t + b_y)

    ======  ==================  ================================
    symbol  shape               meaning
    ======  ==================  ================================
    x_t     (n_firms, d_in)     input of day t
    h_t     (n_firms, hidden)   hidden layer
    y_t     (n_firms, d_out)    output of day t
    W_x     (hidden, d_in)      input to hidden
    W_y     (d_out, hidden)     hidden to output
    b_h     (hidden,)           bias of the hidden layer
    b_y     (d_out,)            bias of the output
    ======  ==================  ================================

    Parameters
    ----------
    d_in, hidden, d_out : int
        Sizes of the input, the hidden layer and the output.
    hidden_activation, output_activation : str
        Names of sigma_h and sigma_y: tanh, sigmoid, relu, linear or softmax.
    truncate : int, optional
        Without effect: nothing is carried from one day to another.
    dtype : torch.dtype, optional
        Default: torch's default, float32.

    Examples
    --------
    >>> import torch
    >>> cell = FeedForward(d_in=3, hidden=5, d_out=2)
    >>> cell(torch.zeros(7, 11, 3))[0].shape
    torch.Size([7, 11, 2])
    """

    formula = "h(d_in + 1) + d_out(h + 1)"

    def __init__(
        self,
        d_in: int,
        hidden: int,
        d_out: int,
        hidden_activation: str = "tanh",
        output_activation: str = "linear",
        truncate: int | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__(d_in, hidden, d_out, truncate)
        self.hidden_activation = activation_name("hidden_activation", hidden_activation)
        self.output_activation = activation_name("output_activation", output_activation)
        self.W_x = self.weight(hidden, d_in, dtype)
        self.b_h = self.bias(hidden, dtype)
        self.W_y = self.weight(d_out, hidden, dtype)
        self.b_y = self.bias(d_out, dtype)

    @property
    def parameter_count(self) -> int:
        """Number of weights and biases, by the closed formula."""
        return self.hidden * (self.d_in + 1) + self.d_out * (self.hidden + 1)

    def start(self, x: torch.Tensor) -> State:  # noqa: ARG002
        """Empty state: nothing is carried."""
        return ()

    def step(self, x_t: torch.Tensor, state: State) -> tuple[torch.Tensor, torch.Tensor, State]:
        """One day; see :meth:`Cell.step`."""
        linear = torch.nn.functional.linear
        h = ACTIVATIONS[self.hidden_activation].function(linear(x_t, self.W_x, self.b_h))
        return ACTIVATIONS[self.output_activation].function(linear(h, self.W_y, self.b_y)), h, state

    def recurrent_matrix(self) -> torch.Tensor:
        """Empty matrix: nothing is carried."""
        return self.W_x.new_zeros(0, 0).detach()

    def slopes(self, x_t: torch.Tensor, state: State) -> torch.Tensor:
        """Slope of sigma_h; see :meth:`Cell.slopes`."""
        return ACTIVATIONS[self.hidden_activation].slope(self.step(x_t, state)[1])

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Map each day separately.

        Parameters
        ----------
        x : Tensor of shape (n_days, n_firms, d_in)
            Inputs.

        Returns
        -------
        y, h : Tensor of shape (n_days, n_firms, d_out), (n_days, n_firms, hidden)
            Outputs and hidden layer.

        Raises
        ------
        ShapeError
            The input has another shape.
        """
        self.check(x)
        y, h, _ = self.step(x, ())
        return y, h
