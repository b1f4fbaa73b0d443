"""Section `association`: tests of association with sector and size."""

from __future__ import annotations

from pydantic import Field

from firmsim.config.section import Section


class Association(Section):
    """Agreement of the scores with sector and size."""

    permutations: int = Field(999, ge=19)
    """Random permutations of the firms; the smallest p value is 1 / (permutations + 1), and the
    smallest corrected one as many times that as there are methods."""
    seed: int = Field(0, ge=0)
    """Seed of the permutations and of the random score."""
