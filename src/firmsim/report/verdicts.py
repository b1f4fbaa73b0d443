"""What a run says, as facts; the templates put them into sentences."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from firmsim.report.methods import Kind, Method
from firmsim.report.scales import Standing, Strength
from firmsim.report.summary import Choice, Measurement, Statistic


class Comparison(Enum):
    """How the best encoder compares with Pearson and with the best comparator."""

    UNMEASURED = auto()
    """No encoder and no comparator has a value."""
    ENCODERS_ONLY = auto()
    COMPARATORS_ONLY = auto()
    AHEAD_OF_ALL = auto()
    AHEAD_OF_PEARSON_LEVEL_WITH_BEST = auto()
    AHEAD_OF_PEARSON_BEHIND_BEST = auto()
    LEVEL_WITH_BEST = auto()
    LEVEL_WITH_PEARSON_BEHIND_BEST = auto()
    BEHIND = auto()


@dataclass(frozen=True)
class Duel:
    """Measures on which the encoder is ahead of a rival, level with it, and behind it."""

    ahead: int
    level: int
    behind: int
    overlap: bool
    """Whether the intervals of their AUC overlap."""

    @property
    def measures(self) -> int:
        """Measures that both have."""
        return self.ahead + self.level + self.behind


@dataclass(frozen=True)
class Rival:
    """A comparator beside the encoder: Pearson, or the best one."""

    choice: Choice
    """Its count is 1 where it was not chosen as the best."""
    duel: Duel | None
    """None without an encoder."""


@dataclass(frozen=True)
class SectorVerdict:
    """How well the best encoder separates sectors, next to Pearson and the best comparator."""

    outcome: Comparison
    encoder: Choice | None
    rivals: tuple[Rival, ...]
    """Pearson, where it was measured, then the best comparator; one where they are the same."""
    comparators: int
    """Comparators with a value."""
    reasons: tuple[str, ...]
    """Why there is no value at all."""

    @property
    def shown(self) -> tuple[Choice, ...]:
        """The encoder and its rivals."""
        return (*filter(None, [self.encoder]), *(rival.choice for rival in self.rivals))


class Influence(Enum):
    """What memory does: every encoder that has it is ahead, every one is behind, or neither."""

    HELPS = auto()
    HURTS = auto()
    UNCLEAR = auto()


@dataclass(frozen=True)
class MemoryEffect:
    """One statistic with memory and without."""

    statistic: Statistic
    low: float
    """Lowest value of the encoders with memory."""
    high: float
    without: float


@dataclass(frozen=True)
class MemoryVerdict:
    """The recurrent encoders next to the one without memory, trained for the same objective."""

    without: Method
    recurrent: tuple[Method, ...]
    effects: Mapping[Influence, tuple[MemoryEffect, ...]]


@dataclass(frozen=True)
class HorizonVerdict:
    """How well scores of the fit period predict the co-movement of the days after it."""

    encoder: Choice | None
    comparator: Choice | None
    standing: Standing | None
    """How the encoder compares; None unless there are both."""
    overlap: bool
    """Whether their intervals overlap."""
    reasons: tuple[str, ...]
    """Why there is no value at all."""


@dataclass(frozen=True)
class SizeVerdict:
    """The method whose scores follow size most, among encoders or else comparators."""

    choice: Choice | None
    strength: Strength
    corrected: float
    """p after Holm's correction over the methods it was chosen from, tested or not."""
    within: Measurement
    """The same among pairs of firms from one sector."""
    reasons: tuple[str, ...]
    """Why there is no value at all."""


@dataclass(frozen=True)
class Confidence:
    """What the comparison of methods on one panel leaves open."""

    chosen: tuple[Kind, ...]
    """Kinds of which the best of several was chosen by the values that are shown."""
    compared: bool
    """Whether encoders are compared with comparators."""


@dataclass(frozen=True)
class SectorShare:
    """How much of the squared distances between firms sector explains (PERMANOVA)."""

    share: Measurement
    scatter: Measurement
    """Differences in scatter between sectors (PERMDISP)."""
    scatter_differs: bool
    """Whether they are significant after the correction."""
    chance: float
    """Share that random labels would explain."""


@dataclass(frozen=True)
class Addition:
    """How strong the addition of size is, from its effect, its interval and then its p.

    Attributes
    ----------
    significant : bool
        Whether the corrected p is small enough.
    strength : Strength
        Of the measured value.
    beyond : bool or None
        Whether the interval includes effects that are not negligible; None without an interval.
    alike : bool
        Whether firms of similar size score higher, rather than firms of different size.
    through_zero : bool
        Whether the interval includes 0.
    """

    significant: bool
    strength: Strength
    beyond: bool | None
    alike: bool
    through_zero: bool


@dataclass(frozen=True)
class SizeAddition:
    """What size adds to sector, volatility and beta (MRQAP)."""

    adds: Measurement
    """Share of the variance of distances that size adds."""
    partial: Measurement
    """Partial correlation of distance with the difference in size."""
    addition: Addition
    tests: int
    """Methods that p is corrected for."""


@dataclass(frozen=True)
class Disagreement:
    """Firms whose nearest peers are mostly of one other sector."""

    k: int
    """Nearest peers of each firm."""
    judged: int
    """Firms that share their sector with another."""
    firms: tuple[Mapping[str, Any], ...]
    sectors: tuple[Mapping[str, Any], ...]
    """Number of judged firms, number and share of such firms per sector; largest share first."""
    reason: str
    """Why none can be named; empty where they can."""


class SizeKind(Enum):
    """What the sizes of firms are."""

    TRADED_VALUE = auto()
    MARKET_CAP = auto()
    UNKNOWN = auto()


@dataclass(frozen=True)
class SizeDates:
    """Whether sizes date from the days that are scored.

    Attributes
    ----------
    kind : SizeKind
        Traded values always do; the counts are 0.
    inside, undated : int
        Market capitalisations dated inside these days, and without a date.
    outside : tuple of str
        Dates (ISO) of the market capitalisations outside these days, sorted.
    """

    kind: SizeKind
    inside: int = 0
    undated: int = 0
    outside: tuple[str, ...] = ()

    @property
    def known(self) -> int:
        """Market capitalisations that are known."""
        return self.inside + self.undated + len(self.outside)
