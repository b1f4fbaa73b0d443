"""Encoders trained to tell long-run co-movement from short windows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import torch

from firmsim.encoders.base import EncoderModule, Panel, RecurrentEncoder, chunks
from firmsim.errors import EncoderError
from firmsim.objectives import comovement
from firmsim.objectives.market import Market
from firmsim.recurrent import Cell

MIN_COMMON_DAYS = 60
"""Days that two firms must share for their long-run co-movement to be known; fewer for short
histories, at least a quarter of the training days."""

VALIDATION_FIRMS = 512
"""Most firms in a look at the validation period."""


class TrajectoryModule(EncoderModule):
    """A cell whose outputs, and a learned multiple of the input, make a firm's trajectory."""

    def __init__(self, cell: Cell) -> None:
        super().__init__(cell)
        self.own = torch.nn.Parameter(torch.tensor(1.0))
        self.log_temperature = torch.nn.Parameter(torch.tensor(3.0))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Map x (n_days, n_firms, d_in) to outputs (n_days, n_firms, d_out + 1)."""
        y, _ = self.cell(x)
        return torch.cat([y, self.own * x[:, :, :1]], dim=2)


@dataclass(frozen=True)
class Inputs:
    """Tensors of a stretch of days.

    Attributes
    ----------
    q : Tensor of shape (n_days, n_firms)
        Normal scores, 0 where missing.
    there : Tensor of shape (n_days, n_firms)
        1 where a normal score is known.
    portfolios : Tensor of shape (n_days, K)
        Portfolio growth f_t.
    context : Tensor of shape (n_days, n_context)
        Market context c_t.
    """

    q: torch.Tensor
    there: torch.Tensor
    portfolios: torch.Tensor
    context: torch.Tensor

    def window(self, days: slice, firms: torch.Tensor | slice) -> Inputs:
        """Cut out some days and firms."""
        return Inputs(
            self.q[days][:, firms],
            self.there[days][:, firms],
            self.portfolios[days],
            self.context[days],
        )

    def x(self) -> torch.Tensor:
        """Inputs [q, q f_t, c_t] of shape (n_days, n_firms, 1 + K + n_context)."""
        own = self.q[:, :, None]
        shared = self.context[:, None, :].expand(-1, self.q.shape[1], -1)
        return torch.cat([own, own * self.portfolios[:, None, :], shared], dim=2)


@dataclass(frozen=True)
class LongRun:
    """Sums over days from which the co-movement of pairs follows.

    Attributes
    ----------
    product : Tensor of shape (n_firms, n_firms)
        Sum of q_i q_j.
    energy : Tensor of shape (n_firms, n_firms)
        Sum of q_i^2 over the days that j has.
    common : Tensor of shape (n_firms, n_firms)
        Number of days that both have.
    """

    product: torch.Tensor
    energy: torch.Tensor
    common: torch.Tensor

    @classmethod
    def of(cls, inputs: Inputs) -> LongRun:
        """Sums over all days of the inputs."""
        q, there = inputs.q, inputs.there
        return cls(q.T @ q, q.square().T @ there, there.T @ there)

    def among(self, firms: torch.Tensor) -> LongRun:
        """The same for some of the firms."""
        return LongRun(
            *(sums[firms][:, firms] for sums in (self.product, self.energy, self.common))
        )

    def without(self, window: LongRun) -> LongRun:
        """The same with the days of a window left out."""
        return LongRun(
            self.product - window.product,
            self.energy - window.energy,
            self.common - window.common,
        )

    def comovement(self) -> torch.Tensor:
        """Cosine of the normal scores of each pair over the days that both have."""
        return self.product * (self.energy * self.energy.T).clamp_min(1e-12).rsqrt()

    def known(self, days: int) -> torch.Tensor:
        """Pairs of different firms with at least so many days in common."""
        itself = torch.eye(len(self.common), dtype=torch.bool, device=self.common.device)
        return (self.common >= days) & ~itself


@dataclass(eq=False)
class ComovementEncoder(RecurrentEncoder):
    """Encoder trained with the co-movement objective.

    For a random window and a random set of training firms it reads x = [q, q f_t, c_t]; its
    outputs, centred across firms, form a trajectory; the cosine of two trajectories is asked to
    tell the long-run co-movement of the pair, the window itself left out. An embedding is the
    projection of the trajectories on the leading components of the training firms' score matrix
    (Nystroem's extension for firms outside it: Williams and Seeger 2001).

    Missing growth rates are read as 0, count in no mean, and pairs are compared over the days
    that both firms have.
    """

    outputs: int = 16
    portfolios: int = 20
    temperature: float = 0.03
    correlation_weight: float = 0.4
    day_dropout: float = 0.2
    embedding: int = 64

    module_: TrajectoryModule = field(init=False, repr=False)
    market_: Market = field(init=False, repr=False)

    objective: ClassVar[str] = "comovement"

    @staticmethod
    def common_days(train_days: int) -> int:
        """Days that two firms must share for their long-run co-movement to be known."""
        return min(MIN_COMMON_DAYS, train_days // 4)

    def days_needed(self, train_days: int) -> int:
        """Training days that the longest window asks for: the rest must still tell a target."""
        return max(self.windows) + max(1, self.common_days(train_days))

    def inputs(self, panel: Panel, reference: Panel) -> Inputs:
        """Tensors of a panel, with the market as the reference firms show it."""
        scaled, q = reference.scaled.to_numpy(), reference.q.to_numpy()
        return Inputs(
            q=self.tensor(panel.q),
            there=self.tensor(panel.q.notna()),
            portfolios=self.tensor(self.market_.portfolios(q)),
            context=self.tensor(self.market_.context(scaled, q)),
        )

    def prepare(
        self, panel: Panel, rng: np.random.Generator
    ) -> tuple[Callable[[], torch.Tensor], Callable[[], float]]:
        """Build ``module_`` and ``market_`` and return the training and the validation loss."""
        train = slice(0, self.train_days_)
        self.market_ = Market.fit(
            panel.scaled.to_numpy()[train], panel.q.to_numpy()[train], self.portfolios
        )
        self.build(1 + len(self.market_.portfolio_scale) + self.market_.context_size)
        inputs = self.inputs(panel, panel)
        long_run = inputs.window(train, slice(None))
        sums = LongRun.of(long_run)
        n_days, n_firms = inputs.q.shape
        enough = self.common_days(self.train_days_)

        def target(firms: torch.Tensor, window: Inputs | None) -> tuple[torch.Tensor, torch.Tensor]:
            chosen = sums.among(firms)
            if window is not None:
                chosen = chosen.without(LongRun.of(window))
            return chosen.comovement(), chosen.known(enough)

        def loss(
            window: Inputs, long_run: tuple[torch.Tensor, torch.Tensor], keep: torch.Tensor | None
        ) -> torch.Tensor:
            wanted, known = long_run
            x = window.x()
            if keep is not None:
                x = x * keep
            y = self.module_(x)
            center = comovement.daily_mean(y, window.there)
            paths = comovement.trajectories(y, window.there, center)
            score = comovement.cosine(paths, paths, window.there, window.there)
            softmax = comovement.softmax_loss(
                score, wanted, known, self.module_.log_temperature, self.temperature
            )
            correlation = comovement.correlation_loss(score, wanted, known)
            weight = self.correlation_weight
            return (1 - weight) * softmax + weight * correlation

        def training_loss() -> torch.Tensor:
            days, firms = self.draw(n_firms, rng)
            window = inputs.window(days, firms)
            dropped = rng.random(len(window.q)) < self.day_dropout
            keep = torch.as_tensor(~dropped) / (1 - self.day_dropout)
            keep = keep.to(window.q)[:, None, None]
            return loss(window, target(firms, window), keep)

        judges = torch.as_tensor(np.sort(rng.permutation(n_firms)[:VALIDATION_FIRMS]))
        judged = target(judges, None)
        if not judged[1].any():
            message = (
                f"{self.label}: no two training firms have {enough} training days in common; give "
                "firms with longer histories"
            )
            raise EncoderError(message)

        def validation_loss() -> float:
            losses = []
            room = n_days - self.train_days_
            for length in {min(window, room) for window in self.windows}:
                for start in range(self.train_days_, n_days - length + 1, length):
                    window = inputs.window(slice(start, start + length), judges)
                    losses.append(float(loss(window, judged, None)))
            return float(np.mean(losses))

        return training_loss, validation_loss

    def build(self, d_in: int) -> None:
        """Build ``module_`` with fresh weights for inputs of a size."""
        self.module_ = TrajectoryModule(self.make_cell(d_in, self.outputs)).to(self.torch_device)

    def embed(
        self, growth: pd.DataFrame, reference: pd.DataFrame | None, ends: Sequence[int]
    ) -> list[pd.DataFrame]:
        """Embed firms over the first days; see :meth:`RecurrentEncoder.embed`.

        An embedding has at most as many columns as there are training firms less one.
        """
        among = self.reference_of(growth, reference)
        market = self.panel(among, among)
        known = self.inputs(market, market)
        others = [ticker for ticker in growth.columns if ticker not in set(self.firms_)]
        with torch.no_grad():
            y = self._outputs(known)
            center = comovement.daily_mean(y, known.there)
            paths = comovement.trajectories(y, known.there, center)
            if others:
                new = self.inputs(self.panel(growth[others], among), market)
                new_paths = comovement.trajectories(self._outputs(new), new.there, center)
            embeddings = []
            for end in ends:
                there = known.there[:end]
                own = comovement.cosine(paths[:, :end], paths[:, :end], there, there)
                basis = self._basis(own.double().cpu().numpy())
                scores = [own]
                if others:
                    scores.append(
                        comovement.cosine(
                            new_paths[:, :end], paths[:, :end], new.there[:end], there
                        )
                    )
                embedding = pd.DataFrame(
                    torch.cat(scores).double().cpu().numpy() @ basis,
                    index=[*self.firms_, *others],
                    columns=[f"e{k}" for k in range(basis.shape[1])],
                )
                embeddings.append(embedding.loc[list(growth.columns)])
        return embeddings

    def _basis(self, scores: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        """Leading eigenvectors of the reference firms' scores over the root of the eigenvalue."""
        values, vectors = np.linalg.eigh(scores)
        size = max(1, min(self.embedding, len(self.firms_) - 1))
        leading = np.argsort(values)[::-1][:size]
        leading = leading[values[leading] > 1e-9 * values.max()]
        basis: np.ndarray[Any, Any] = vectors[:, leading] / np.sqrt(values[leading])
        return basis * np.where(basis.sum(axis=0) < 0, -1, 1)  # an eigenvector's sign is arbitrary

    def _outputs(self, inputs: Inputs) -> torch.Tensor:
        """Outputs of all firms, a chunk at a time: (n_days, n_firms, d_out + 1)."""
        parts = [
            self.module_(inputs.window(slice(None), firms).x())
            for firms in chunks(inputs.q.shape[1])
        ]
        return self.refuse_infinite(torch.cat(parts, dim=1))
