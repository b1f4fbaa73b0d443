"""Elman cell: the hidden state feeds back."""

from __future__ import annotations

from typing import Any

import torch

from firmsim.recurrent import bptt
from firmsim.recurrent.activations import ACTIVATIONS, fused
from firmsim.recurrent.cell import Cell, State, activation_name
from firmsim.recurrent.parameters import elman_parameters


class Elman(Cell):
    r"""Simple recurrent network of Elman (1990), *Finding structure in time*, Cognitive Science 14.

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

    As a plain loop::

        h = zeros(n_firms, hidden)
        for t in range(n_days):
            h = sigma_h(h @ U_h.T + x[t] @ W_x.T + b_h)
            y[t] = sigma_y(h @ W_y.T + b_y)

    Parameters
    ----------
    d_in, hidden, d_out : int
        Sizes of the input, the hidden state and the output.
    hidden_activation, output_activation : str
        Names of sigma_h and sigma_y: tanh, sigmoid, relu, linear or softmax.
    truncate : int, optional
        Days after which gradients stop flowing back; see :class:`Cell`.
    dtype : torch.dtype, optional
        Default: torch's default, float32.

    Examples
    --------
    >>> import torch
    >>> cell = Elman(d_in=3, hidden=5, d_out=2)
    >>> y, h = cell(torch.zeros(7, 11, 3))  # 7 days, 11 firms
    >>> y.shape, h.shape
    (torch.Size([7, 11, 2]), torch.Size([7, 11, 5]))
    >>> cell.parameter_count  # 5 (5 + 3 + 1) + 2 (5 + 1)
    57
    """

    formula = "h(h + d_in + 1) + d_out(h + 1)"

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
        self.U_h = self.weight(hidden, hidden, dtype)
        self.W_x = self.weight(hidden, d_in, dtype)
        self.b_h = self.bias(hidden, dtype)
        self.W_y = self.weight(d_out, hidden, dtype)
        self.b_y = self.bias(d_out, dtype)

    @property
    def parameter_count(self) -> int:
        """Number of weights and biases, by the closed formula."""
        return elman_parameters(self.d_in, self.hidden, self.d_out)

    def start(self, x: torch.Tensor) -> State:
        """Zero hidden state."""
        return (x.new_zeros(*x.shape[-2:-1], self.hidden),)

    def _tensors(self) -> tuple[torch.Tensor, ...]:
        return self.U_h, self.W_x, self.b_h, self.W_y, self.b_y

    def _activations(self) -> tuple[str, str]:
        return self.hidden_activation, self.output_activation

    def step(self, x_t: torch.Tensor, state: State) -> tuple[torch.Tensor, torch.Tensor, State]:
        """One day of the recurrence; see :meth:`Cell.step`."""
        (h,) = state
        y, h = _step(x_t, h, self._tensors(), self._activations())
        return y, h, (h,)

    def recurrent_matrix(self) -> torch.Tensor:
        """U_h."""
        return self.U_h.detach()

    def slopes(self, x_t: torch.Tensor, state: State) -> torch.Tensor:
        """Slope of sigma_h; see :meth:`Cell.slopes`."""
        return ACTIVATIONS[self.hidden_activation].slope(self.step(x_t, state)[1])

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
        ShapeError
            The input has another shape.
        RuntimeError
            The result is differentiated twice; use :meth:`unroll` for that.
        """
        self.check(x)
        tensors = bptt.autocast(x, *self._tensors())
        y, h = bptt.run(ElmanRecurrence, *tensors, *self._activations(), self.truncate)
        return y, h


class ElmanRecurrence(torch.autograd.Function):
    """The Elman recurrence over all days, with its own back-propagation through time.

    Days are processed in blocks that fit the cache. In the forward pass the input product of a
    block is one matrix product, written into the memory of the hidden states. Each day then adds
    the feedback and applies sigma_h in place. In the backward pass each day adds the gradient from
    the next day in place, and each weight's gradient is one matrix product per block.

    Back-propagation through time: Werbos (1990), *Proceedings of the IEEE* 78.
    """

    @staticmethod
    def forward(
        x: torch.Tensor,
        U_h: torch.Tensor,  # noqa: N803
        W_x: torch.Tensor,  # noqa: N803
        b_h: torch.Tensor,
        W_y: torch.Tensor,  # noqa: N803
        b_y: torch.Tensor,
        hidden_activation: str,
        output_activation: str,
        truncate: int | None,  # noqa: ARG004
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Outputs and hidden states of all days."""
        n_days, n_firms, _ = x.shape
        h = bptt.new_states(n_days, n_firms, len(U_h), x)
        y = bptt.new_states(n_days, n_firms, len(W_y), x)
        sigma_h, sigma_y = fused(hidden_activation, x), fused(output_activation, x)
        feedback, drive, bias = (sigma_h.gain * weight for weight in (U_h.T, W_x.T, b_h))
        to_output, output_bias = sigma_y.gain * W_y.T, sigma_y.gain * b_y
        before = x.new_zeros(n_firms, len(U_h))
        for days in bptt.blocks(n_days, bptt.block_days(n_days, n_firms, len(U_h), x)):
            block = bptt.flat(h[days])
            torch.addmm(bias, bptt.flat(x[days]), drive, out=block)
            for h_t in h[days].unbind(0):
                h_t.addmm_(before, feedback)
                sigma_h.apply_(h_t)
                before = h_t
            torch.addmm(output_bias, block, to_output, out=bptt.flat(y[days]))
            sigma_y.apply_(bptt.flat(y[days]))
        return y, h

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: tuple[torch.Tensor, ...]) -> None:
        """Save the inputs, weights and outputs for the backward pass."""
        ctx.save_for_backward(*inputs[:6], *output)
        ctx.settings = inputs[6:]
        ctx.set_materialize_grads(False)

    @staticmethod
    def backward(
        ctx: Any, grad_y: torch.Tensor | None, grad_h: torch.Tensor | None
    ) -> tuple[torch.Tensor | None, ...]:
        """Gradients of the inputs and weights."""
        bptt.refuse_double_backward("Elman")
        x, U_h, W_x, b_h, W_y, b_y, y, h = ctx.saved_tensors  # noqa: N806
        hidden_activation, output_activation, truncate = ctx.settings
        sigma_h, sigma_y = fused(hidden_activation, x), fused(output_activation, x)
        n_days, n_firms, hidden = h.shape
        sums = bptt.GradientSums({"U_h": U_h, "W_x": W_x, "b_h": b_h, "W_y": W_y, "b_y": b_y})
        grad_x = x.new_empty(x.shape) if ctx.needs_input_grad[0] else None
        length = bptt.block_days(n_days, n_firms, hidden, x)
        delta = x.new_empty(length, n_firms, hidden)  # dL/d pre-activation of h_t
        sent_back = x.new_zeros(n_firms, hidden)  # delta of the day after the block
        for days in reversed(list(bptt.blocks(n_days, length))):
            block = delta[: days.stop - days.start]
            rows = bptt.flat(block)
            if grad_y is None:
                rows.zero_()
            else:
                delta_y = bptt.flat(grad_y[days])
                if output_activation != "linear":
                    delta_y = sigma_y.backward_(delta_y.clone(), bptt.flat(y[days]))
                sums.add("W_y", delta_y, bptt.flat(h[days]))
                sums.add_rows("b_y", delta_y)
                torch.mm(delta_y, W_y, out=rows)
            if grad_h is not None:
                block.add_(grad_h[days])
            after = sent_back
            for day, delta_t, h_t in zip(
                range(days.stop - 1, days.start - 1, -1),
                reversed(block.unbind(0)),
                reversed(h[days].unbind(0)),
                strict=True,
            ):
                if day + 1 < n_days and (truncate is None or (day + 1) % truncate):
                    delta_t.addmm_(after, U_h)
                sigma_h.backward_(delta_t, h_t)
                after = delta_t
            sent_back.copy_(after)
            entered = max(days.start, 1)  # before the first day the state is zero
            before = bptt.flat(h[entered - 1 : days.stop - 1])
            sums.add("U_h", bptt.flat(block[entered - days.start :]), before)
            sums.add("W_x", rows, bptt.flat(x[days]))
            sums.add_rows("b_h", rows)
            if grad_x is not None:
                torch.mm(rows, W_x, out=bptt.flat(grad_x[days]))
        return grad_x, *sums.gradients(), None, None, None

    @staticmethod
    def vmap(info: Any, in_dims: tuple[int | None, ...], *inputs: Any) -> Any:  # noqa: ARG004
        """Run many sets of weights at once, without gradient: the plain loop, batched by torch."""
        *tensors, hidden_activation, output_activation, _ = inputs
        activations = hidden_activation, output_activation

        def loop(x: torch.Tensor, *weights: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            h = x.new_zeros(x.shape[1], len(weights[0]))
            outputs, hidden = [], []
            for x_t in x.unbind(0):
                y, h = _step(x_t, h, weights, activations)
                outputs.append(y)
                hidden.append(h)
            return torch.stack(outputs), torch.stack(hidden)

        return torch.vmap(loop, in_dims=in_dims[: len(tensors)])(*tensors), (0, 0)


def _step(
    x_t: torch.Tensor,
    h: torch.Tensor,
    weights: tuple[torch.Tensor, ...],
    activations: tuple[str, str],
) -> tuple[torch.Tensor, torch.Tensor]:
    """One day: y_t and h_t."""
    U_h, W_x, b_h, W_y, b_y = weights  # noqa: N806
    sigma_h, sigma_y = (ACTIVATIONS[name].function for name in activations)
    h = sigma_h(h @ U_h.T + x_t @ W_x.T + b_h)
    return sigma_y(h @ W_y.T + b_y), h
