"""Section `trainer_study`: the study of trainers."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from firmsim.config.section import Number, Section, once


class FirmTrials(Section):
    """Study of trainers: trials on the growth rates, with the co-movement objective."""

    cells: Annotated[list[Literal["elman", "jordan"]], AfterValidator(once)] = Field(
        ["elman", "jordan"]
    )
    """Recurrences to train."""
    weights: list[Annotated[Number, Field(ge=100)]] = Field([200, 1000, 10_000], min_length=1)
    """Sizes: most weights of the cell."""
    outputs: int = Field(4, ge=1)
    """Outputs a day."""
    portfolios: int = Field(2, ge=0)
    """Principal portfolios in the input; few, so that small networks are possible."""
    windows: list[Annotated[Number, Field(ge=2)]] = Field([60], min_length=1)
    """Lengths of the training windows (trading days)."""
    batch_size: int = Field(64, ge=3)
    """Firms of a batch."""
    batches: int = Field(8, ge=1)
    """Batches that the networks of a search are compared on."""
    spread: float = Field(0.5, gt=0)
    """Standard deviation of the first weights a search tries around the start weights, in units of
    1 / sqrt(hidden units), the range of the start weights themselves."""


class MemoryTrials(Section):
    """Study of trainers: trials on the memory task, remember the first input for so many steps."""

    weights: list[Annotated[Number, Field(ge=10)]] = Field([200], min_length=1)
    """Sizes: most weights of the cell (elman)."""
    lags: list[Annotated[Number, Field(ge=1)]] = Field([10, 50, 100, 200], min_length=1)
    """Steps from the input to the question."""
    sequences: int = Field(64, ge=2)
    """Sequences of a batch."""
    noise: float = Field(0.2, ge=0)
    """Standard deviation of the inputs after the first, which is 1 or -1."""
    batches: int = Field(2, ge=1)
    """Batches that the networks of a search are compared on."""
    spread: float = Field(1.0, gt=0)
    """Standard deviation of the first weights a search tries around the start weights, in units of
    1 / sqrt(hidden units), the range of the start weights themselves."""


class TrainerStudy(Section):
    """Study of trainers: gradients against searches without derivatives, at equal budgets."""

    trainers: Annotated[
        list[Literal["genetic", "annealing", "swarm", "cma-es"]], AfterValidator(once)
    ] = Field(["genetic", "annealing", "swarm", "cma-es"], min_length=1)
    """Searches to compare with the gradient trainer."""
    seeds: list[Annotated[Number, Field(ge=0)]] = Field(list(range(5)), min_length=2)
    """Each trainer starts from the same weights and data for the same seed."""
    forward_passes: int = Field(2048, ge=1)
    """Budget: passes of one batch through the network."""
    seconds: float = Field(7.0, gt=0)
    """Budget: seconds of one core, looks at the validation loss left out. A trial ends when both
    budgets are spent."""
    validation_checks: int = Field(32, ge=1)
    """Looks at the validation loss within the budget of forward passes."""
    learning_rate: float = Field(3e-3, gt=0)
    """Of the gradient trainer (adamw), constant."""
    population: int = Field(32, ge=4)
    """Networks tried a generation."""
    firm: FirmTrials = Field(default_factory=FirmTrials)
    """Trials on the growth rates."""
    memory: MemoryTrials = Field(default_factory=MemoryTrials)
    """Trials on the memory task."""
