"""Encoder trained to predict long-run co-movement from short windows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import torch

from firmsim.encoders.checks import firms_per_batch
from firmsim.encoders.estimator import RecurrentEncoder
from firmsim.encoders.inputs import CrossSection, check_spans
from firmsim.encoders.tensors import chunks, torch_device
from firmsim.errors import EncoderError
from firmsim.objectives.comovement.loss import Traces
from firmsim.objectives.comovement.market import FIXED_CONTEXT, Market
from firmsim.objectives.comovement.module import Center, ComovementModule, Inputs
from firmsim.objectives.comovement.task import ComovementTask
from firmsim.typing import Floats

LONGEST_PASS = 250
"""Trading days per pass of the cell; a longer span is read in equal parts."""
FIRMS_PER_COLUMN = 6
"""Training firms per column of the embedding, unless `embedding_size` is given. More firms share
more factors, which need more columns (docs/evaluation.md)."""
MIN_COLUMNS = 64
"""Columns of the embedding for small panels, to which that rule would give fewer."""
MIN_COMMON_DAYS = 60
"""Days that two firms must share before their long-run co-movement counts as observed. In a short
history, a quarter of the training days suffices."""


def portfolios_among(d_in: int, channels: int) -> int:
    """Number of portfolios among the inputs of a cell.

    Each portfolio takes three inputs: one of the firm, two of the day.

    Parameters
    ----------
    d_in : int
        Inputs of the cell.
    channels : int
        Channels of a firm, including the growth rate.

    Raises
    ------
    EncoderError
        No number of portfolios gives d_in inputs.

    Examples
    --------
    >>> portfolios_among(d_in=10, channels=1)
    2
    """
    portfolios, odd = divmod(d_in - channels - FIXED_CONTEXT, 3)
    if odd or portfolios < 0:
        message = f"d_in: {d_in} inputs with {channels} channels fit no comovement encoder"
        raise EncoderError(message, parameter="d_in")
    return portfolios


@dataclass(eq=False, repr=False)
class ComovementEncoder(RecurrentEncoder):
    r"""Encoder trained with the co-movement objective.

    **Training.** A batch is a random window and a random set of training firms. The cell reads

    .. math:: x_{it} = [q_{it},\; q_{it} \tilde f_t,\; c_t]

    with normal scores q, regressors f~ on K principal portfolios over the window, and a market
    context c. Some of its outputs are a firm's trajectory. The others, averaged over the window,
    correct the firm's exposures to the portfolios. The score of a pair blends a broad and a close
    similarity; see :func:`firmsim.objectives.comovement.loss.blend`. The loss has two parts:

    - scores predict each firm's long-run neighbours, over all training days outside the window;
    - scores predict the co-movement of all pairs over `horizon` days after the window.

    **Embedding.** Learned scores are averaged with the plain cosine of the window's normal scores.
    The scores of a span of more than 250 days are the mean over its parts. An embedding projects
    scores on the leading components of the training firms' score matrix. Firms outside it are
    placed by Nystroem's extension (Williams and Seeger 2001, *NIPS* 13).

    **Missing values.** A missing growth rate is read as 0 and left out of every mean. Two firms are
    compared over the days that both have.

    Further parameters and attributes are those of
    :class:`~firmsim.encoders.estimator.RecurrentEncoder`.

    Attributes
    ----------
    market_ : Market
        Principal portfolios and market moves of the training firms.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from firmsim.encoders import ComovementEncoder
    >>> growth = pd.DataFrame(np.random.default_rng(0).normal(size=(80, 4)), columns=list("ABCD"))
    >>> sizes = {"hidden": 3, "outputs": 2, "portfolios": 1, "windows": (5,), "steps": 2}
    >>> encoder = ComovementEncoder(cell="jordan", **sizes).fit(growth)
    >>> encoder.transform(growth).shape
    (4, 4)
    >>> newcomer = growth[["A"]].rename(columns={"A": "NEW"})
    >>> encoder.transform(newcomer, reference=growth).index.tolist()
    ['NEW']
    >>> -1 <= encoder.score(growth) <= 1
    True
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
        """Number of columns of the embedding, once fitted: at most one per training firm."""
        firms, columns = len(self.firms_), self.embedding_size
        if columns is None:
            columns = max(MIN_COLUMNS, firms // FIRMS_PER_COLUMN)
        return min(columns, firms)

    @staticmethod
    def common_days(train_days: int) -> int:
        """Days that two firms must share before their long-run co-movement counts as observed."""
        return min(MIN_COMMON_DAYS, train_days // 4)

    def days_needed(self, train_days: int) -> int:
        """Training days that the longest window needs: those outside it must give a target."""
        return max(self.windows) + max(1, self.common_days(train_days))

    def inputs(self, section: CrossSection, reference: CrossSection) -> Inputs:
        """Tensors of a cross-section, with the market of the reference firms."""
        scaled, q = reference.scaled.to_numpy(), reference.q.to_numpy()
        return Inputs(
            q=self.tensor(section.q),
            observed=self.tensor(section.q.notna()),
            portfolios=self.tensor(self.market_.portfolios(q)),
            ridge=self.tensor(self.shrinkage * self.market_.noise),
            context=self.tensor(self.market_.context(scaled, q)),
            extra=self.tensor(section.extra),
        )

    def task(self, section: CrossSection, rng: np.random.Generator) -> ComovementTask:
        """Fit ``market_``, build ``module_`` and return the task that a trainer minimises."""
        train = slice(0, self.train_days_)
        self.market_ = Market.fit(
            section.scaled.to_numpy()[train], section.q.to_numpy()[train], self.portfolios
        )
        shared = len(self.market_.portfolio_scale) + self.market_.context_size
        module = self.fresh_module(1 + shared + section.extra.shape[2])
        self.module_ = module.to(torch_device(self.device))
        task = ComovementTask(
            self.module_,
            rng,
            self.inputs(section, section),
            train_days=self.train_days_,
            windows=self.windows,
            batch_size=firms_per_batch(self.label, self.batch_size, section.q.shape[1]),
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
        """Cell and the weights beside it, fresh, for d_in inputs."""
        portfolios = portfolios_among(d_in, self.channels_)
        cell = self.make_cell(d_in, int(self.outputs) + 2 * portfolios)
        return ComovementModule(cell, portfolios, self.variance_power)

    def embed(self, X: Any, reference: Any, spans: Sequence[tuple[int, int]]) -> list[pd.DataFrame]:
        """Embed firms over spans of days; see :meth:`RecurrentEncoder.embed`.

        An embedding has at most one column per training firm. Columns beyond the rank of the
        training firms' scores are 0.
        """
        training = self.training_firms()
        given = training.read(X)
        among = training.reference(given, reference)
        market = self.cross_section(among, among)
        trained = self.inputs(market, market)
        firms = list(given.growth.columns)
        others = [firm for firm in firms if firm not in set(self.firms_)]
        new = self.inputs(self.cross_section(given.of(others), among), market) if others else None
        groups = [trained] if new is None else [trained, new]
        embeddings = []
        check_spans(self.label, spans, len(trained.q))
        for start, end in spans:
            with torch.no_grad():
                rows = self._scores(groups, start, end).double().cpu().numpy()
            embedding = pd.DataFrame(
                rows @ self._basis(rows[: len(self.firms_)]),
                index=[*self.firms_, *others],
                columns=self.get_feature_names_out(),
            )
            embeddings.append(embedding.loc[firms])
        return embeddings

    def _scores(self, groups: list[Inputs], start: int, end: int) -> torch.Tensor:
        """Scores with the reference firms, which are the first group: (n_firms, n_reference)."""
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

    def _basis(self, scores: Floats) -> Floats:
        """Leading eigenvectors of the reference firms' scores over the root of the eigenvalue."""
        values, vectors = np.linalg.eigh(scores)
        leading = np.argsort(values)[::-1][: self.size]
        positive = values[leading] > max(1e-9 * values.max(), 0.0)
        basis: Floats = np.where(
            positive, vectors[:, leading] / np.sqrt(np.where(positive, values[leading], 1.0)), 0.0
        )
        return basis * np.where(basis.sum(axis=0) < 0, -1, 1)  # an eigenvector's sign is arbitrary

    def _traces(
        self, inputs: Inputs, days: slice, center: Center | None = None
    ) -> tuple[Traces, Center]:
        """Trajectories and exposures of all firms; the cell reads one chunk of firms per pass."""
        window = inputs.window(days, slice(None))
        x, y = [], []
        for firms in chunks(inputs.q.shape[1]):
            read = window.window(slice(None), firms).x()
            y.append(self.module_.cell(read)[0])
            x.append(read[:, :, : 1 + self.module_.portfolios])
        outputs = self.finite(torch.cat(y, dim=1))
        return self.module_.traces(outputs, torch.cat(x, dim=1), window, center)
