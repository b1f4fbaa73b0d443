"""Section `evaluation`: windows after the fit period, firms that no training saw."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from firmsim.config.section import MAX_DAYS, MAX_SEED, Day, Number, Section, once


class Evaluation(Section):
    """Evaluation out of sample, in time and in firms."""

    fit_end: Day | None = None
    """First day that encoders are not fitted on (YYYY-MM-DD). Empty: as for training."""
    unseen_share: float = Field(0.2, gt=0, lt=1)
    """Share of the firms of each sector that no encoder trains on."""
    windows: Annotated[list[Annotated[Number, Field(ge=5, le=MAX_DAYS)]], AfterValidator(once)] = (
        Field([20, 60, 125, 250], min_length=1, max_length=100)
    )
    """Lengths of the scored windows (trading days). The whole fit period is always scored too."""
    stride: int = Field(60, ge=1, le=MAX_DAYS)
    """Smallest distance between two windows (days). Windows longer than twice this are half a
    window apart."""
    horizon: int = Field(250, ge=20, le=MAX_DAYS)
    """Days after a window whose co-movement its scores should predict."""
    min_horizon: int = Field(120, ge=20, le=MAX_DAYS)
    """Smallest number of days after a window. Windows with fewer days left are skipped."""
    min_history_share: float = Field(0.95, gt=0, le=1)
    """Smallest share of the days on which a firm must have a growth rate. Firms below it are left
    out and counted."""
    draws: int = Field(1000, ge=20, le=100_000)
    """Bootstrap draws over windows, seeds and firms."""
    seed: int = Field(0, ge=0, le=MAX_SEED)
    """Seed of the bootstrap and of the choice of unseen firms."""

    @model_validator(mode="after")
    def _judged(self) -> Self:
        if self.min_horizon > self.horizon:
            message = (
                f"min_horizon: {self.min_horizon} is more than evaluation.horizon "
                f"({self.horizon}); lower it"
            )
            raise ValueError(message)
        return self
