"""Scales that sort numbers into a few classes: which of two is ahead, how strong an effect is."""

import math
from enum import StrEnum

TIE = 0.005
"""Two values closer than this count as level: their first two digits do not differ reliably."""

LEVEL = 0.05
"""Largest corrected p that counts as significant."""


class Standing(StrEnum):
    """How one value compares with another."""

    AHEAD = "ahead"
    LEVEL = "level"
    BEHIND = "behind"


class Strength(StrEnum):
    """Strength of a correlation (Cohen 1988, section 3.2)."""

    NEGLIGIBLE = "negligible"
    WEAK = "weak"
    MODERATE = "moderate"
    STRONG = "strong"


BOUNDS = {0.1: Strength.NEGLIGIBLE, 0.3: Strength.WEAK, 0.5: Strength.MODERATE}
"""Absolute correlations below which a strength applies, after the same source."""


def standing(ours: float, theirs: float) -> Standing:
    """Compare two values of one statistic.

    Parameters
    ----------
    ours, theirs : float
        Values of which the higher is better.

    Returns
    -------
    Standing
        Of `ours`; level where the two are closer than `TIE`.
    """
    if abs(ours - theirs) < TIE:
        return Standing.LEVEL
    return Standing.AHEAD if ours > theirs else Standing.BEHIND


def strength(r: float) -> Strength:
    """Strength of a correlation, whatever its sign."""
    return next((word for bound, word in BOUNDS.items() if abs(r) < bound), Strength.STRONG)


def negligible(*correlations: float) -> bool:
    """Whether all of some correlations are negligible; those that are NaN do not count."""
    measured = [r for r in correlations if not math.isnan(r)]
    return all(strength(r) is Strength.NEGLIGIBLE for r in measured)
