"""Growth rates of prices: computed, scaled, ranked across firms, and split into fit and test."""

from firmsim.growth.market import mean_of_others
from firmsim.growth.periods import fit_days, fit_period
from firmsim.growth.rates import growth_by_session, growth_rates
from firmsim.growth.scores import cross_section, normal_scores, scaled_growth

__all__ = [
    "cross_section",
    "fit_days",
    "fit_period",
    "growth_by_session",
    "growth_rates",
    "mean_of_others",
    "normal_scores",
    "scaled_growth",
]
