"""The whole configuration of a run."""

from __future__ import annotations

import re
from collections import Counter
from typing import Self

from pydantic import Field, field_validator, model_validator

from firmsim.config.association import Association
from firmsim.config.audit import Audit
from firmsim.config.encoder import Encoder
from firmsim.config.evaluation import Evaluation
from firmsim.config.firms import Firms, enough_firms
from firmsim.config.growth import Growth
from firmsim.config.prices import Prices
from firmsim.config.section import Day, Section
from firmsim.config.similarity import Similarity
from firmsim.config.training import Training

RUN = r"^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9_-])?$"
"""Name of a run, which is a folder on every system."""
DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
"""Names that Windows keeps for devices."""
ELMAN_PARAMETERS = 15116
"""Weights of the default Elman co-movement cell: h(h + d_in + 1) + d_out(h + 1) with h = 64,
d_in = 94 and d_out = 16 + 2 * 30: the outputs of the trajectory and two per portfolio."""


def _default_encoders() -> list[Encoder]:
    """Elman and Jordan, and other cells with as many weights as the Elman cell has."""
    others = [
        {"name": name, "max_parameters": ELMAN_PARAMETERS}
        for name in ("lstm", "gru", "feedforward")
    ]
    pairs: list[tuple[object, str]] = [
        (cell, "comovement") for cell in ("elman", "jordan", *others)
    ]
    pairs += [(cell, "forecast") for cell in ("elman", "jordan")]
    return [Encoder.model_validate({"cell": cell, "objective": aim}) for cell, aim in pairs]


class Config(Section):
    """Configuration of a whole run."""

    run: str = Field("sp500_2007_2016", pattern=RUN, max_length=64)
    """Name of the run: its results are in `results/<run>/`."""
    prices: Prices = Field(default_factory=Prices)
    """Source of the daily prices."""
    firms: Firms | None = None
    """Firms to score: tickers, an index (`sp500`, `sp400`, `sp600`), or a firms table. The table is
    a CSV with a column ticker and, where known, name, sector, industry and market_cap. Empty: every
    firm of the source."""
    firms_as_of: Day | None = None
    """Day (YYYY-MM-DD) whose members of an index are taken, for scored and training firms. Empty:
    the present members, who are survivors."""
    audit: Audit = Field(default_factory=Audit)
    """Checks of the prices."""
    growth: Growth = Field(default_factory=Growth)
    """Growth rates and their scaling."""
    training: Training = Field(default_factory=Training)
    """What all encoders share in training."""
    encoders: list[Encoder] = Field(default_factory=_default_encoders, max_length=100)
    """Encoders to train."""
    similarity: Similarity = Field(default_factory=Similarity)
    """Scores and comparators."""
    association: Association = Field(default_factory=Association)
    """Tests of association with sector and size."""
    evaluation: Evaluation = Field(default_factory=Evaluation)
    """Evaluation out of sample."""

    @field_validator("run")
    @classmethod
    def _no_device(cls, run: str) -> str:
        if DEVICES.fullmatch(run):
            message = f"{run!r} cannot be a folder on Windows; choose another name"
            raise ValueError(message)
        return run

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        names = [encoder.name for encoder in self.encoders]
        for name, count in Counter(names).items():
            if count > 1:
                message = f"encoders: two are named {name!r}; give each its own `name`"
                raise ValueError(message)
        if not names and self.similarity.comparators in ([], ["random"]):
            message = (
                "encoders: is empty, and similarity.comparators has only random scores; name an "
                "encoder or a comparator"
            )
            raise ValueError(message)
        if self.prices.source == "yahoo" and self.firms is None:
            message = (
                "firms: is empty, but prices.source is 'yahoo'; list tickers, or name an index "
                "(sp500, sp400, sp600) or a CSV"
            )
            raise ValueError(message)
        enough_firms(self.firms, "firms")
        given = {"firms": self.firms, "training.train_firms": self.training.train_firms}
        indices = {key: firms for key, firms in given.items() if isinstance(firms, str)}
        if indices and self.prices.source == "bundled":
            key, index = next(iter(indices.items()))
            message = (
                f"{key}: the members of {index} are not among the bundled prices; set "
                "prices.source to 'yahoo', or leave it empty for all that are bundled"
            )
            raise ValueError(message)
        if self.firms_as_of and not indices:
            message = (
                f"firms_as_of: {self.firms_as_of} has no meaning unless firms names an index "
                "(sp500, sp400, sp600); remove it"
            )
            raise ValueError(message)
        self._fits_before_the_end()
        return self

    def _fits_before_the_end(self) -> None:
        """Refuse a fit period that leaves no day to fit on or to test on."""
        fit_end, start, end = self.training.fit_end, self.prices.start, self.prices.end
        if fit_end and end and fit_end > end:
            message = (
                f"training.fit_end: {fit_end} is after prices.end ({end}), which leaves no day to "
                "test on; choose an earlier day"
            )
            raise ValueError(message)
        if fit_end and start and fit_end <= start:
            message = (
                f"training.fit_end: {fit_end} is not after prices.start ({start}), which leaves no "
                "day to fit on; choose a later day"
            )
            raise ValueError(message)
