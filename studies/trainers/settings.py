"""Section `trainers` of the configuration: what the study compares, and at which budgets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from firmsim.config.encoder import MAX_UNITS
from firmsim.config.load import check
from firmsim.config.section import MAX_SEED, Number, Section, once

SECTION = "trainers"
"""Name of the section."""

RENAMED_KEYS = {
    "trainers.looks": "trainers.validation_checks",
    "trainers.firm.weights": "trainers.firm.max_parameters",
    "trainers.firm.batch_firms": "trainers.firm.batch_size",
    "trainers.memory.weights": "trainers.memory.max_parameters",
}
"""Key of version 0.1.0, where the section was `trainer_study` -> key of today."""


MAX_WEIGHTS = 100_000
"""Largest cell of a trial: a generation of them has to fit in memory."""


class FirmTrials(Section):
    """Trials on growth rates, with the co-movement objective."""

    cells: Annotated[list[Literal["elman", "jordan"]], AfterValidator(once)] = Field(
        ["elman", "jordan"], max_length=2
    )
    """Recurrences to train."""
    max_parameters: list[Annotated[Number, Field(ge=100, le=MAX_WEIGHTS)]] = Field(
        [200, 1000, 10_000], min_length=1, max_length=20
    )
    """Sizes of the cell: maximum number of weights, one network per entry."""
    outputs: int = Field(4, ge=1, le=MAX_UNITS)
    """Outputs per day."""
    portfolios: int = Field(2, ge=0, le=1000)
    """Principal portfolios in the input; few, so that small networks are possible."""
    windows: list[Annotated[Number, Field(ge=2, le=2000)]] = Field(
        [60], min_length=1, max_length=20
    )
    """Lengths of the training windows (trading days)."""
    batch_size: int = Field(64, ge=3, le=2000)
    """Firms per batch."""
    batches: int = Field(8, ge=1, le=10_000)
    """Batches on which a search compares its networks."""
    spread: float = Field(0.5, gt=0, le=100)
    """Standard deviation of a search's first weights around the start weights, in units of
    1 / sqrt(hidden units), the range of the start weights themselves."""


class MemoryTrials(Section):
    """Trials on the memory task: remember the first input for a number of steps."""

    max_parameters: list[Annotated[Number, Field(ge=10, le=MAX_WEIGHTS)]] = Field(
        [200], min_length=1, max_length=20
    )
    """Sizes of the Elman cell: maximum number of weights, one network per entry."""
    lags: list[Annotated[Number, Field(ge=1, le=2000)]] = Field(
        [10, 50, 100, 200], min_length=1, max_length=20
    )
    """Steps between the input and the answer."""
    sequences: int = Field(64, ge=2, le=2000)
    """Sequences per batch."""
    noise: float = Field(0.2, ge=0, le=100)
    """Standard deviation of the inputs after the first, which is 1 or -1."""
    batches: int = Field(2, ge=1, le=10_000)
    """Batches on which a search compares its networks."""
    spread: float = Field(1.0, gt=0, le=100)
    """Standard deviation of a search's first weights around the start weights, in units of
    1 / sqrt(hidden units), the range of the start weights themselves."""


class Study(Section):
    """Study of trainers: gradients against searches without derivatives, at equal budgets."""

    trainers: Annotated[
        list[Literal["genetic", "annealing", "swarm", "cma-es"]], AfterValidator(once)
    ] = Field(["genetic", "annealing", "swarm", "cma-es"], min_length=1, max_length=4)
    """Searches to compare with the gradient trainer."""
    seeds: list[Annotated[Number, Field(ge=0, le=MAX_SEED)]] = Field(
        list(range(5)), min_length=2, max_length=100
    )
    """Seeds; for one seed every trainer starts from the same weights and data."""
    forward_passes: int = Field(2048, ge=1, le=100_000_000)
    """Budget: passes of one batch through the network."""
    seconds: float = Field(7.0, gt=0, le=86_400)
    """Budget: seconds of one core, without validation checks. A trial ends when both budgets are
    spent."""
    validation_checks: int = Field(32, ge=1, le=100_000)
    """Validation checks within the budget of forward passes."""
    learning_rate: float = Field(3e-3, gt=0, le=100)
    """Learning rate of the gradient trainer (adamw), constant."""
    population: int = Field(32, ge=4, le=10_000)
    """Networks per generation of a search."""
    firm: FirmTrials = Field(default_factory=FirmTrials)
    """Trials on growth rates."""
    memory: MemoryTrials = Field(default_factory=MemoryTrials)
    """Trials on the memory task."""

    def of_trial(self, task: str) -> dict[str, Any]:
        """Return the settings that one trial depends on, JSON-ready.

        Parameters
        ----------
        task : str
            firm or memory.

        Returns
        -------
        dict
            Without the other task's settings, and without the lists of trainers and seeds.
        """
        apart = {"trainers", "seeds", "firm", "memory"} - {task}
        return self.model_dump(mode="json", exclude=apart)


class StudyConfig(Section):
    """What the study adds to a configuration."""

    trainers: Study = Field(default_factory=Study)
    """The study of trainers."""


def load_study(values: Mapping[str, Any], files: Sequence[str | Path] = ()) -> Study:
    """Check section `trainers` of a configuration and fill in the defaults.

    Parameters
    ----------
    values : mapping
        The whole configuration, as given.
    files : sequence of path
        Files it was merged from, the last one winning; only used to say where a bad key is.

    Returns
    -------
    Study
        Settings of the study.

    Raises
    ------
    ConfigError
        Names the key, its value, the file and the line; for an unknown key the nearest known one,
        for an old key the new one.

    Examples
    --------
    >>> load_study({"trainers": {"seconds": 2}}).seconds
    2.0
    """
    own = {key: value for key, value in values.items() if key == SECTION}
    return check(StudyConfig, own, files, RENAMED_KEYS).trainers
