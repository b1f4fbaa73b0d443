"""Section `similarity`: comparators and neighbours."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from firmsim.config.section import Section, once


class Similarity(Section):
    """Scores of all pairs of firms."""

    comparators: Annotated[list[str], Field(max_length=100), AfterValidator(once)] | None = None
    """Classical scores to compare the encoders with; docs/method.md describes each. `random` is
    always included."""
    neighbours: int = Field(20, ge=1, le=100_000)
    """Nearest firms to list for each firm; fewer when there are fewer firms."""
