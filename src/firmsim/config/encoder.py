"""Section `encoders`: cell, objective and trainer of one encoder, each with keys of its own."""

from __future__ import annotations

from collections.abc import Mapping
from math import isqrt
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from firmsim.config.choice import ByName, kinds_of
from firmsim.config.section import MAX_DAYS, MAX_SEED, Number, Section
from firmsim.errors import quoted

BATCH_SIZE = 256
"""Firms per batch where `batch_size` is None and there are as many."""
MAX_UNITS = 4096
"""Largest number of hidden, state or output units."""
MAX_STATES = 2_000_000_000
"""Largest number of hidden states of one step (firms x days x units): 8 GB, and gradients."""
MAX_WEIGHTS = 1_000_000_000
"""Largest number of weights of all networks of a generation: 8 GB."""

Activation = Literal["tanh", "sigmoid", "relu", "linear", "softmax"]


class CellSettings(Section):
    """Size and activations of a cell."""

    name: str
    hidden: int = Field(64, ge=1, le=MAX_UNITS)
    """Number of hidden units."""
    max_parameters: int | None = Field(None, ge=1, le=100_000_000)
    """Largest number of weights of the cell. It replaces `hidden`: the cell gets as many hidden
    units as fit. Use it to compare cells of equal size."""
    output_activation: Activation = "linear"
    """Activation of the output, sigma_y."""

    @model_validator(mode="after")
    def _one_size(self) -> Self:
        if self.max_parameters is not None and self.hidden != _default(type(self), "hidden"):
            message = "max_parameters: cannot be given beside hidden; keep one of the two"
            raise ValueError(message)
        return self


class PlainCell(CellSettings):
    """Elman and feed-forward cells."""

    name: Literal["elman", "feedforward"]
    """`elman` feeds back its hidden state. `feedforward` feeds back nothing and reads each day
    alone."""
    hidden_activation: Activation = "tanh"
    """Activation of the hidden state, sigma_h."""


class JordanCell(CellSettings):
    """Jordan cell."""

    name: Literal["jordan"]
    """`jordan` feeds back its output, through a state of its own."""
    hidden_activation: Activation = "tanh"
    """Activation of the hidden state, sigma_h."""
    state: int | None = Field(None, ge=1, le=MAX_UNITS)
    """Number of state units. Empty: as many as `hidden`."""
    state_activation: Activation = "tanh"
    """Activation of the state, sigma_s."""


class GatedCell(CellSettings):
    """LSTM and GRU cells."""

    name: Literal["lstm", "gru"]
    """`lstm` and `gru` feed back a hidden state through gates."""


class ComovementSettings(Section):
    """Co-movement objective."""

    name: Literal["comovement"]
    """`comovement` embeds firms so that firms with a high co-movement are close."""
    outputs: int = Field(16, ge=1, le=MAX_UNITS)
    """Outputs per day that form a firm's trajectory. The cell has two more per portfolio."""
    portfolios: int = Field(30, ge=0, le=1000)
    """Number of principal portfolios in the input; fewer when there are few firms."""
    shrinkage: float = Field(1.0, gt=0, le=1_000_000)
    """Ridge penalty on a window's portfolio exposures, relative to the value implied by their
    variance in training (1)."""
    variance_power: float = Field(1.0, ge=0, le=10)
    """Exponent of a portfolio's variance in the window, which weights the broad exposures. 0
    weights the portfolios by the long run only."""
    horizon: int = Field(250, ge=0, le=MAX_DAYS)
    """Days after a window whose co-movement is the target of the correlation loss. 0, or too few
    training days left: the co-movement of all training days."""
    temperature: float = Field(0.03, ge=0.0001, le=1000)
    """Temperature of the softmax that defines the target neighbourhoods. Lower values concentrate
    on the nearest firms."""
    correlation_weight: float = Field(0.6, ge=0, le=1)
    """Weight of the correlation loss. The softmax loss has the rest."""
    day_dropout: float = Field(0.2, ge=0, lt=1)
    """Share of a window's days that are masked in training."""
    embedding_size: int | None = Field(None, ge=1, le=100_000)
    """Dimensions of the embedding, at most one per training firm. Empty: one per six training
    firms, and at least 64. A change trains nothing."""


class ForecastSettings(Section):
    """Forecast objective."""

    name: Literal["forecast"]
    """`forecast` predicts the next day's growth rate; it has no other key."""


class TrainerSettings(Section):
    """Keys of every trainer."""

    name: str
    steps: int = Field(800, ge=1, le=10_000_000)
    """Maximum number of gradient steps, or of generations of a search."""
    batch_size: int | None = Field(None, ge=3, le=100_000)
    """Firms per step, at most the number of training firms. Empty: 256, or all when there are
    fewer. Lower it when memory is short."""
    windows: list[Annotated[Number, Field(ge=2, le=MAX_DAYS)]] = Field(
        [20, 60, 125], min_length=1, max_length=100
    )
    """Lengths of the training windows (trading days). Each step draws one at random."""
    validate_every: int = Field(100, ge=1, le=10_000_000)
    """Steps between two validation checks."""
    patience: int = Field(5, ge=1, le=10_000_000)
    """Validation checks without improvement after which training stops."""
    checkpoint_every: int = Field(100, ge=1, le=10_000_000)
    """Steps between two checkpoints, from which an interrupted training resumes."""


