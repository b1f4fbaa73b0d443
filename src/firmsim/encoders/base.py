"""What both encoders share: parameters, the cell, training, seeds and the panels they read."""

from __future__ import annotations

import copy
import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd
import torch

from firmsim.errors import EncoderError
from firmsim.growth import normal_scores, scaled_growth
from firmsim.objectives.task import CellModule, Task
from firmsim.recurrent import CELLS, Cell
from firmsim.recurrent.parameters import largest_within
from firmsim.training.diagnostics import FIRMS, LONGEST_WINDOW, diagnose_training
from firmsim.training.gradient import GradientTrainer
from firmsim.training.trainer import Trainer, Weights, weights_of

CHUNK = 256
"""Firms embedded at once: bounds the memory of long histories."""

MIN_TRAINING_DAYS = 20
"""Fewest days to learn from before the validation period."""


def chunks(n_firms: int) -> tuple[torch.Tensor, ...]:
    """Positions of the firms, in parts that are embedded one after the other."""
    return torch.split(torch.arange(n_firms), CHUNK)


@dataclass(frozen=True)
class Panel:
    """Scaled growth rates and normal scores of some firms on some days, ranked in a reference.

    Attributes
    ----------
    scaled, q : DataFrame of shape (n_days, n_firms)
        Missing where the growth rate is.
    """

    scaled: pd.DataFrame
    q: pd.DataFrame


