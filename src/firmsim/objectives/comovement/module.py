"""The weights of the co-movement objective: a cell, and how its outputs become scores."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch

from firmsim.objectives.comovement import loss as comovement
from firmsim.objectives.comovement.exposures import realised_variance, regressors
from firmsim.objectives.comovement.loss import Traces
from firmsim.objectives.task import CellModule
from firmsim.recurrent import Cell

USUAL_DAYS = 60
"""Window to which the first of each two length-dependent weights belongs (trading days)."""
SOFTENING = (math.log(2.0), 0.25)
"""What scoring takes from the logarithm of kappa and from the log odds of the close similarity.
Training has the firms and days that its portfolios are made of, where close similarity holds better
than elsewhere; chosen on validation periods (docs/evaluation.md), as is the next."""
PLAIN = 0.3
"""Weight of the plain cosine of the normal scores beside what is learned of `USUAL_DAYS`; it grows
with the root of the window's length, as the cosine's precision does."""


@dataclass(frozen=True)
class Inputs:
    """Tensors of a stretch of days.

    Attributes
    ----------
    q : Tensor of shape (n_days, n_firms)
        Normal scores, 0 where missing.
    observed : Tensor of shape (n_days, n_firms)
        1 where a normal score is known.
    portfolios : Tensor of shape (n_days, K)
        Portfolio growth f_t.
    ridge : Tensor of shape (K,)
        Of the regression on the portfolios.
    context : Tensor of shape (n_days, n_context)
        Market context c_t.
    extra : Tensor of shape (n_days, n_firms, d - 1)
        Channels e_t beside the growth rate.
    """

    q: torch.Tensor
    observed: torch.Tensor
    portfolios: torch.Tensor
    ridge: torch.Tensor
    context: torch.Tensor
    extra: torch.Tensor

    def window(self, days: slice, firms: torch.Tensor | slice) -> Inputs:
        """Cut out some days and firms."""
        return Inputs(
            self.q[days][:, firms],
            self.observed[days][:, firms],
            self.portfolios[days],
            self.ridge,
            self.context[days],
            self.extra[days][:, firms],
        )

    def x(self) -> torch.Tensor:
        """What a cell reads of a window: [q, q f~_t, c_t, e_t], f~ the window's regressors.

        Returns
        -------
        Tensor of shape (n_days, n_firms, 1 + K + n_context + d - 1)
            All these days are one window.
        """
        own = self.q[:, :, None]
        gains = own * regressors(self.portfolios, self.ridge)[:, None, :]
        shared = self.context[:, None, :].expand(-1, self.q.shape[1], -1)
        return torch.cat([own, gains, shared, self.extra], dim=2)


@dataclass(frozen=True)
class Center:
    """What is taken from every firm: the means over the reference firms.

    Attributes
    ----------
    paths : Tensor of shape (n_days, 1, d_path)
        Day by day.
    broad, close : Tensor of shape (K,)
        Of the exposures.
    ranks : Tensor of shape (n_days, 1, 1)
        Of the normal scores, day by day.
    """

    paths: torch.Tensor
    broad: torch.Tensor
    close: torch.Tensor
    ranks: torch.Tensor


class ComovementModule(CellModule):
    """A cell, and how its outputs become trajectories, exposures and scores.

    Parameters
    ----------
    cell : Cell
        Of its outputs the last 2 K are averaged over the window; the others make trajectories.
    portfolios : int
        K.
    variance_power : float
        Power of the portfolios' variance in the window that weighs broad exposures.
    """

    def __init__(self, cell: Cell, portfolios: int, variance_power: float) -> None:
        super().__init__(cell)
        self.portfolios, self.variance_power = portfolios, variance_power
        self.own = torch.nn.Parameter(torch.tensor(1.0))
        self.broad = torch.nn.Parameter(torch.ones(portfolios))
        self.close = torch.nn.Parameter(torch.ones(portfolios))
        # level and slope in the logarithm of the window's length: log weights of the trajectories
        # beside broad and close exposures and of their second-order proximity, and log odds of
        # the close similarity
        self.balance = torch.nn.Parameter(torch.tensor([[0.0, 0.0], [-1.0, 0.0], [4.0, 0.0]]))
        self.share = torch.nn.Parameter(torch.tensor([1.0, 0.0]))
        self.log_sharpness = torch.nn.Parameter(torch.tensor(math.log(3.0)))
        self.log_temperature = torch.nn.Parameter(torch.tensor(3.0))

    def traces(
        self, y: torch.Tensor, x: torch.Tensor, window: Inputs, center: Center | None = None
    ) -> tuple[Traces, Center]:
        """Trajectories and exposures of a window.

        Parameters
        ----------
        y : Tensor of shape (n_days, n_firms, d_out)
            Outputs of the cell.
        x : Tensor of shape (n_days, n_firms, 1 + K or more)
            Its inputs, of which the first 1 + K are read: hidden days are 0 there.
        window : Inputs
            The window.
        center : Center, optional
            Means of the reference firms. Default: of these firms.

        Returns
        -------
        traces : Traces
            Centred.
        center : Center
            What was taken from them.
        """
        observed, k = window.observed, self.portfolios
        last = y.shape[2] - 2 * k
        ranks = x[:, :, :1]
        paths = torch.cat([y[:, :, :last], self.own * ranks], dim=2)
        gains = x[:, :, 1 : 1 + k]
        broad = _mean(self.broad * gains + y[:, :, last : last + k], observed)
        close = _mean(self.close * gains + y[:, :, last + k :], observed)
        axes, variance = realised_variance(window.portfolios)
        broad = broad @ (axes * variance ** (self.variance_power / 2))
        if center is None:
            seen = (observed.sum(0) > 0).to(y)
            of_all = seen / seen.sum().clamp_min(1)
            center = Center(
                comovement.daily_mean(paths, observed),
                of_all @ broad,
                of_all @ close,
                comovement.daily_mean(ranks, observed),
            )
        return Traces(
            comovement.trajectories(paths, observed, center.paths),
            broad - center.broad,
            close - center.close,
            comovement.trajectories(ranks, observed, center.ranks),
            observed,
        ), center

    def score(self, left: Traces, right: Traces, *, learning: bool = False) -> torch.Tensor:
        """Scores of every left with every right firm.

        Parameters
        ----------
        left, right : Traces
            Of n_left and n_right firms, on the same days.
        learning : bool
            Whether a loss is to be had from them. Else close similarity counts for less
            (`SOFTENING`), and the plain cosine of the normal scores for something (`PLAIN`).

        Returns
        -------
        Tensor of shape (n_left, n_right)
        """
        length = math.log(len(left.observed) / USUAL_DAYS)
        softer, rarer = (0.0, 0.0) if learning else SOFTENING
        weights = (self.balance[:, 0] + self.balance[:, 1] * length).exp()
        sharpness = (self.log_sharpness - softer).exp()
        share = torch.sigmoid(self.share[0] + self.share[1] * length - rarer)
        learned = comovement.blend(left, right, weights, sharpness, share)
        if learning:
            return learned
        plain = comovement.cosine(left.ranks, right.ranks, left.observed, right.observed)
        weight = PLAIN * math.exp(length / 2)
        return (learned + weight * plain) / (1 + weight)


def _mean(values: torch.Tensor, observed: torch.Tensor) -> torch.Tensor:
    """Mean over the days that each firm has: (n_firms, d); 0 for a firm without any."""
    total = torch.einsum("tnd,tn->nd", values, observed)
    return total / observed.sum(0).clamp_min(1)[:, None]
