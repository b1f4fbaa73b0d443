"""Jordan cell: the output feeds back, through a state of its own."""

from __future__ import annotations

from typing import Any

import torch

from firmsim.errors import EncoderError
from firmsim.recurrent import bptt
from firmsim.recurrent.activations import ACTIVATIONS, fused
from firmsim.recurrent.cell import Cell, State, activation_name
from firmsim.recurrent.parameters import jordan_parameters

WEIGHTS = ("W_ss", "W_sy", "b_s", "U_h", "W_h", "b_h", "W_y", "b_y")
"""Names of weights and biases, in the order of the fused recurrence."""


class Jordan(Cell):
    r"""Sequential network of Jordan (1986), *Serial order*, ICS Report 8604, with a learned state.

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

    From the zero start, the first state is s_1 = sigma_s(b_s). As a plain loop::

        s, y_t = zeros(n_firms, state), zeros(n_firms, d_out)
        for t in range(n_days):
            s = sigma_s(s @ W_ss.T + y_t @ W_sy.T + b_s)
            h[t] = sigma_h(s @ U_h.T + x[t] @ W_h.T + b_h)
            y[t] = y_t = sigma_y(h[t] @ W_y.T + b_y)

    Parameters
    ----------
    d_in, hidden, d_out : int
        Sizes of the input, the hidden layer and the output.
    state : int, optional
        Size of the state. Default: as large as the hidden layer.
    hidden_activation, output_activation, state_activation : str
        Names of sigma_h, sigma_y and sigma_s: tanh, sigmoid, relu, linear or softmax.
    truncate : int, optional
        Days after which gradients stop flowing back; see :class:`Cell`.
    dtype : torch.dtype, optional
        Default: torch's default, float32.

    Examples
    --------
    >>> import torch
    >>> cell = Jordan(d_in=3, hidden=5, d_out=2, state=4)
    >>> y, h = cell(torch.zeros(7, 11, 3))  # 7 days, 11 firms
    >>> y.shape, h.shape
    (torch.Size([7, 11, 2]), torch.Size([7, 11, 5]))
    >>> cell.parameter_count  # 5 (4 + 3 + 1) + 2 (5 + 1) + 4 (4 + 2 + 1)
    80
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
        truncate: int | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__(d_in, hidden, d_out, truncate)
        self.state = hidden if state is None else state
        if self.state < 1:
            message = f"state: {state} is too small; a cell needs at least 1"
            raise EncoderError(message, parameter="state")
        self.hidden_activation = activation_name("hidden_activation", hidden_activation)
        self.output_activation = activation_name("output_activation", output_activation)
        self.state_activation = activation_name("state_activation", state_activation)
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
        """Number of weights and biases, by the closed formula."""
        return jordan_parameters(self.d_in, self.hidden, self.d_out, self.state)

    def start(self, x: torch.Tensor) -> State:
        """Zero state and zero output."""
        firms = x.shape[-2:-1]
        return x.new_zeros(*firms, self.state), x.new_zeros(*firms, self.d_out)

    def _tensors(self) -> tuple[torch.Tensor, ...]:
        return tuple(getattr(self, name) for name in WEIGHTS)

    def _activations(self) -> tuple[str, str, str]:
        return self.hidden_activation, self.output_activation, self.state_activation

    def step(self, x_t: torch.Tensor, state: State) -> tuple[torch.Tensor, torch.Tensor, State]:
        """One day of the recurrence; see :meth:`Cell.step`."""
        s, y = state
        y, h, s = _step(x_t, s, y, self._tensors(), self._activations())
        return y, h, (s, y)

    def recurrent_matrix(self) -> torch.Tensor:
        """Jacobian of (s_t, y_t) in (s_{t-1}, y_{t-1}) where every unit is linear."""
        to_state = torch.cat([self.W_ss, self.W_sy], dim=1)
        return torch.cat([to_state, self.W_y @ self.U_h @ to_state]).detach()

    def slopes(self, x_t: torch.Tensor, state: State) -> torch.Tensor:
        """Slopes of sigma_s and sigma_h; see :meth:`Cell.slopes`."""
        _, h, (s, _) = self.step(x_t, state)
        slopes = (
            ACTIVATIONS[self.state_activation].slope(s),
            ACTIVATIONS[self.hidden_activation].slope(h),
        )
        return torch.cat(slopes, dim=-1)

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
        ShapeError
            The input has another shape.
        RuntimeError
            The result is differentiated twice; use :meth:`unroll` for that.
        """
        self.check(x)
        tensors = bptt.autocast(x, *self._tensors())
        y, h, _ = bptt.run(JordanRecurrence, *tensors, *self._activations(), self.truncate)
        return y, h


