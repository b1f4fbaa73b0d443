"""Section `evaluation`: windows after the fit period, firms that no training saw."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from firmsim.config.section import Day, Number, Section, once


class Evaluation(Section):
    """The evaluation protocol: windows after the fit period, firms that no training saw."""

    fit_end: Day | None = None
    """First day that is not fitted on (YYYY-MM-DD); empty: as for training."""
    unseen_share: float = Field(0.2, gt=0, lt=1)
    """Share of the firms, of every sector alike, that no training sees."""
    windows: Annotated[list[Annotated[Number, Field(ge=5)]], AfterValidator(once)] = Field(
        [20, 60, 125, 250], min_length=1
    )
    """Lengths of the windows that are scored (trading days); the whole fit period always is."""
    stride: int = Field(60, ge=1)
    """Fewest days from one window to the next; half a window where that is more."""
    horizon: int = Field(250, ge=20)
    """Days after a window whose co-movement its scores should tell."""
    min_horizon: int = Field(120, ge=20)
    """Fewest such days; where there are fewer left, there is no window."""
    min_history_share: float = Field(0.95, gt=0, le=1)
    """Firms with a growth rate on fewer of the days (a share) are left out, and counted."""
    draws: int = Field(1000, ge=20)
    """Draws of the bootstrap over windows, seeds and firms."""
    seed: int = Field(0, ge=0)
    """Of the unseen firms and of the bootstrap."""

    @model_validator(mode="after")
    def _judged(self) -> Self:
        if self.min_horizon > self.horizon:
            message = (
                f"min_horizon: {self.min_horizon} is more than evaluation.horizon "
                f"({self.horizon}); lower it"
            )
            raise ValueError(message)
        return self
