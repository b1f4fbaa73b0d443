"""Section `growth`: growth rates and their scale."""

from __future__ import annotations

from pydantic import Field

from firmsim.config.section import Section


class Growth(Section):
    """Growth rates and their cross-sectional transform."""

    trading_days_per_year: int = Field(252, ge=1)
    """1/dt of the growth rate (1/year)."""
    risk_free_rate: float = 0.0
    """Subtracted from every growth rate (1/year)."""
    volatility_halflife: float = Field(20.0, gt=0)
    """Half-life of the lagged EWMA volatility that scales a growth rate (trading days)."""
    clip: float = Field(4.0, gt=0)
    """Scaled growth rates are cut off at this many standard deviations."""
