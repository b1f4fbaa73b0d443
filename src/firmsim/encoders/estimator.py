"""What both encoders share: parameters, the cell, training, seeds and the panels they read."""

from __future__ import annotations

import copy
import hashlib
import inspect
import json
import warnings
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch
from scipy.stats import spearmanr
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.exceptions import NotFittedError
from sklearn.utils import estimator_html_repr

from firmsim.encoders.checks import check_days, check_params, plain
from firmsim.encoders.inputs import Firm, Sequences, read
from firmsim.errors import EncoderError, ShapeError
from firmsim.firms import MIN_FIRMS
from firmsim.growth import normal_scores, scaled_growth
from firmsim.objectives.comovement.loss import cosine
from firmsim.objectives.task import CellModule, Task
from firmsim.recurrent import CELLS, Cell
from firmsim.recurrent.parameters import largest_within
from firmsim.training.choose import make_trainer
from firmsim.training.diagnostics import FIRMS, LONGEST_WINDOW, diagnose_training
from firmsim.training.trainer import Trainer, Weights, weights_of

CHUNK = 256
"""Firms embedded at once: bounds the memory of long histories."""

MIN_TRAINING_DAYS = 20
"""Fewest days to learn from before the validation period."""

BATCH_FIRMS = 256
"""Firms a step, unless `batch_size` asks for another number or there are fewer."""

MIN_SCORE_DAYS = 20
"""Fewest days of either half of what an encoder is scored on, and that a pair must share."""


