"""Encoder trained to forecast the next day's scaled growth rate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import torch

from firmsim.encoders.checks import firms_per_batch
from firmsim.encoders.estimator import RecurrentEncoder
from firmsim.encoders.inputs import CrossSection, Sequences, check_spans
from firmsim.encoders.tensors import chunks, torch_device
from firmsim.growth import scaled_growth
from firmsim.objectives.forecast.task import ForecastTask, inputs_of
from firmsim.objectives.task import CellModule


@dataclass(eq=False, repr=False)
class ForecastEncoder(RecurrentEncoder):
    """Encoder trained by teacher-forced forecasts of the next scaled growth rate.

    It reads one firm's scaled growth rates, and further channels where they are given. The
    embedding is the mean hidden state over the days on which the firm has a growth rate, centred on
    the training firms. A missing growth rate is read as 0 and left out of the loss. A firm without
    any growth rate is embedded as 0, and its similarity to every other firm is 0.

    Parameters and attributes are those of
    :class:`~firmsim.encoders.estimator.RecurrentEncoder`.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from firmsim.encoders import ForecastEncoder
    >>> growth = pd.DataFrame(np.random.default_rng(0).normal(size=(80, 4)), columns=list("ABCD"))
    >>> encoder = ForecastEncoder(hidden=3, windows=(5,), steps=2).fit(growth)
    >>> encoder
    ForecastEncoder(hidden=3, steps=2, windows=(5,))  # 19 parameters
    >>> encoder.transform(growth).shape
    (4, 3)
    """

    objective: ClassVar[str] = "forecast"
    prefix: ClassVar[str] = "h"

    @property
    def size(self) -> int:
        """Number of columns of the embedding: the hidden units of the cell."""
        return self.module_.cell.hidden

    def task(self, section: CrossSection, rng: np.random.Generator) -> ForecastTask:
        """Build ``module_`` and return the task that a trainer minimises."""
        module = self.fresh_module(1 + section.extra.shape[2])
        self.module_ = module.to(torch_device(self.device))
        return ForecastTask(
            self.module_,
            rng,
            self.tensor(section.scaled),
            self.tensor(section.scaled.notna()),
            self.tensor(section.extra),
            train_days=self.train_days_,
            windows=self.windows,
            batch_size=firms_per_batch(self.label, self.batch_size, section.scaled.shape[1]),
        )

    def fresh_module(self, d_in: int) -> CellModule:
        """Cell with fresh weights, for d_in inputs."""
        return CellModule(self.make_cell(d_in, 1))

    def embed(self, X: Any, reference: Any, spans: Sequence[tuple[int, int]]) -> list[pd.DataFrame]:
        """Embed firms over spans of days; see :meth:`RecurrentEncoder.embed`."""
        training = self.training_firms()
        given = training.read(X)
        among = training.reference(given, reference)
        firms = list(given.growth.columns)
        others = [firm for firm in firms if firm not in set(self.firms_)]
        trained = self._pooled(among, spans)
        new = self._pooled(given.of(others), spans) if others else [None] * len(spans)
        return [
            (pd.concat([own, more]) - own.mean(axis=0)).reindex(firms, fill_value=0.0)
            for own, more in zip(trained, new, strict=True)
        ]

    def _pooled(self, given: Sequences, spans: Sequence[tuple[int, int]]) -> list[pd.DataFrame]:
        """Mean hidden state over each span, of the firms that have a growth rate in it."""
        scaled = scaled_growth(given.growth, self.volatility_halflife, self.clip)
        z, observed = self.tensor(scaled), self.tensor(scaled.notna())
        extra = self.tensor(given.extra)
        pooled: list[list[torch.Tensor]] = [[] for _ in spans]
        check_spans(self.label, spans, len(z))
        with torch.no_grad():
            for start in dict.fromkeys(start for start, _ in spans):
                served = [k for k, span in enumerate(spans) if span[0] == start]
                days = slice(start, max(spans[k][1] for k in served))
                # a recurrence reads no later day: one pass serves all spans that start together
                for firms in chunks(z.shape[1]):
                    x = inputs_of(z[days][:, firms], extra[days][:, firms])
                    h = self.finite(self.module_.cell(x)[1])
                    counted = observed[days][:, firms, None]
                    for k in served:
                        length = spans[k][1] - start
                        total = (h[:length] * counted[:length]).sum(0)
                        pooled[k].append(total / counted[:length].sum(0).clamp_min(1))
        columns = self.get_feature_names_out()
        return [
            pd.DataFrame(
                torch.cat(parts).double().cpu().numpy(), index=scaled.columns, columns=columns
            ).loc[scaled.iloc[start:end].notna().any().to_numpy()]
            for (start, end), parts in zip(spans, pooled, strict=True)
        ]
