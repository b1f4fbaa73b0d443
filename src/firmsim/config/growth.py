"""Section `growth`: growth rates and their scale."""

from __future__ import annotations

from pydantic import Field

from firmsim.config.section import MAX_DAYS, Section


class Growth(Section):
    """Growth rates and their scaling."""

    trading_days_per_year: int = Field(252, ge=1, le=366)
    """Trading days per year: the factor from daily log returns to growth rates (1/year)."""
    risk_free_rate: float = Field(0.0, ge=-10, le=10)
    """Rate (1/year) that is subtracted from every growth rate."""
    volatility_halflife: float = Field(20.0, gt=0, le=MAX_DAYS)
    """Half-life (trading days) of the exponentially weighted volatility that scales each growth
    rate. Only earlier days enter it."""
    clip: float = Field(4.0, gt=0, le=1000)
    """Limit (standard deviations) at which scaled growth rates are cut off."""
