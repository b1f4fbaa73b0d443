"""Weights of the co-movement objective: a cell, and how its outputs become scores."""

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
"""Window at which a length-dependent weight equals its level (trading days)."""
SOFTENING = (math.log(2.0), 0.25)
"""Reductions at inference: of the logarithm of kappa, and of the log odds of close similarity.
Training overestimates close similarity, because its portfolios were fitted on the same firms and
days. This and the next constant were chosen on validation periods (docs/evaluation.md)."""
PLAIN = 0.3
"""Weight of the plain cosine of normal scores relative to learned scores, at `USUAL_DAYS`. It grows
with the root of the window's length, as the cosine's precision does."""


@dataclass(frozen=True)
class Inputs:
    """Tensors of consecutive days.

    Attributes
    ----------
    q : Tensor of shape (n_days, n_firms)
        Normal scores, 0 where missing.
    observed : Tensor of shape (n_days, n_firms)
        1 where a normal score is observed.
    portfolios : Tensor of shape (n_days, K)
        Portfolio growth f_t.
    ridge : Tensor of shape (K,)
        Penalty of the regression on the portfolios.
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
        """Select some days and firms."""
        return Inputs(
            self.q[days][:, firms],
            self.observed[days][:, firms],
            self.portfolios[days],
            self.ridge,
            self.context[days],
            self.extra[days][:, firms],
        )

    def x(self) -> torch.Tensor:
        """Inputs of a cell, with all days as one window: [q, q f~_t, c_t, e_t].

        f~ are the window's regressors; see
        :func:`firmsim.objectives.comovement.exposures.regressors`.

        Returns
        -------
        Tensor of shape (n_days, n_firms, 1 + K + n_context + d - 1)
        """
        own = self.q[:, :, None]
        gains = own * regressors(self.portfolios, self.ridge)[:, None, :]
        shared = self.context[:, None, :].expand(-1, self.q.shape[1], -1)
        return torch.cat([own, gains, shared, self.extra], dim=2)


@dataclass(frozen=True)
class Center:
    """Means over the reference firms, which are subtracted from every firm.

    Attributes
    ----------
    paths : Tensor of shape (n_days, 1, d_path)
        Mean trajectory per day.
    broad, close : Tensor of shape (K,)
        Mean exposures.
    ranks : Tensor of shape (n_days, 1, 1)
        Mean normal score per day.
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
        The last 2 K of its outputs are averaged over the window; the others are trajectories.
    portfolios : int
        K.
    variance_power : float
        Power of a portfolio's variance in the window, as its weight in broad exposures.
    """

    def __init__(self, cell: Cell, portfolios: int, variance_power: float) -> None:
        super().__init__(cell)
        self.portfolios, self.variance_power = portfolios, variance_power
        self.own = torch.nn.Parameter(torch.tensor(1.0))
        self.broad = torch.nn.Parameter(torch.ones(portfolios))
        self.close = torch.nn.Parameter(torch.ones(portfolios))
        # level, and slope in the logarithm of the window's length. balance: log weights of the
        # trajectories in broad and in close similarity, and of second-order proximity;
        # share: log odds of close similarity
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
            Inputs of the cell, 0 on hidden days; the first 1 + K are read.
        window : Inputs
            The window.
        center : Center, optional
            Means of the reference firms. Default: means of these firms.

        Returns
        -------
        traces : Traces
            Centred.
        center : Center
            The means subtracted.
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
            counted = (observed.sum(0) > 0).to(y)
            share = counted / counted.sum().clamp_min(1)
            center = Center(
                comovement.daily_mean(paths, observed),
                share @ broad,
                share @ close,
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
        """Score of every left firm with every right firm.

        Parameters
        ----------
        left, right : Traces
            n_left and n_right firms, on the same days.
        learning : bool
            Whether the scores are for the loss. At inference close similarity has less weight
            (`SOFTENING`), and the plain cosine of normal scores has some (`PLAIN`).

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
    """Mean over the observed days of each firm: (n_firms, d); 0 for a firm without any."""
    total = torch.einsum("tnd,tn->nd", values, observed)
    return total / observed.sum(0).clamp_min(1)[:, None]
