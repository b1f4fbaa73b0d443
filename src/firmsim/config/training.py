"""Section `training`: the firms and days that training reads, and the device."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from firmsim.config.firms import Firms, enough_firms
from firmsim.config.section import Day, Section


class Training(Section):
    """What all encoders share in training: firms, days and device."""

    train_firms: Firms | None = None
    """Firms to train on: tickers, an index, or a CSV with a column `ticker`. Empty: all scored
    firms. Pin them to add firms later without training again."""
    fit_share: float = Field(0.8, gt=0, lt=1)
    """Share of the days, from the first, that encoders are fitted on. The remaining days are for
    testing."""
    fit_end: Day | None = None
    """First day that encoders are not fitted on (YYYY-MM-DD); it replaces `fit_share`. Pin it to
    move `prices.end` later without training again: new days are embedded with frozen weights."""
    validation_share: float = Field(0.125, gt=0, lt=1)
    """Share of the fit period, at its end, that decides when training stops."""
    device: Literal["auto", "cpu", "cuda"] = "cpu"
    """Device for training and embedding. `auto`: a GPU where there is one."""

    @model_validator(mode="after")
    def _enough(self) -> Self:
        enough_firms(self.train_firms, "train_firms")
        return self
