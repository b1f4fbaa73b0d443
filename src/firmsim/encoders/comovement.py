"""Encoders trained to tell long-run co-movement from short windows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import torch

from firmsim.encoders.estimator import Panel, RecurrentEncoder, chunks
from firmsim.errors import EncoderError
from firmsim.objectives.comovement.loss import Traces
from firmsim.objectives.comovement.market import FIXED_CONTEXT, Market
from firmsim.objectives.comovement.module import Center, ComovementModule, Inputs
from firmsim.objectives.comovement.task import ComovementTask

LONGEST_PASS = 250
"""Trading days that are read at one pass; a longer span is read in equal parts."""
FIRMS_A_COLUMN = 6
"""Training firms for one column of the embedding, unless `embedding_size` is given: what more
firms share takes more columns (docs/evaluation.md)."""
FEWEST_COLUMNS = 64
"""Columns of the embedding of fewer firms than that rule is for."""
MIN_COMMON_DAYS = 60
"""Days that two firms must share for their long-run co-movement to be known; fewer for short
histories, at least a quarter of the training days."""


def portfolios_among(d_in: int, channels: int) -> int:
    """Number of portfolios among the inputs of a cell: each is one of the firm's, two of the day's.

    Raises
    ------
    EncoderError
        No number of portfolios has so many inputs.
    """
    portfolios, odd = divmod(d_in - channels - FIXED_CONTEXT, 3)
    if odd or portfolios < 0:
        message = f"d_in {d_in} with {channels} channels is no comovement encoder"
        raise EncoderError(message)
    return portfolios


@dataclass(eq=False, repr=False)
class ComovementEncoder(RecurrentEncoder):
    """Encoder trained with the co-movement objective.

    For a random window and a random set of training firms the cell reads x = [q, q f~_t, c_t],
    f~ being the window's regressors on K principal portfolios. Of its outputs, some make a firm's
    trajectory and the others, averaged over the window, correct its exposures to the portfolios.
    Scores of pairs blend a broad similarity, in which a portfolio counts as it moved in the window
    and firms are alike that are like the same firms, with a close one
    (:func:`firmsim.objectives.comovement.loss.blend`), and are asked to tell the long-run
    neighbours of each firm, the window itself left out, and the co-movement of all pairs in the
    year after the window. Outside training the plain cosine of the window's normal scores is
    averaged with what was learned. An embedding is the projection of the scores on the leading
    components of the training firms' score matrix (Nystroem's extension for firms outside it:
    Williams and Seeger 2001). The scores of a span of more than 250 days are the mean over its
    parts.

    Missing growth rates are read as 0, count in no mean, and pairs are compared over the days
    that both firms have.
    """

    outputs: int = 16
    portfolios: int = 30
    shrinkage: float = 1.0
    variance_power: float = 1.0
    horizon: int = 250
    temperature: float = 0.03
    correlation_weight: float = 0.6
    day_dropout: float = 0.2
    embedding_size: int | None = None

    module_: ComovementModule = field(init=False, repr=False)
    market_: Market = field(init=False, repr=False)

    objective: ClassVar[str] = "comovement"
    prefix: ClassVar[str] = "e"

    @property
    def size(self) -> int:
        """Number of columns of the embedding, once fitted: as many as there are firms, at most."""
        firms, asked = len(self.firms_), self.embedding_size
        if asked is None:
            asked = max(FEWEST_COLUMNS, firms // FIRMS_A_COLUMN)
        return min(asked, firms)

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
            observed=self.tensor(panel.q.notna()),
            portfolios=self.tensor(self.market_.portfolios(q)),
            ridge=self.tensor(self.shrinkage * self.market_.noise),
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
            batch_size=self.batch_size_for(panel.q.shape[1]),
            common_days=self.common_days(self.train_days_),
            horizon=self.horizon,
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

    def fresh_module(self, d_in: int) -> ComovementModule:
        """Cell and the weights beside it, for inputs of a size."""
        portfolios = portfolios_among(d_in, self.channels_)
        cell = self.make_cell(d_in, int(self.outputs) + 2 * portfolios)
        return ComovementModule(cell, portfolios, self.variance_power)

    def embed(self, X: Any, reference: Any, spans: Sequence[tuple[int, int]]) -> list[pd.DataFrame]:
        """Embed firms over spans of days; see :meth:`RecurrentEncoder.embed`.

        An embedding has at most as many columns as there are training firms; columns for
        which their scores have no component left are 0.
        """
        given = self.sequences(X)
        among = self.reference_of(given, reference)
        market = self.panel(among, among)
        known = self.inputs(market, market)
        firms = list(given.growth.columns)
        others = [firm for firm in firms if firm not in set(self.firms_)]
        new = self.inputs(self.panel(given.of(others), among), market) if others else None
        groups = [known] if new is None else [known, new]
        embeddings = []
        self.check_spans(spans, len(known.q))
        for start, end in spans:
            with torch.no_grad():
                rows = self._scores(groups, start, end).double().cpu().numpy()
            embedding_size = pd.DataFrame(
                rows @ self._basis(rows[: len(self.firms_)]),
                index=[*self.firms_, *others],
                columns=self.get_feature_names_out(),
            )
            embeddings.append(embedding_size.loc[firms])
        return embeddings

    def _scores(self, groups: list[Inputs], start: int, end: int) -> torch.Tensor:
        """Scores with the reference firms, who are the first group: (n_firms, n_reference)."""
        parts = -(-(end - start) // LONGEST_PASS)
        edges = [start + (end - start) * part // parts for part in range(parts + 1)]
        total = weight = torch.zeros(())
        for days in map(slice, edges[:-1], edges[1:]):
            reference, center = self._traces(groups[0], days)
            traces = [reference, *(self._traces(group, days, center)[0] for group in groups[1:])]
            score = torch.cat([self.module_.score(own, reference) for own in traces])
            common = torch.cat([own.observed.T @ reference.observed for own in traces])
            total, weight = total + common * score, weight + common
        return total / weight.clamp_min(1)

    def _basis(self, scores: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        """Leading eigenvectors of the reference firms' scores over the root of the eigenvalue."""
        values, vectors = np.linalg.eigh(scores)
        leading = np.argsort(values)[::-1][: self.size]
        observed = values[leading] > max(1e-9 * values.max(), 0.0)
        basis: np.ndarray[Any, Any] = np.where(
            observed, vectors[:, leading] / np.sqrt(np.where(observed, values[leading], 1.0)), 0.0
        )
        return basis * np.where(basis.sum(axis=0) < 0, -1, 1)  # an eigenvector's sign is arbitrary

    def _traces(
        self, inputs: Inputs, days: slice, center: Center | None = None
    ) -> tuple[Traces, Center]:
        """Trajectories and exposures of all firms; the cell reads a chunk of them at a time."""
        window = inputs.window(days, slice(None))
        x, y = [], []
        for firms in chunks(inputs.q.shape[1]):
            read = window.window(slice(None), firms).x()
            y.append(self.module_.cell(read)[0])
            x.append(read[:, :, : 1 + self.module_.portfolios])
        outputs = self.refuse_infinite(torch.cat(y, dim=1))
        return self.module_.traces(outputs, torch.cat(x, dim=1), window, center)
