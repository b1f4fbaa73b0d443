"""Section `encoders`: cell, objective and trainer of one encoder, each with keys of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import Field, model_validator

from firmsim.config.choice import ByName, kinds_of
from firmsim.config.section import Number, Section
from firmsim.config.similarity import Comparator

Activation = Literal["tanh", "sigmoid", "relu", "linear", "softmax"]


class CellSettings(Section):
    """Size and activations of a cell."""

    name: str
    hidden: int = Field(64, ge=1)
    """Hidden units."""
    max_parameters: int | None = Field(None, ge=1)
    """Instead of `hidden`: most weights of the cell; as many hidden units as stay within."""
    output_activation: Activation = "linear"
    """sigma_y."""

    @model_validator(mode="after")
    def _one_size(self) -> Self:
        if self.max_parameters is not None and self.hidden != _default(type(self), "hidden"):
            message = "max_parameters: cannot be given beside hidden; keep one of the two"
            raise ValueError(message)
        return self


class PlainCell(CellSettings):
    """Elman and feed-forward cells."""

    name: Literal["elman", "feedforward"]
    """`elman` feeds back its hidden state, `feedforward` nothing."""
    hidden_activation: Activation = "tanh"
    """sigma_h."""


class JordanCell(CellSettings):
    """Jordan cell."""

    name: Literal["jordan"]
    """`jordan` feeds back its output."""
    hidden_activation: Activation = "tanh"
    """sigma_h."""
    state: int | None = Field(None, ge=1)
    """State units; empty: as many as hidden."""
    state_activation: Activation = "tanh"
    """sigma_s."""


class GatedCell(CellSettings):
    """LSTM and GRU cells."""

    name: Literal["lstm", "gru"]
    """`lstm` and `gru` feed back a hidden state behind gates."""


class ComovementSettings(Section):
    """Co-movement objective."""

    name: Literal["comovement"]
    """`comovement` embeds firms so that those that move together are close."""
    outputs: int = Field(16, ge=1)
    """Outputs a day that make trajectories, beside two for every portfolio."""
    portfolios: int = Field(30, ge=0)
    """Principal portfolios K in the input (fewer when there are few firms)."""
    shrinkage: float = Field(1.0, gt=0)
    """Pull of a window's exposures to the portfolios towards 0; 1: as much as their
    variance in training tells."""
    variance_power: float = Field(1.0, ge=0)
    """Power of a portfolio's variance in the window that weighs broad exposures;
    0: portfolios count as in the long run."""
    horizon: int = Field(250, ge=0)
    """Days after a window whose co-movement the correlation loss asks for; 0: the long
    run's, as where too few training days are left."""
    temperature: float = Field(0.03, gt=0)
    """Softness of the target neighbourhoods."""
    correlation_weight: float = Field(0.6, ge=0, le=1)
    """Weight of the correlation loss; the rest is the softmax loss."""
    day_dropout: float = Field(0.2, ge=0, lt=1)
    """Share of the days of a window that are hidden from the encoder."""
    embedding_size: int | None = Field(None, ge=1)
    """Size of the embedding, at most as many as training sees firms; empty: a sixth of
    them, and at least 64."""


class ForecastSettings(Section):
    """Forecast objective."""

    name: Literal["forecast"]
    """`forecast` predicts the growth rate of the next day."""


class TrainerSettings(Section):
    """What every trainer has."""

    name: str
    steps: int = Field(800, ge=1)
    """Most gradient steps, or generations of a derivative-free trainer."""
    batch_size: int | None = Field(None, ge=3)
    """Firms a step, at most as many as training sees; empty: 256, or all when there are fewer."""
    windows: list[Annotated[Number, Field(ge=2)]] = Field([20, 60, 125], min_length=1)
    """Lengths of the training windows (trading days), drawn at random."""
    validate_every: int = Field(100, ge=1)
    """Steps between two looks at the validation period."""
    patience: int = Field(5, ge=1)
    """Looks without improvement after which training stops."""
    checkpoint_every: int = Field(100, ge=1)
    """Steps between two states of the training kept on disk, to go on from after a kill."""


class GradientSettings(TrainerSettings):
    """Training by gradients."""

    name: Literal["gradient"]
    """`gradient` is back-propagation through time."""
    truncate: int | None = Field(None, ge=1)
    """Days after which gradients stop flowing back; empty: never (full back-propagation)."""
    optimizer: Literal["adamw", "adam", "sgd"] = "adamw"
    """Of the gradient trainer; sgd is with Nesterov's momentum."""
    momentum: float = Field(0.9, ge=0, lt=1)
    """Momentum of `sgd`."""
    schedule: Literal["one-cycle", "cosine", "constant"] = "one-cycle"
    """Course of the learning rate."""
    learning_rate: float = Field(3e-3, gt=0)
    """Largest step of the schedule."""
    weight_decay: float = Field(1e-4, ge=0)
    """Decoupled weight decay (adamw), L2 penalty (adam, sgd)."""
    clip_norm: float = Field(1.0, gt=0)
    """Gradients are scaled down to this norm."""

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
    population: int = Field(32, ge=4)
    """Networks tried a generation."""
    spread: float = Field(0.1, gt=0)
    """Standard deviation of the first weights tried around the start weights."""
    batches: int = Field(4, ge=1)
    """Windows that all networks are compared on."""


def _default(section: type[Section], key: str) -> Any:
    return section.model_fields[key].default


class Encoder(Section):
    """One encoder: a cell, an objective, a trainer and seeds.

    A part is given as ``{name: jordan, state: 32}``, or by its name alone.
    """

    cell: Annotated[PlainCell | JordanCell | GatedCell, ByName()]
    """Recurrence, its size and its activations."""
    objective: Annotated[ComovementSettings | ForecastSettings, ByName()]
    """What the encoder is trained for, always without labels."""
    trainer: Annotated[GradientSettings | SearchSettings, ByName()] = Field(
        default_factory=lambda: GradientSettings(name="gradient")
    )
    """How weights are found."""
    name: str = Field("", pattern=r"^[a-z0-9][a-z0-9-]*$|^$", validate_default=False)
    """Name in files and tables; empty: `<cell>-<objective>`."""
    seeds: list[Annotated[Number, Field(ge=0)]] = Field([0], min_length=1)
    """One training each; scores are averaged over them."""

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
            message = f"seeds: {self.seeds} holds a seed twice; keep one"
            raise ValueError(message)
        if self.name in get_args(Comparator):
            message = f"name: {self.name!r} is the name of a comparator; choose another"
            raise ValueError(message)
        return self


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
