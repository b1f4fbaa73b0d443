"""Encoders trained to forecast the next day's scaled growth rate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import torch

from firmsim.encoders.estimator import Panel, RecurrentEncoder, chunks
from firmsim.encoders.inputs import Sequences
from firmsim.growth import scaled_growth
from firmsim.objectives.forecast.task import ForecastTask, inputs_of
from firmsim.objectives.task import CellModule


@dataclass(eq=False, repr=False)
class ForecastEncoder(RecurrentEncoder):
    """Encoder trained by teacher-forced forecasts of the next scaled growth rate.

    It reads one firm's scaled growth rates, and its further channels if it is given any. The
    embedding is the mean hidden state over the days on which the firm has a growth rate, centred on
    the training firms. Missing growth rates are read as 0 and not counted in the loss; a firm
    without any is embedded as 0, which scores 0 with every other firm.
    """

    objective: ClassVar[str] = "forecast"
    prefix: ClassVar[str] = "h"

    @property
    def size(self) -> int:
        """Number of columns of the embedding: hidden units of the cell."""
        return self.module_.cell.hidden

    def task(self, panel: Panel, rng: np.random.Generator) -> ForecastTask:
        """Build ``module_`` and return what a trainer minimises."""
        self.build(1 + panel.extra.shape[2])
        return ForecastTask(
            self.module_,
            rng,
            self.tensor(panel.scaled),
            self.tensor(panel.scaled.notna()),
            self.tensor(panel.extra),
            train_days=self.train_days_,
            windows=self.windows,
            batch_size=self.batch_size_for(panel.scaled.shape[1]),
        )

    def fresh_module(self, d_in: int) -> CellModule:
        """Cell with fresh weights for inputs of a size."""
        return CellModule(self.make_cell(d_in, 1))

    def embed(self, X: Any, reference: Any, spans: Sequence[tuple[int, int]]) -> list[pd.DataFrame]:
        """Embed firms over spans of days; see :meth:`RecurrentEncoder.embed`."""
        given = self.sequences(X)
        among = self.reference_of(given, reference)
        firms = list(given.growth.columns)
        others = [firm for firm in firms if firm not in set(self.firms_)]
        known = self._pooled(among, spans)
        new = self._pooled(given.of(others), spans) if others else [None] * len(spans)
        return [
            (pd.concat([own, more]) - own.mean(axis=0)).reindex(firms, fill_value=0.0)
            for own, more in zip(known, new, strict=True)
        ]

    def _pooled(self, given: Sequences, spans: Sequence[tuple[int, int]]) -> list[pd.DataFrame]:
        """Mean hidden state over a span of each firm that has a growth rate there."""
        scaled = scaled_growth(given.growth, self.volatility_halflife, self.clip)
        z, observed = self.tensor(scaled), self.tensor(scaled.notna())
        extra = self.tensor(given.extra)
        pooled: list[list[torch.Tensor]] = [[] for _ in spans]
        self.check_spans(spans, len(z))
        with torch.no_grad():
            for start in dict.fromkeys(start for start, _ in spans):
                served = [k for k, span in enumerate(spans) if span[0] == start]
                days = slice(start, max(spans[k][1] for k in served))
                # the recurrence looks back only: one pass serves all spans that start together
                for firms in chunks(z.shape[1]):
                    x = inputs_of(z[days][:, firms], extra[days][:, firms])
                    h = self.refuse_infinite(self.module_.cell(x)[1])
                    known = observed[days][:, firms, None]
                    for k in served:
                        length = spans[k][1] - start
                        total = (h[:length] * known[:length]).sum(0)
                        pooled[k].append(total / known[:length].sum(0).clamp_min(1))
        columns = self.get_feature_names_out()
        return [
            pd.DataFrame(
                torch.cat(parts).double().cpu().numpy(), index=scaled.columns, columns=columns
            ).loc[scaled.iloc[start:end].notna().any().to_numpy()]
            for (start, end), parts in zip(spans, pooled, strict=True)
        ]
