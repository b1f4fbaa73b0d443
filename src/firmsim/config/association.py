"""Section `association`: tests of association with sector and size."""

from __future__ import annotations

from pydantic import Field

from firmsim.config.section import MAX_SEED, Section


class Association(Section):
    """Tests of association of the scores with sector and size."""

    permutations: int = Field(999, ge=19, le=100_000)
    """Random permutations per test. The smallest possible p value is 1 / (permutations + 1). The
    Holm correction multiplies it by up to the number of methods."""
    seed: int = Field(0, ge=0, le=MAX_SEED)
    """Seed of the permutations and of the random score."""
