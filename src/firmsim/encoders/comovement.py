"""Encoders trained to tell long-run co-movement from short windows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import torch

from firmsim.encoders.base import Panel, RecurrentEncoder, chunks
from firmsim.errors import EncoderError
from firmsim.objectives import comovement
from firmsim.objectives.comovement_task import ComovementTask, Inputs, TrajectoryModule
from firmsim.objectives.market import Market

MIN_COMMON_DAYS = 60
"""Days that two firms must share for their long-run co-movement to be known; fewer for short
histories, at least a quarter of the training days."""


@dataclass(eq=False, repr=False)
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
    prefix: ClassVar[str] = "e"

    @property
    def size(self) -> int:
        """Number of columns of the embedding."""
        return max(1, min(self.embedding, len(self.firms_) - 1))

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
            extra=self.tensor(panel.extra),
        )

    def task(self, panel: Panel, rng: np.random.Generator) -> ComovementTask:
        """Fit ``market_``, build ``module_`` and return what a trainer minimises."""
        train = slice(0, self.train_days_)
        self.market_ = Market.fit(
            panel.scaled.to_numpy()[train], panel.q.to_numpy()[train], self.portfolios
        )
        shared = len(self.market_.portfolio_scale) + self.market_.context_size
        self.build(1 + shared + panel.extra.shape[2])
        task = ComovementTask(
            self.module_,
            rng,
            self.inputs(panel, panel),
            train_days=self.train_days_,
            windows=self.windows,
            batch_firms=self.firms_a_batch(panel.q.shape[1]),
            common_days=self.common_days(self.train_days_),
            temperature=self.temperature,
            correlation_weight=self.correlation_weight,
            day_dropout=self.day_dropout,
        )
        if not task.learnable:
            message = (
                f"{self.label}: no two training firms have {task.common_days} training days in "
                "common; give firms with longer histories"
            )
            raise EncoderError(message)
        return task

    def fresh_module(self, d_in: int) -> TrajectoryModule:
        """Cell and the weights beside it, for inputs of a size."""
        return TrajectoryModule(self.make_cell(d_in, int(self.outputs)))

    def embed(self, X: Any, reference: Any, spans: Sequence[tuple[int, int]]) -> list[pd.DataFrame]:
        """Embed firms over spans of days; see :meth:`RecurrentEncoder.embed`.

        An embedding has at most as many columns as there are training firms less one; columns for
        which their scores have no component left are 0.
        """
        given = self.sequences(X)
        among = self.reference_of(given, reference)
        market = self.panel(among, among)
        known = self.inputs(market, market)
        firms = list(given.growth.columns)
        others = [firm for firm in firms if firm not in set(self.firms_)]
        new = self.inputs(self.panel(given.of(others), among), market) if others else None
        embeddings: dict[int, pd.DataFrame] = {}
        with torch.no_grad():
            for (start, last), positions in self.by_start(spans, len(known.q)).items():
                days = slice(start, last)
                groups = [known] if new is None else [known, new]
                there = [group.there[days] for group in groups]
                outputs = [self._outputs(group, days) for group in groups]
                center = comovement.daily_mean(outputs[0], there[0])
                paths = [
                    comovement.trajectories(y, own, center)
                    for y, own in zip(outputs, there, strict=True)
                ]
                for position in positions:
                    length = spans[position][1] - start
                    scores = torch.cat(
                        [
                            comovement.cosine(
                                path[:, :length],
                                paths[0][:, :length],
                                own[:length],
                                there[0][:length],
                            )
                            for path, own in zip(paths, there, strict=True)
                        ]
                    )
                    rows = scores.double().cpu().numpy()
                    embeddings[position] = pd.DataFrame(
                        rows @ self._basis(rows[: len(self.firms_)]),
                        index=[*self.firms_, *others],
                        columns=self.get_feature_names_out(),
                    ).loc[firms]
        return [embeddings[position] for position in range(len(spans))]

    def _basis(self, scores: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        """Leading eigenvectors of the reference firms' scores over the root of the eigenvalue."""
        values, vectors = np.linalg.eigh(scores)
        leading = np.argsort(values)[::-1][: self.size]
        there = values[leading] > max(1e-9 * values.max(), 0.0)
        basis: np.ndarray[Any, Any] = np.where(
            there, vectors[:, leading] / np.sqrt(np.where(there, values[leading], 1.0)), 0.0
        )
        return basis * np.where(basis.sum(axis=0) < 0, -1, 1)  # an eigenvector's sign is arbitrary

    def _outputs(self, inputs: Inputs, days: slice) -> torch.Tensor:
        """Outputs of all firms, a chunk at a time: (n_days, n_firms, d_out + 1)."""
        parts = [
            self.module_(inputs.window(days, firms).x()) for firms in chunks(inputs.q.shape[1])
        ]
        return self.refuse_infinite(torch.cat(parts, dim=1))