@dataclass(eq=False)
class RecurrentEncoder(ABC):
    """A recurrent cell, an objective and the weights that training found.

    Used like an estimator of scikit-learn: ``fit(growth)``, ``transform(growth)``,
    ``get_params()``. Parameters are those of `firmsim.config.Encoder`, where units, defaults and
    limits are told.
    """

    cell: str = "elman"
    hidden: int = 64
    parameters: int | None = None
    state: int | None = None
    hidden_activation: str = "tanh"
    output_activation: str = "linear"
    state_activation: str = "tanh"
    trainer: str = "gradient"
    truncate: int | None = None
    steps: int = 800
    batch_firms: int = 256
    windows: list[int] = field(default_factory=lambda: [20, 60, 125])
    learning_rate: float = 3e-3
    weight_decay: float = 1e-4
    clip_norm: float = 1.0
    optimizer: str = "adamw"
    momentum: float = 0.9
    schedule: str = "one-cycle"
    population: int = 32
    spread: float = 0.1
    batches: int = 4
    checkpoint_every: int = 100
    validate_every: int = 100
    patience: int = 5
    validation_share: float = 0.125
    volatility_halflife: float = 20.0
    clip: float = 4.0
    seed: int = 0
    device: str = "cpu"

    module_: CellModule = field(init=False, repr=False)
    history_: pd.DataFrame = field(init=False, repr=False)
    snapshots_: dict[int, Weights] = field(init=False, repr=False)
    firms_: list[str] = field(init=False, repr=False)
    train_days_: int = field(init=False, repr=False)

    objective: ClassVar[str]

    def get_params(self, deep: bool = True) -> dict[str, Any]:  # noqa: ARG002
        """Parameters by name, as given."""
        return {item.name: getattr(self, item.name) for item in fields(self) if item.init}

    def set_params(self, **params: Any) -> Self:
        """Set parameters by name.

        Raises
        ------
        ValueError
            There is no such parameter.
        """
        known = self.get_params()
        for name, value in params.items():
            if name not in known:
                message = f"no parameter {name!r}; there are {', '.join(known)}"
                raise ValueError(message)
            setattr(self, name, value)
        return self

    @property
    def label(self) -> str:
        """Cell, objective and seed, for progress bars and errors."""
        return f"{self.cell}-{self.objective}, seed {self.seed}"

    @property
    def torch_device(self) -> torch.device:
        """Where tensors live."""
        if self.device == "auto":
            return torch.device("cuda" if torch.cuda.is_available() else "cpu")
        if self.device == "cuda" and not torch.cuda.is_available():
            message = "training.device: 'cuda', but torch sees no GPU here; set it to cpu or auto"
            raise EncoderError(message)
        return torch.device(self.device)

    def fit(self, growth: pd.DataFrame, checkpoint: Path | None = None) -> Self:
        """Learn from growth rates; sectors and sizes are never seen.

        Parameters
        ----------
        growth : DataFrame of shape (n_days, n_firms)
            Growth rates of the training firms in the fit period, in 1/year; may have missing
            values. The last `validation_share` of the days decides when to stop.
        checkpoint : Path, optional
            Where to keep the state of the training every `checkpoint_every` steps. A training that
            was killed goes on from there and ends with the same weights, bit for bit. Remove the
            file when the encoder is saved.

        Returns
        -------
        RecurrentEncoder
            Itself, with ``module_``, ``history_``, ``snapshots_`` (weights at a few steps),
            ``firms_`` and ``train_days_``.

        Raises
        ------
        EncoderError
            Too few days or firms, a window longer than the history, or training diverged.
        """
        n_days, n_firms = growth.shape
        train_days = n_days - max(2, round(self.validation_share * n_days))
        needed = max(MIN_TRAINING_DAYS, self.days_needed(train_days))
        if train_days < needed:
            message = (
                f"{self.label}: windows: {max(self.windows)} days need {needed} training days, "
                f"but the history has {max(train_days, 0)} (fit period {n_days} days less the "
                "validation period); use shorter windows or more days"
            )
            raise EncoderError(message)
        if n_firms < 3:
            message = f"{self.label}: {n_firms} training firms are too few; give at least 3"
            raise EncoderError(message)
        self.firms_ = list(growth.columns)
        self.train_days_ = train_days
        rng = np.random.default_rng(self.seed)
        with torch.random.fork_rng():
            torch.manual_seed(self.seed)
            panel = self.panel(growth, growth)
            task = self.task(panel, rng)
            trained = self.make_trainer(self.fingerprint(growth)).train(
                task, self.label, checkpoint
            )
        self.history_, self.snapshots_ = trained.history, trained.snapshots
        return self

    def gradients(self, growth: pd.DataFrame) -> pd.DataFrame:
        """Tell how far back gradients reached at a few steps of the training.

        Parameters
        ----------
        growth : DataFrame of shape (n_days, n_firms)
            Growth rates that :meth:`fit` was given, in 1/year.

        Returns
        -------
        DataFrame
            As :func:`firmsim.training.diagnostics.diagnose_training` tells; lags and half-lives in
            trading days. Weights and torch's random state stay as they are.

        Raises
        ------
        EncoderError
            The encoder is not fitted, or was loaded without its training.
        """
        known = self.reference_of(growth, None)
        if not hasattr(self, "snapshots_"):
            message = f"{self.label}: was loaded without its training; fit it to tell its gradients"
            raise EncoderError(message)
        probe = copy.copy(self)  # builds a module of its own
        probe.windows = [min(max(self.windows), LONGEST_WINDOW)]
        probe.batch_firms = min(self.batch_firms, FIRMS)
        with torch.random.fork_rng():
            task = probe.task(self.panel(known, known), np.random.default_rng(self.seed))
        best = int(self.history_["validation_loss"].argmin())
        step = int(self.history_["step"].iloc[best])
        return diagnose_training(task, self.snapshots_, weights_of(self.module_), step)

    def days_needed(self, train_days: int) -> int:  # noqa: ARG002
        """Training days that the longest window asks for, when there are so many."""
        return max(self.windows) + 1

    def refuse_infinite(self, outputs: torch.Tensor) -> torch.Tensor:
        """Return what a cell made of long histories, if it is finite.

        Raises
        ------
        EncoderError
            An unbounded recurrence ran away.
        """
        if not torch.isfinite(outputs).all():
            message = (
                f"{self.label}: outputs are no longer finite after {len(outputs)} days; train with "
                f"a bounded hidden_activation (now {self.hidden_activation}) or a lower "
                f"learning_rate ({self.learning_rate:g})"
            )
            raise EncoderError(message)
        return outputs

    @abstractmethod
    def build(self, d_in: int) -> None:
        """Build ``module_`` with fresh weights for inputs of a size."""

    @abstractmethod
    def task(self, panel: Panel, rng: np.random.Generator) -> Task:
        """Build ``module_`` and return what a trainer minimises."""

    def make_trainer(self, fingerprint: str) -> Trainer:
        """Trainer of the parameters."""
        return GradientTrainer(
            steps=self.steps,
            learning_rate=self.learning_rate,
            weight_decay=self.weight_decay,
            clip_norm=self.clip_norm,
            validate_every=self.validate_every,
            patience=self.patience,
            optimizer=self.optimizer,
            momentum=self.momentum,
            schedule=self.schedule,
            checkpoint_every=self.checkpoint_every,
            fingerprint=fingerprint,
        )

    def fingerprint(self, growth: pd.DataFrame) -> str:
        """Hash of the parameters, the growth rates and what else decides the weights."""
        facts = {
            "params": self.get_params(),
            "objective": self.objective,
            "firms": [str(ticker) for ticker in growth.columns],
            "torch": torch.__version__,
            "threads": torch.get_num_threads(),
        }
        digest = hashlib.sha256(json.dumps(facts, sort_keys=True).encode())
        digest.update(np.ascontiguousarray(growth.to_numpy(dtype=np.float64)).tobytes())
        return digest.hexdigest()

    def transform(
        self, growth: pd.DataFrame, reference: pd.DataFrame | None = None
    ) -> pd.DataFrame:
        """Embed firms with frozen weights.

        Parameters
        ----------
        growth : DataFrame of shape (n_days, n_firms)
            Growth rates of the firms to embed, in 1/year.
        reference : DataFrame of shape (n_days, n_reference), optional
            Growth rates of the training firms on the same days: the cross-section that firms are
            ranked in. Default: the training firms within `growth`. With the same reference, a
            firm's embedding does not depend on which other firms are embedded.

        Returns
        -------
        DataFrame of shape (n_firms, size)
            One row a firm.

        Raises
        ------
        EncoderError
            A training firm is missing from the reference, the reference has other days, or the
            encoder is not fitted.
        """
        return self.embed(growth, reference, [len(growth)])[0]

    @abstractmethod
    def embed(
        self, growth: pd.DataFrame, reference: pd.DataFrame | None, ends: Sequence[int]
    ) -> list[pd.DataFrame]:
        """Embed firms over the first days, for several ends at the cost of one.

        A recurrence looks back only, so what it says of the first days does not change when days
        are added.

        Parameters
        ----------
        growth, reference : DataFrame
            As for :meth:`transform`.
        ends : sequence of int
            Numbers of days, each at most n_days.

        Returns
        -------
        list of DataFrame of shape (n_firms, size)
            One for each end, each equal to ``transform(growth[:end], reference[:end])``.

        Raises
        ------
        EncoderError
            As for :meth:`transform`.
        """

    def panel(self, growth: pd.DataFrame, reference: pd.DataFrame) -> Panel:
        """Scale growth rates and rank them among the reference firms."""
        scaled = scaled_growth(growth, self.volatility_halflife, self.clip)
        if growth is reference:
            return Panel(scaled, normal_scores(scaled))
        among = scaled_growth(reference, self.volatility_halflife, self.clip)
        return Panel(scaled, normal_scores(scaled, among))

    def reference_of(self, growth: pd.DataFrame, reference: pd.DataFrame | None) -> pd.DataFrame:
        """Growth rates of the training firms, in their order, or a clear error."""
        if not hasattr(self, "firms_"):
            message = f"{self.label}: is not fitted; call fit first"
            raise EncoderError(message)
        source = growth if reference is None else reference
        if missing := [ticker for ticker in self.firms_ if ticker not in source.columns]:
            message = (
                f"{self.label}: training firm {missing[0]!r} is not among the firms given "
                f"({len(missing)} are not); pass the training firms as `reference`"
            )
            raise EncoderError(message)
        if not source.index.equals(growth.index):
            message = f"{self.label}: the reference firms must have the same days as the firms"
            raise EncoderError(message)
        if list(source.columns) == self.firms_:
            return source
        return source[self.firms_]

    def make_cell(self, d_in: int, d_out: int) -> Cell:
        """Build the cell named in the parameters, with fresh weights."""
        kind = CELLS[self.cell]
        options: dict[str, Any] = {
            "output_activation": self.output_activation,
            "truncate": self.truncate,
        }
        if self.cell in {"elman", "jordan", "feedforward"}:
            options["hidden_activation"] = self.hidden_activation
        if self.cell == "jordan":
            options |= {"state": self.state, "state_activation": self.state_activation}
        if self.parameters is None:
            return kind(d_in, self.hidden, d_out, **options)
        return largest_within(kind, self.parameters, d_in, d_out, **options)

    def tensor(self, values: pd.DataFrame | np.ndarray[Any, Any]) -> torch.Tensor:
        """Float32 tensor on the encoder's device, 0 where a value is missing."""
        return torch.as_tensor(
            np.nan_to_num(np.asarray(values, dtype=np.float64)),
            dtype=torch.float32,
            device=self.torch_device,
        )