class GradientSettings(TrainerSettings):
    """Training by gradients."""

    name: Literal["gradient"]
    """`gradient` is back-propagation through time."""
    truncate: int | None = Field(None, ge=1, le=MAX_DAYS)
    """Days after which gradients are cut off. Empty: never (full back-propagation). Cell
    `feedforward` has no use for it."""
    optimizer: Literal["adamw", "adam", "sgd"] = "adamw"
    """Optimizer. `sgd` uses Nesterov momentum."""
    momentum: float = Field(0.9, ge=0, lt=1)
    """Momentum; optimizer `sgd` only."""
    schedule: Literal["one-cycle", "cosine", "constant"] = "one-cycle"
    """Course of the learning rate over the steps."""
    learning_rate: float = Field(3e-3, gt=0, le=100)
    """Highest learning rate of the schedule. Lower it when training diverges."""
    weight_decay: float = Field(1e-4, ge=0, le=100)
    """Weight decay: decoupled (`adamw`), or an L2 penalty (`adam`, `sgd`)."""
    clip_norm: float = Field(1.0, gt=0, le=1_000_000)
    """Norm to which larger gradients are scaled down."""

    @model_validator(mode="after")
    def _momentum_of_sgd(self) -> Self:
        # a default that is written out does no harm, and every dump holds it
        if self.optimizer != "sgd" and self.momentum != _default(type(self), "momentum"):
            message = f"momentum: has no meaning for optimizer {self.optimizer!r}; remove it"
            raise ValueError(message)
        return self


class SearchSettings(TrainerSettings):
    """Training by a search without derivatives."""

    name: Literal["genetic", "annealing", "swarm", "cma-es"]
    """The others search without derivatives: genetic algorithm, simulated annealing, particle
    swarm, and covariance matrix adaptation (`cma-es`)."""
    population: int = Field(32, ge=4, le=10_000)
    """Networks per generation."""
    spread: float = Field(0.1, gt=0, le=100)
    """Standard deviation of the first candidate weights around the start weights."""
    batches: int = Field(4, ge=1, le=10_000)
    """Number of windows on which the networks of a generation are compared."""


def _default(section: type[Section], key: str) -> Any:
    return section.model_fields[key].default


class Encoder(Section):
    """One encoder: a cell, an objective, a trainer and seeds.

    Each of the three parts is a block such as `{name: jordan, state: 32}`. A name alone stands for
    a block with all defaults: `cell: jordan`.
    """

    cell: Annotated[PlainCell | JordanCell | GatedCell, ByName()]
    """Recurrence, its size and its activations."""
    objective: Annotated[ComovementSettings | ForecastSettings, ByName()]
    """What the encoder is trained for. No objective uses labels."""
    trainer: Annotated[GradientSettings | SearchSettings, ByName(default="gradient")] = Field(
        default_factory=lambda: GradientSettings(name="gradient")
    )
    """How weights are found."""
    name: str = Field("", pattern=r"^[a-z0-9][a-z0-9-]*$|^$", max_length=64, validate_default=False)
    """Name in files and tables: lower-case letters, digits and hyphens. Empty:
    `<cell>-<objective>`."""
    seeds: list[Annotated[Number, Field(ge=0, le=MAX_SEED)]] = Field(
        [0], min_length=1, max_length=100
    )
    """Seeds of the start weights and batches: one training per seed. Scores are averaged over
    them."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        trainer = self.trainer
        if (
            self.cell.name == "feedforward"
            and isinstance(trainer, GradientSettings)
            and trainer.truncate is not None
        ):
            message = "trainer.truncate: has no meaning for cell 'feedforward'; remove it"
            raise ValueError(message)
        if not self.name:
            self.name = f"{self.cell.name}-{self.objective.name}"
        if len(set(self.seeds)) < len(self.seeds):
            message = f"seeds: {quoted(self.seeds)} holds a seed twice; keep one"
            raise ValueError(message)
        self._fits_in_memory()
        return self

    def _fits_in_memory(self) -> None:
        """Refuse sizes that are possible alone, and impossible together."""
        trainer, cap = self.trainer, self.cell.max_parameters
        units = isqrt(cap) if cap else self.cell.hidden
        days = max(trainer.windows)
        if isinstance(trainer, GradientSettings) and trainer.truncate:
            days = min(days, trainer.truncate)
        firms = trainer.batch_size or BATCH_SIZE
        if firms * days * units > MAX_STATES:
            message = (
                f"trainer.batch_size: {firms} firms x {days} days x {units} hidden units are more "
                f"than the {MAX_STATES:,} states that a step may hold; lower one of the three"
            )
            raise ValueError(message)
        weights = cap or units**2
        if isinstance(trainer, SearchSettings) and trainer.population * weights > MAX_WEIGHTS:
            message = (
                f"trainer.population: {trainer.population} networks of {weights} weights are more "
                f"than the {MAX_WEIGHTS:,} weights of a generation; lower one of the two"
            )
            raise ValueError(message)


PARTS = {
    name: kinds_of(field.annotation)
    for name, field in Encoder.model_fields.items()
    if kinds_of(field.annotation)
}
"""Kinds of each nested part of an encoder: cell, objective and trainer."""


def flatten(block: Mapping[str, Any]) -> dict[str, Any]:
    """Turn the block of an encoder into parameters of an estimator.

    Parameters
    ----------
    block : mapping
        Keys of :class:`Encoder`, in the long or the short form.

    Returns
    -------
    dict
        cell, objective and trainer by name, and the keys within each. An encoder's name and seeds
        are no parameters.

    Examples
    --------
    >>> flatten({"cell": {"name": "jordan", "state": 3}, "objective": "forecast"})
    {'cell': 'jordan', 'state': 3, 'objective': 'forecast'}
    """
    parameters: dict[str, Any] = {}
    for part in PARTS:
        if part in block:
            keys = {"name": block[part]} if isinstance(block[part], str) else dict(block[part])
            parameters[part] = keys.pop("name")
            parameters |= keys
    return parameters
