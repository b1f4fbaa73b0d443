"""Section `encoders`: cell, objective and trainer of one encoder."""

from __future__ import annotations

from typing import Annotated, Literal, Self, get_args

from pydantic import Field, model_validator

from firmsim.config.section import Number, Section
from firmsim.config.similarity import Comparator

Activation = Literal["tanh", "sigmoid", "relu", "linear", "softmax"]


COMOVEMENT_KEYS = {
    "outputs",
    "portfolios",
    "shrinkage",
    "variance_power",
    "horizon",
    "temperature",
    "correlation_weight",
    "day_dropout",
    "embedding_size",
}
"""Keys of an encoder that only the co-movement objective reads."""

UNUSED_BY_CELL = {
    "elman": {"state", "state_activation"},
    "jordan": set(),
    "lstm": {"state", "state_activation", "hidden_activation"},
    "gru": {"state", "state_activation", "hidden_activation"},
    "feedforward": {"state", "state_activation", "truncate"},
}
"""Keys of an encoder that a cell has no use for."""

GRADIENT_KEYS = {
    "truncate",
    "optimizer",
    "momentum",
    "schedule",
    "learning_rate",
    "weight_decay",
    "clip_norm",
}
"""Keys of an encoder that only training by gradients reads."""

POPULATION_KEYS = {"population", "spread", "batches"}
"""Keys of an encoder that only derivative-free training reads."""


class Encoder(Section):
    """One encoder: cell, objective, sizes, seeds and how it is trained."""

    cell: Literal["elman", "jordan", "lstm", "gru", "feedforward"]
    """Recurrence: elman feeds back the hidden state, jordan the output; lstm and gru have gates;
    feedforward has no memory."""
    objective: Literal["comovement", "forecast"]
    """What it is trained for, always without labels."""
    name: str = Field("", pattern=r"^[a-z0-9][a-z0-9-]*$|^$", validate_default=False)
    """Name in files and tables; empty: `<cell>-<objective>`."""
    seeds: list[Annotated[Number, Field(ge=0)]] = Field([0], min_length=1)
    """One training each; scores are averaged over them."""
    hidden: int = Field(64, ge=1)
    """Hidden units."""
    max_parameters: int | None = Field(None, ge=1)
    """Instead of `hidden`: most weights of the cell; as many hidden units as stay within."""
    state: int | None = Field(None, ge=1)
    """Jordan: state units; empty: as many as hidden."""
    outputs: int = Field(16, ge=1)
    """comovement: outputs a day that make trajectories, beside two for every portfolio; forecast
    always has one."""
    hidden_activation: Activation = "tanh"
    """sigma_h (elman, jordan, feedforward)."""
    output_activation: Activation = "linear"
    """sigma_y."""
    state_activation: Activation = "tanh"
    """Jordan: sigma_s."""
    trainer: Literal["gradient", "genetic", "annealing", "swarm", "cma-es"] = "gradient"
    """gradient: back-propagation through time; the others use no derivative: genetic algorithm,
    simulated annealing, particle swarm, covariance matrix adaptation."""
    truncate: int | None = Field(None, ge=1)
    """Days after which gradients stop flowing back; empty: never (full back-propagation)."""
    optimizer: Literal["adamw", "adam", "sgd"] = "adamw"
    """Of the gradient trainer; sgd is with Nesterov's momentum."""
    momentum: float = Field(0.9, ge=0, lt=1)
    """sgd: momentum."""
    schedule: Literal["one-cycle", "cosine", "constant"] = "one-cycle"
    """Course of the learning rate."""
    steps: int = Field(800, ge=1)
    """Most gradient steps, or generations of a derivative-free trainer."""
    batch_size: int | None = Field(None, ge=3)
    """Firms a step, at most as many as training sees; empty: 256, or all when there are fewer."""
    windows: list[Annotated[Number, Field(ge=2)]] = Field([20, 60, 125], min_length=1)
    """Lengths of the training windows (trading days), drawn at random."""
    portfolios: int = Field(30, ge=0)
    """comovement: principal portfolios K in the input (fewer when there are few firms)."""
    shrinkage: float = Field(1.0, gt=0)
    """comovement: pull of a window's exposures to the portfolios towards 0; 1: as much as their
    variance in training tells."""
    variance_power: float = Field(1.0, ge=0)
    """comovement: power of a portfolio's variance in the window that weighs broad exposures;
    0: portfolios count as in the long run."""
    horizon: int = Field(250, ge=0)
    """comovement: days after a window whose co-movement the correlation loss asks for; 0: the long
    run's, as where too few training days are left."""
    temperature: float = Field(0.03, gt=0)
    """comovement: softness of the target neighbourhoods."""
    correlation_weight: float = Field(0.6, ge=0, le=1)
    """comovement: weight of the correlation loss; the rest is the softmax loss."""
    day_dropout: float = Field(0.2, ge=0, lt=1)
    """comovement: share of the days of a window that are hidden from the encoder."""
    learning_rate: float = Field(3e-3, gt=0)
    """Largest step of the schedule."""
    weight_decay: float = Field(1e-4, ge=0)
    """Decoupled weight decay (adamw), L2 penalty (adam, sgd)."""
    clip_norm: float = Field(1.0, gt=0)
    """Gradients are scaled down to this norm."""
    population: int = Field(32, ge=4)
    """Derivative-free: networks tried a generation."""
    spread: float = Field(0.1, gt=0)
    """Derivative-free: standard deviation of the first weights tried around the start weights."""
    batches: int = Field(4, ge=1)
    """Derivative-free: windows that all networks are compared on."""
    validate_every: int = Field(100, ge=1)
    """Steps between two looks at the validation period."""
    patience: int = Field(5, ge=1)
    """Looks without improvement after which training stops."""
    checkpoint_every: int = Field(100, ge=1)
    """Steps between two states of the training kept on disk, to go on from after a kill."""
    embedding_size: int | None = Field(None, ge=1)
    """comovement: size of the embedding, at most as many as training sees firms; empty: a sixth of
    them, and at least 64."""

    @model_validator(mode="after")
    def _applies(self) -> Self:
        """Refuse keys that the cell, the objective or the trainer has no use for."""
        unused = {
            "objective": COMOVEMENT_KEYS if self.objective == "forecast" else set(),
            "cell": UNUSED_BY_CELL[self.cell],
            "trainer": POPULATION_KEYS if self.trainer == "gradient" else GRADIENT_KEYS,
            "optimizer": set() if self.optimizer == "sgd" else {"momentum"},
        }
        for choice, keys in unused.items():
            # a default that is written out does no harm, and stands in every dump
            given = sorted(
                key for key in keys if getattr(self, key) != type(self).model_fields[key].default
            )
            if given:
                value = getattr(self, choice)
                message = f"{given[0]}: has no meaning for {choice} {value!r}; remove it"
                raise ValueError(message)
        if (
            self.max_parameters is not None
            and self.hidden != type(self).model_fields["hidden"].default
        ):
            message = "max_parameters: cannot be given beside hidden; keep one of the two"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _named(self) -> Self:
        if not self.name:
            self.name = f"{self.cell}-{self.objective}"
        if len(set(self.seeds)) < len(self.seeds):
            message = f"seeds: {self.seeds} holds a seed twice; keep one"
            raise ValueError(message)
        if self.name in get_args(Comparator):
            message = f"name: {self.name!r} is the name of a comparator; choose another"
            raise ValueError(message)
        return self
