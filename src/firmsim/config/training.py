"""Section `training`: the firms and days that training reads, and the device."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from firmsim.config.firms import Firms, enough_firms
from firmsim.config.section import Day, Section


class Training(Section):
    """What every encoder's training shares: which firms and days it may see, and where it runs."""

    train_firms: Firms | None = None
    """Firms that training sees: tickers, an index, or a CSV with a `ticker` column; empty: all
    scored."""
    fit_share: float = Field(0.8, gt=0, lt=1)
    """Share of the days, from the first, that is fitted on; the rest tests (8 of 10 years)."""
    fit_end: Day | None = None
    """Pins the fit period instead of `fit_share`: first day that is not fitted on (YYYY-MM-DD). A
    later `prices.end` then trains nothing, new days are embedded with frozen weights."""
    validation_share: float = Field(0.125, gt=0, lt=1)
    """Share of the fit period, at its end, that decides when to stop (1 of 8 years)."""
    device: Literal["auto", "cpu", "cuda"] = "cpu"
    """Where tensors live; auto: a GPU when there is one."""

    @model_validator(mode="after")
    def _enough(self) -> Self:
        enough_firms(self.train_firms, "train_firms")
        return self