class UnfittedError(EncoderError, NotFittedError):  # type: ignore[misc]
    """An encoder was used before it was fitted."""


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
    extra : ndarray of shape (n_days, n_firms, d - 1)
        Channels beside the growth rate.
    """

    scaled: pd.DataFrame
    q: pd.DataFrame
    extra: npt.NDArray[np.float64]


@dataclass(eq=False, repr=False)
class RecurrentEncoder(TransformerMixin, BaseEstimator, ABC):  # type: ignore[misc]
    """A recurrent cell, an objective and the weights that training found.

    An estimator of scikit-learn: the constructor only stores, :meth:`fit` checks and learns, what
    was learnt ends with an underscore; it can be cloned, stand in a ``Pipeline`` and be searched
    over. Parameters are those of `firmsim.config.Encoder`, where units, defaults and limits are
    told. Weights are kept by :func:`firmsim.encoders.storage.save`, not by pickle.

    **Rows are days, and transform returns firms.** X is (n_days, n_firms), time first, so what
    scikit-learn calls a sample is a day, and a column (its feature) is a firm. An embedding has one
    row a *firm*. Cutting X into training and test rows therefore holds out days: split with
    ``TimeSeriesSplit`` or ``PredefinedSplit``, never with shuffled folds, which are refused. Steps
    before an encoder in a pipeline map days to days; steps after it see firms.

    X may be a frame (dates x firms) or an array. Firms of an array are named 0, 1, ... as
    ``pandas.DataFrame(X)`` would name them. An array (n_days, n_firms, d) holds the growth rate in
    channel 0 and d - 1 further channels, which the cell reads as they are, after its other inputs;
    a missing one is read as 0. They should be of the order of 1 and are never a target.

    Attributes
    ----------
    module_ : CellModule
        The weights.
    history_ : DataFrame
        Course of the training; see `firmsim.training.trainer.Trained`.
    snapshots_ : dict of int to dict of str to Tensor
        Weights at a few steps.
    firms_ : list of str or int
        The training firms.
    train_days_ : int
        Days that were trained on; the rest validated.
    channels_ : int
        d, the growth rate among them.
    n_parameters_ : int
        Weights and biases.
    n_features_in_ : int
        Number of training firms.
    feature_names_in_ : ndarray of str
        The training firms, if all their names are text.
    """

    cell: str = "elman"
    hidden: int = 64
    max_parameters: int | None = None
    state: int | None = None
    hidden_activation: str = "tanh"
    output_activation: str = "linear"
    state_activation: str = "tanh"
    trainer: str = "gradient"
    truncate: int | None = None
    steps: int = 800
    batch_size: int | None = None
    windows: Sequence[int] = (20, 60, 125)
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
    firms_: list[Firm] = field(init=False, repr=False)
    train_days_: int = field(init=False, repr=False)
    channels_: int = field(init=False, repr=False)

    objective: ClassVar[str]
    prefix: ClassVar[str]
    """Of the names of the embedding's columns."""

    def __repr__(self, N_CHAR_MAX: int = 700) -> str:  # noqa: N803
        """Parameters that are not at their default and, once fitted, the number of weights."""
        text = str(super().__repr__(N_CHAR_MAX))
        return f"{text}  # {self._size_text()}" if self.__sklearn_is_fitted__() else text

    def _repr_html_(self) -> str:
        """scikit-learn's diagram and, once fitted, the number of weights."""
        html = str(estimator_html_repr(self))
        return f"{html}<p>{self._size_text()}</p>" if self.__sklearn_is_fitted__() else html

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, str]:  # noqa: ARG002
        """Both forms, of which a notebook picks one."""
        return {"text/plain": repr(self), "text/html": self._repr_html_()}

    def _size_text(self) -> str:
        return f"{self.n_parameters_:,} parameters"

    def __sklearn_tags__(self) -> Any:
        """What scikit-learn may expect: missing values and channels are fine."""
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.three_d_array = True
        tags.transformer_tags.preserves_dtype = []
        return tags

    def __sklearn_is_fitted__(self) -> bool:
        """Whether a training has come to its end."""
        return "firms_" in vars(self)

    def check_fitted(self) -> None:
        """Refuse to go on without weights.

        Raises
        ------
        UnfittedError
            :meth:`fit` has not been called, or failed.
        """
        if not self.__sklearn_is_fitted__():
            message = f"{self.label}: is not fitted; call fit first"
            raise UnfittedError(message)

    @property
    def n_parameters_(self) -> int:
        """Number of weights and biases."""
        return sum(weight.numel() for weight in self._fitted("module_").parameters())

    @property
    def n_features_in_(self) -> int:
        """Number of training firms."""
        return len(self._fitted("firms_"))

    @property
    def feature_names_in_(self) -> npt.NDArray[np.object_]:
        """The training firms, if all their names are text."""
        firms = self._fitted("firms_")
        if not all(isinstance(firm, str) for firm in firms):
            message = "feature_names_in_: the training firms are named by numbers"
            raise AttributeError(message)
        return np.asarray(firms, dtype=object)

    def _fitted(self, name: str) -> Any:
        """Attribute of a fitted encoder; UnfittedError, an AttributeError, before."""
        self.check_fitted()
        return getattr(self, name)

    def get_feature_names_out(self, input_features: Any = None) -> npt.NDArray[np.object_]:  # noqa: ARG002
        """Names of the embedding's columns.

        Parameters
        ----------
        input_features : object
            Not read; scikit-learn passes it.

        Returns
        -------
        ndarray of str, shape (size,)
            A letter and a number.

        Raises
        ------
        UnfittedError
            The encoder is not fitted.
        """
        self.check_fitted()
        return np.asarray([f"{self.prefix}{k}" for k in range(self.size)], dtype=object)

    @property
    @abstractmethod
    def size(self) -> int:
        """Number of columns of the embedding, once fitted."""

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

    def fit(self, X: Any, y: Any = None, checkpoint: Path | None = None) -> Self:  # noqa: ARG002
        """Learn from growth rates; sectors and sizes are never seen.

        Parameters
        ----------
        X : DataFrame of shape (n_days, n_firms), or array of shape (n_days, n_firms[, d])
            Growth rates of the training firms in the fit period, in 1/year; may have missing
            values. The last `validation_share` of the days decides when to stop.
        y : object
            Not read; scikit-learn passes it.
        checkpoint : Path, optional
            Where to keep the state of the training every `checkpoint_every` steps. A training that
            was killed goes on from there and ends with the same weights, bit for bit. Remove the
            file when the encoder is saved.

        Returns
        -------
        RecurrentEncoder
            Itself, with ``module_``, ``history_``, ``snapshots_`` (weights at a few steps),
            ``firms_``, ``train_days_`` and ``channels_``.

        Raises
        ------
        ShapeError
            X has another number of dimensions, no day or no firm.
        EncoderError
            A parameter is not valid, there are too few days or firms, a window is longer than the
            history, a batch larger than the number of firms, there is no growth rate where one is
            needed, or training diverged.
        """
        self.__dict__.pop("firms_", None)  # a fit that fails leaves nothing to transform with
        check_params(self.label, self.get_params())
        known = read(self.label, X)
        n_days, n_firms = known.growth.shape
        train_days = n_days - max(2, round(self.validation_share * n_days))
        needed = max(MIN_TRAINING_DAYS, self.days_needed(train_days))
        if train_days < needed:
            message = (
                f"{self.label}: windows: {max(self.windows)} days need {needed} training days, "
                f"but the history has {max(train_days, 0)} (fit period {n_days} days less the "
                "validation period); use shorter windows or more days"
            )
            raise EncoderError(message)
        if n_firms < MIN_FIRMS:
            message = (
                f"{self.label}: {n_firms} training firms are too few; give at least {MIN_FIRMS}"
            )
            raise EncoderError(message)
        self.batch_size_for(n_firms)
        self.train_days_, self.channels_ = train_days, known.channels
        rng = np.random.default_rng(self.seed)
        with torch.random.fork_rng():
            torch.manual_seed(self.seed)
            panel = self.panel(known, known)
            check_days(self.label, known.growth, panel.scaled, train_days, self.windows)
            task = self.task(panel, rng)
            trained = self.make_trainer(self.fingerprint(known)).train(task, self.label, checkpoint)
        self.history_, self.snapshots_ = trained.history, trained.snapshots
        self.firms_ = [plain(firm) for firm in known.growth.columns]
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
        probe.batch_size = min(self.batch_size_for(len(self.firms_)), FIRMS)
        with torch.random.fork_rng():
            task = probe.task(self.panel(known, known), np.random.default_rng(self.seed))
        best = int(self.history_["validation_loss"].argmin())
        step = int(self.history_["step"].iloc[best])
        return diagnose_training(task, self.snapshots_, weights_of(self.module_), step)

    def batch_size_for(self, n_firms: int) -> int:
        """Firms of a training step.

        Parameters
        ----------
        n_firms : int
            Training firms there are.

        Returns
        -------
        int
            `batch_size`; where it is empty, 256, or all firms when there are fewer.

        Raises
        ------
        EncoderError
            More firms are asked for than there are.
        """
        if self.batch_size is None:
            return min(BATCH_FIRMS, n_firms)
        if self.batch_size > n_firms:
            message = (
                f"{self.label}: batch_size: {self.batch_size} firms a step, but there are "
                f"{n_firms} training firms; lower it, or leave it empty to take all, up to "
                f"{BATCH_FIRMS}"
            )
            raise EncoderError(message)
        return self.batch_size

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
    def fresh_module(self, d_in: int) -> CellModule:
        """Cell, and what the objective adds to it, with fresh weights for inputs of a size."""

    def build(self, d_in: int) -> None:
        """Build ``module_`` with fresh weights for inputs of a size."""
        self.module_ = self.fresh_module(d_in).to(self.torch_device)

    @abstractmethod
    def task(self, panel: Panel, rng: np.random.Generator) -> Task:
        """Build ``module_`` and return what a trainer minimises."""

    def make_trainer(self, fingerprint: str) -> Trainer:
        """Trainer of the parameters."""
        return make_trainer(self.get_params(), fingerprint)

    def fingerprint(self, known: Sequences) -> str:
        """Hash of the parameters, the growth rates and what else decides the weights."""
        facts = {
            "params": self.plain_params(),
            "objective": self.objective,
            "firms": [str(ticker) for ticker in known.growth.columns],
            "torch": torch.__version__,
            "threads": torch.get_num_threads(),
        }
        digest = hashlib.sha256(json.dumps(facts, sort_keys=True).encode())
        for values in (known.growth.to_numpy(dtype=np.float64), known.extra):
            digest.update(np.ascontiguousarray(values).tobytes())
        return digest.hexdigest()

    def plain_params(self) -> dict[str, Any]:
        """Parameters by name, as JSON holds them."""
        return {name: plain(value) for name, value in self.get_params().items()}

    def sequences(self, X: Any) -> Sequences:
        """Check growth rates to embed, and name firms of an array as :meth:`fit` did.

        Parameters
        ----------
        X : DataFrame of shape (n_days, n_firms), or array of shape (n_days, n_firms[, d])
            Growth rates in 1/year. The first columns of an array are the training firms, in their
            order; further ones, where fit was given an array, too, are new firms.

        Returns
        -------
        Sequences
            With the names of the firms.

        Raises
        ------
        UnfittedError
            The encoder is not fitted.
        ShapeError
            Another number of channels, or an array without the training firms.
        EncoderError
            As for :func:`firmsim.encoders.inputs.read`.
        """
        self.check_fitted()
        if isinstance(X, Sequences):
            return X
        found = read(self.label, X)
        if found.channels != self.channels_:
            message = (
                f"{self.label}: X has {found.channels} channels, but the encoder was fitted with "
                f"{self.channels_}; give the growth rate and the same further channels"
            )
            raise ShapeError(message)
        if isinstance(X, pd.DataFrame):
            return found
        n_firms, positions = found.growth.shape[1], list(range(self.n_features_in_))
        if n_firms < len(positions) or (n_firms > len(positions) and self.firms_ != positions):
            message = (
                f"{self.label}: X has {n_firms} features, but {type(self).__name__} is expecting "
                f"{len(positions)} features as input: columns of an array are the training firms; "
                "give a frame to name them"
            )
            raise ShapeError(message)
        if self.firms_ == positions:
            return found
        warnings.warn(
            f"X does not have valid feature names, but {type(self).__name__} was fitted with "
            "feature names; columns are taken as the training firms in their order",
            UserWarning,
            stacklevel=3,
        )
        return found.named(self.firms_)

    def transform(self, X: Any, reference: pd.DataFrame | None = None) -> pd.DataFrame:
        """Embed firms with frozen weights.

        Parameters
        ----------
        X : DataFrame of shape (n_days, n_firms), or array of shape (n_days, n_firms[, d])
            Growth rates of the firms to embed, in 1/year.
        reference : DataFrame of shape (n_days, n_reference), optional
            Growth rates of the training firms on the same days: the cross-section that firms are
            ranked in. Default: the training firms within `X`. With the same reference, a
            firm's embedding does not depend on which other firms are embedded. Both must be
            frames: columns of an array do not tell training firms from others.

        Returns
        -------
        DataFrame of shape (n_firms, size)
            One row a firm.

        Raises
        ------
        UnfittedError
            The encoder is not fitted.
        ShapeError
            Another number of channels, or an array without the training firms.
        EncoderError
            A training firm is missing from the reference, or the reference has other days.
        """
        self.check_fitted()
        if reference is not None and not (
            isinstance(X, pd.DataFrame) and isinstance(reference, pd.DataFrame)
        ):
            message = (
                f"{self.label}: with a reference, X and reference must be frames, got "
                f"{type(X).__name__} and {type(reference).__name__}; name the firms"
            )
            raise EncoderError(message)
        known = self.sequences(X)
        return self.embed(known, reference, [(0, len(known.growth))])[0]

    def score(self, X: Any, y: Any = None) -> float:  # noqa: ARG002
        """Tell from the first half of some days which firms move alike in the second half.

        Meant for model selection on days that fit did not see. It needs no label, and compares
        encoders of any cell, objective and size, as their losses would not.

        Parameters
        ----------
        X : DataFrame of shape (n_days, n_firms), or array of shape (n_days, n_firms[, d])
            Growth rates in 1/year, the training firms among them.
        y : object
            Not read; scikit-learn passes it.

        Returns
        -------
        float
            Spearman correlation, over pairs of firms, of the cosine of their embeddings in the
            first half with the cosine of their normal scores in the second; in [-1, 1], larger is
            better.

        Raises
        ------
        EncoderError
            A half has fewer than 20 days, or the pairs that share 20 days in the second half
            cannot be ranked. Further as for :meth:`transform`.
        """
        known = self.sequences(X)
        n_days = len(known.growth)
        if n_days < 2 * MIN_SCORE_DAYS:
            message = (
                f"{self.label}: {n_days} days are too few to be scored on; give at least "
                f"{2 * MIN_SCORE_DAYS}, of which one half is embedded and the other judges"
            )
            raise EncoderError(message)
        half = n_days // 2
        rows = self.transform(known.first(half)).to_numpy()
        length = np.linalg.norm(rows, axis=1, keepdims=True)
        unit = rows / np.where(length > 0, length, 1.0)
        q = self.panel(known, self.reference_of(known, None)).q.iloc[half:]
        observed = torch.from_numpy(q.notna().to_numpy(dtype=np.float64))
        paths = torch.from_numpy(np.nan_to_num(q.to_numpy())).T[:, :, None]
        later = cosine(paths, paths, observed, observed).numpy()
        shared = (observed.T @ observed).numpy()
        pairs = np.triu(shared >= MIN_SCORE_DAYS, 1)
        now, later = (unit @ unit.T)[pairs], later[pairs]
        if now.size < 2 or np.ptp(now) == 0 or np.ptp(later) == 0:
            message = (
                f"{self.label}: {now.size} pairs of firms share {MIN_SCORE_DAYS} of the last "
                f"{n_days - half} days, and they cannot be ranked; give days with more growth rates"
            )
            raise EncoderError(message)
        return float(spearmanr(now, later).statistic)

    @abstractmethod
    def embed(self, X: Any, reference: Any, spans: Sequence[tuple[int, int]]) -> list[pd.DataFrame]:
        """Embed firms over several spans of days.

        Each span is read from a zero state, while volatilities look back before its first day: a
        short window is scaled as well as a long one.

        Parameters
        ----------
        X, reference : DataFrame
            As for :meth:`transform`.
        spans : sequence of (int, int)
            First day and the day after the last; 0 <= start < end <= n_days.

        Returns
        -------
        list of DataFrame of shape (n_firms, size)
            One for each span; that of (0, n_days) is ``transform(X, reference)``.

        Raises
        ------
        EncoderError
            A span is empty or reaches beyond the days. Further as for :meth:`transform`.
        """

    def check_spans(self, spans: Sequence[tuple[int, int]], n_days: int) -> None:
        """Refuse spans that are empty or reach beyond the days."""
        for start, end in spans:
            if not 0 <= start < end <= n_days:
                message = (
                    f"{self.label}: days {start} to {end} were asked for, but there are {n_days}; "
                    "give 0 <= start < end <= days"
                )
                raise EncoderError(message)

    def panel(self, growth: Any, reference: Any) -> Panel:
        """Scale growth rates and rank them among the reference firms."""
        known = growth if isinstance(growth, Sequences) else read(self.label, growth)
        scaled = scaled_growth(known.growth, self.volatility_halflife, self.clip)
        if growth is reference:
            return Panel(scaled, normal_scores(scaled), known.extra)
        if not isinstance(reference, Sequences):
            reference = read(self.label, reference)
        among = scaled_growth(reference.growth, self.volatility_halflife, self.clip)
        return Panel(scaled, normal_scores(scaled, among), known.extra)

    def reference_of(self, growth: Any, reference: Any) -> Sequences:
        """Growth rates of the training firms, in their order, or a clear error."""
        known = self.sequences(growth)
        source = known if reference is None else self.sequences(reference)
        columns = source.growth.columns
        if missing := [ticker for ticker in self.firms_ if ticker not in columns]:
            message = (
                f"{self.label}: training firm {missing[0]!r} is not among the firms given "
                f"({len(missing)} are not); pass the training firms as `reference`"
            )
            raise EncoderError(message)
        if not source.growth.index.equals(known.growth.index):
            message = f"{self.label}: the reference firms must have the same days as the firms"
            raise EncoderError(message)
        return source.of(self.firms_)

    def make_cell(self, d_in: int, d_out: int) -> Cell:
        """Build the cell named in the parameters, with fresh weights."""
        kind, params = CELLS[self.cell], self.plain_params()
        asked = inspect.signature(kind).parameters.keys() - {"hidden"}
        options = {name: value for name, value in params.items() if name in asked}
        if self.max_parameters is None:
            return kind(d_in, params["hidden"], d_out, **options)
        return largest_within(kind, params["max_parameters"], d_in, d_out, **options)

    def tensor(self, values: pd.DataFrame | np.ndarray[Any, Any]) -> torch.Tensor:
        """Float32 tensor on the encoder's device, 0 where a value is missing."""
        return torch.as_tensor(
            np.nan_to_num(np.asarray(values, dtype=np.float64)),
            dtype=torch.float32,
            device=self.torch_device,
        )