class JordanRecurrence(torch.autograd.Function):
    """The Jordan recurrence over all days, with its own back-propagation through time.

    As for the Elman cell, days are processed in place, in blocks that fit the cache, with large
    products for inputs and weight gradients. The feedback is two products, W_ss s and W_sy y. One
    product with W_sy W_y would cost more, because outputs are fewer than hidden units, and would
    need a linear output activation.
    """

    @staticmethod
    def forward(
        x: torch.Tensor,
        W_ss: torch.Tensor,  # noqa: N803
        W_sy: torch.Tensor,  # noqa: N803
        b_s: torch.Tensor,
        U_h: torch.Tensor,  # noqa: N803
        W_h: torch.Tensor,  # noqa: N803
        b_h: torch.Tensor,
        W_y: torch.Tensor,  # noqa: N803
        b_y: torch.Tensor,
        hidden_activation: str,
        output_activation: str,
        state_activation: str,
        truncate: int | None,  # noqa: ARG004
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Outputs, hidden layer and states of all days."""
        n_days, n_firms, _ = x.shape
        s = bptt.new_states(n_days, n_firms, len(W_ss), x)
        h = bptt.new_states(n_days, n_firms, len(U_h), x)
        y = bptt.new_states(n_days, n_firms, len(W_y), x)
        sigma_h, sigma_y = fused(hidden_activation, x), fused(output_activation, x)
        sigma_s = fused(state_activation, x)
        from_state, from_output, state_bias = (
            sigma_s.gain * weight for weight in (W_ss.T, W_sy.T, b_s)
        )
        to_hidden, drive, bias = (sigma_h.gain * weight for weight in (U_h.T, W_h.T, b_h))
        to_output, output_bias = (sigma_y.gain * weight for weight in (W_y.T, b_y))
        s_before, y_before = x.new_zeros(n_firms, len(W_ss)), x.new_zeros(n_firms, len(W_y))
        length = bptt.block_days(n_days, n_firms, len(W_ss) + len(U_h), x)
        for days in bptt.blocks(n_days, length):
            torch.addmm(bias, bptt.flat(x[days]), drive, out=bptt.flat(h[days]))
            for s_t, h_t, y_t in zip(
                s[days].unbind(0), h[days].unbind(0), y[days].unbind(0), strict=True
            ):
                torch.addmm(state_bias, s_before, from_state, out=s_t)
                s_t.addmm_(y_before, from_output)
                sigma_s.apply_(s_t)
                h_t.addmm_(s_t, to_hidden)
                sigma_h.apply_(h_t)
                torch.addmm(output_bias, h_t, to_output, out=y_t)
                sigma_y.apply_(y_t)
                s_before, y_before = s_t, y_t
        return y, h, s

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: tuple[torch.Tensor, ...]) -> None:
        """Save inputs, weights, outputs, hidden layer and states for the backward pass."""
        ctx.save_for_backward(*inputs[:9], *output)
        ctx.settings = inputs[9:]
        ctx.mark_non_differentiable(output[2])
        ctx.set_materialize_grads(False)

    @staticmethod
    def backward(
        ctx: Any, grad_y: torch.Tensor | None, grad_h: torch.Tensor | None, _: None
    ) -> tuple[torch.Tensor | None, ...]:
        """Gradients of the inputs and weights."""
        bptt.refuse_double_backward("Jordan")
        x, *weights, y, h, s = ctx.saved_tensors
        W_ss, W_sy, _, U_h, W_h, _, W_y, _ = weights  # noqa: N806
        hidden_activation, output_activation, state_activation, truncate = ctx.settings
        sigma_h, sigma_y = fused(hidden_activation, x), fused(output_activation, x)
        sigma_s = fused(state_activation, x)
        n_days, n_firms, hidden = h.shape
        sums = bptt.GradientSums(dict(zip(WEIGHTS, weights, strict=True)))
        grad_x = x.new_empty(x.shape) if ctx.needs_input_grad[0] else None
        length = bptt.block_days(n_days, n_firms, len(W_ss) + hidden, x)
        # dL/d pre-activation of s_t, h_t and y_t
        delta_s, delta_h, delta_y = (
            x.new_empty(length, n_firms, units) for units in (len(W_ss), hidden, len(W_y))
        )
        sent_back = x.new_zeros(n_firms, len(W_ss))  # delta_s of the day after the block
        for days in reversed(list(bptt.blocks(n_days, length))):
            count = days.stop - days.start
            block_s, block_h, block_y = delta_s[:count], delta_h[:count], delta_y[:count]
            for block, grad in ((block_h, grad_h), (block_y, grad_y)):
                if grad is None:
                    block.zero_()
                else:
                    block.copy_(grad[days])
            after = sent_back
            for day, delta_s_t, delta_h_t, delta_y_t, s_t, h_t, y_t in zip(
                range(days.stop - 1, days.start - 1, -1),
                *(reversed(block.unbind(0)) for block in (block_s, block_h, block_y)),
                *(reversed(states[days].unbind(0)) for states in (s, h, y)),
                strict=True,
            ):
                flows = day + 1 < n_days and (truncate is None or (day + 1) % truncate)
                if flows:
                    delta_y_t.addmm_(after, W_sy)
                sigma_y.backward_(delta_y_t, y_t)
                delta_h_t.addmm_(delta_y_t, W_y)
                sigma_h.backward_(delta_h_t, h_t)
                torch.mm(delta_h_t, U_h, out=delta_s_t)
                if flows:
                    delta_s_t.addmm_(after, W_ss)
                sigma_s.backward_(delta_s_t, s_t)
                after = delta_s_t
            sent_back.copy_(after)
            rows_s, rows_h, rows_y = (bptt.flat(block) for block in (block_s, block_h, block_y))
            entered = max(days.start, 1)  # before the first day state and output are zero
            before = slice(entered - 1, days.stop - 1)
            delta = bptt.flat(block_s[entered - days.start :])
            sums.add("W_ss", delta, bptt.flat(s[before]))
            sums.add("W_sy", delta, bptt.flat(y[before]))
            sums.add_rows("b_s", rows_s)
            sums.add("U_h", rows_h, bptt.flat(s[days]))
            sums.add("W_h", rows_h, bptt.flat(x[days]))
            sums.add_rows("b_h", rows_h)
            sums.add("W_y", rows_y, bptt.flat(h[days]))
            sums.add_rows("b_y", rows_y)
            if grad_x is not None:
                torch.mm(rows_h, W_h, out=bptt.flat(grad_x[days]))
        return grad_x, *sums.gradients(), None, None, None, None

    @staticmethod
    def vmap(info: Any, in_dims: tuple[int | None, ...], *inputs: Any) -> Any:  # noqa: ARG004
        """Run many sets of weights at once, without gradient: the plain loop, batched by torch."""
        *tensors, hidden_activation, output_activation, state_activation, _ = inputs
        activations = hidden_activation, output_activation, state_activation

        def loop(x: torch.Tensor, *weights: torch.Tensor) -> tuple[torch.Tensor, ...]:
            s = x.new_zeros(x.shape[1], len(weights[0]))
            y = x.new_zeros(x.shape[1], len(weights[6]))
            outputs, hidden, states = [], [], []
            for x_t in x.unbind(0):
                y, h, s = _step(x_t, s, y, weights, activations)
                outputs.append(y)
                hidden.append(h)
                states.append(s)
            return torch.stack(outputs), torch.stack(hidden), torch.stack(states)

        return torch.vmap(loop, in_dims=in_dims[: len(tensors)])(*tensors), (0, 0, 0)


def _step(
    x_t: torch.Tensor,
    s: torch.Tensor,
    y: torch.Tensor,
    weights: tuple[torch.Tensor, ...],
    activations: tuple[str, str, str],
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """One day: y_t, h_t and s_t."""
    W_ss, W_sy, b_s, U_h, W_h, b_h, W_y, b_y = weights  # noqa: N806
    sigma_h, sigma_y, sigma_s = (ACTIVATIONS[name].function for name in activations)
    s = sigma_s(s @ W_ss.T + y @ W_sy.T + b_s)
    h = sigma_h(s @ U_h.T + x_t @ W_h.T + b_h)
    return sigma_y(h @ W_y.T + b_y), h, s
