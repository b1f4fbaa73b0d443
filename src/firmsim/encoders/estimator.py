"""What both encoders share: parameters, fit and transform."""

from __future__ import annotations

import inspect
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch

from firmsim.encoders.checks import (
    check_days,
    check_outputs,
    check_params,
    check_size,
    firms_per_batch,
    plain,
)
from firmsim.encoders.inputs import CrossSection, Firm, Sequences, TrainingFirms, read
from firmsim.encoders.protocol import EncoderProtocol
from firmsim.encoders.selection import half_of, rank_agreement
from firmsim.encoders.tensors import to_tensor
from firmsim.errors import EncoderError
from firmsim.objectives.task import CellModule, Task
from firmsim.recurrent import CELLS, Cell
from firmsim.recurrent.parameters import largest_within
from firmsim.training.checkpoint import fingerprint
from firmsim.training.choose import make_trainer
from firmsim.training.diagnostics import diagnose_encoder
from firmsim.training.trainer import Trainer, Weights


@dataclass(eq=False, repr=False)
class RecurrentEncoder(EncoderProtocol):
    """A recurrent cell, an objective and the weights that training finds.

    It is an estimator of scikit-learn: the constructor only stores parameters, :meth:`fit` checks
    them and learns, and learned attributes end with an underscore. It can be cloned, put into a
    ``Pipeline`` and tuned by a search. Its parameters are keys of the configuration;
    `config/README.md` lists their units, defaults and limits. Save weights with
    :func:`firmsim.encoders.storage.save`, not with pickle.

    **Rows are days, and transform returns firms.** X is (n_days, n_firms), time first: a sample of
    scikit-learn is a day, and a feature is a firm. An embedding has one row per firm. A split of X
    into training and test rows therefore holds out days. Split with ``TimeSeriesSplit`` or
    ``PredefinedSplit``; shuffled folds are refused. Steps before an encoder in a pipeline map days
    to days; steps after it see firms.

    X is a frame (dates x firms) or an array. Firms of an array are named 0, 1, ... as in
    ``pandas.DataFrame(X)``. An array (n_days, n_firms, d) holds the growth rate in channel 0 and
    d - 1 further channels. The cell reads those as they are, after its other inputs, and a missing
    one as 0. Scale them to the order of 1; they are never a target.

    Attributes
    ----------
    module_ : CellModule
        The weights.
    history_ : DataFrame
        Course of the training; see `firmsim.training.trainer.Trained`.
    snapshots_ : dict of int to dict of str to Tensor
        Weights after a few of the steps.
    firms_ : list of str or int
        The training firms.
    train_days_ : int
        Number of days trained on; the days after them validate.
    channels_ : int
        d, including the growth rate.
    n_parameters_ : int
        Number of weights and biases.
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

    def fit(self, X: Any, y: Any = None, checkpoint: Path | None = None) -> Self:  # noqa: ARG002
        """Learn from growth rates; sectors and sizes are never read.

        Parameters
        ----------
        X : DataFrame of shape (n_days, n_firms), or array of shape (n_days, n_firms[, d])
            Growth rates of the training firms in the fit period, in 1/year; may have missing
            values. The last `validation_share` of the days decides when to stop.
        y : object
            Ignored; scikit-learn passes it.
        checkpoint : Path, optional
            File for the state of the training, written every `checkpoint_every` steps. A training
            that was killed continues from there and ends with the same weights, bit for bit.
            Remove the file once the encoder is saved.

        Returns
        -------
        RecurrentEncoder
            Itself, with ``module_``, ``history_``, ``snapshots_``, ``firms_``, ``train_days_`` and
            ``channels_``.

        Raises
        ------
        ShapeError
            X has another number of dimensions, no day or no firm.
        EncoderError
            A parameter is not valid, or days or firms are too few for the windows and the batch.
            Also if a period has no growth rate, or training diverged.
        """
        self.__dict__.pop("firms_", None)  # after a failed fit, transform refuses
        check_params(self.label, self.get_params())
        given = read(self.label, X)
        n_days, n_firms = given.growth.shape
        train_days = n_days - max(2, round(self.validation_share * n_days))
        needed = self.days_needed(train_days)
        check_size(self.label, self.windows, n_days, train_days, needed, n_firms)
        firms_per_batch(self.label, self.batch_size, n_firms)
        self.train_days_, self.channels_ = train_days, given.channels
        rng = np.random.default_rng(self.seed)
        with torch.random.fork_rng():
            torch.manual_seed(self.seed)
            section = self.cross_section(given, given)
            check_days(self.label, given.growth, section.scaled, train_days, self.windows)
            task = self.task(section, rng)
            trained = self.make_trainer(self._fingerprint(given)).train(
                task, self.label, checkpoint
            )
        self.history_, self.snapshots_ = trained.history, trained.snapshots
        self.firms_ = [plain(firm) for firm in given.growth.columns]
        return self

    def transform(self, X: Any, reference: pd.DataFrame | None = None) -> pd.DataFrame:
        """Embed firms with frozen weights.

        Parameters
        ----------
        X : DataFrame of shape (n_days, n_firms), or array of shape (n_days, n_firms[, d])
            Growth rates of the firms to embed, in 1/year.
        reference : DataFrame of shape (n_days, n_reference), optional
            Growth rates of the training firms on the same days; the firms of X are ranked among
            them. Default: the training firms within `X`. With the same reference, the embedding of
            a firm does not depend on which other firms are embedded. X must then be a frame, too:
            columns of an array do not name the training firms.

        Returns
        -------
        DataFrame of shape (n_firms, size)
            One row per firm.

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
            raise EncoderError(message, parameter="reference")
        given = self.training_firms().read(X)
        return self.embed(given, reference, [(0, len(given.growth))])[0]

    @abstractmethod
    def embed(self, X: Any, reference: Any, spans: Sequence[tuple[int, int]]) -> list[pd.DataFrame]:
        """Embed firms over several spans of days.

        The cell starts each span from a zero state. Volatilities use the days before its first
        day, so that a short window is scaled as well as a long one.

        Parameters
        ----------
        X, reference : DataFrame
            As for :meth:`transform`.
        spans : sequence of (int, int)
            First day and the day after the last; 0 <= start < end <= n_days.

        Returns
        -------
        list of DataFrame of shape (n_firms, size)
            One per span; that of (0, n_days) is ``transform(X, reference)``.

        Raises
        ------
        EncoderError
            A span is empty or reaches beyond the days. Further as for :meth:`transform`.
        """

    def score(self, X: Any, y: Any = None) -> float:  # noqa: ARG002
        """How well the first half of some days predicts which firms move alike in the second.

        Use it to select a model on days that fit did not read. It needs no label, and it compares
        encoders of any cell, objective and size; their losses cannot be compared.

        Parameters
        ----------
        X : DataFrame of shape (n_days, n_firms), or array of shape (n_days, n_firms[, d])
            Growth rates in 1/year, the training firms among them.
        y : object
            Ignored; scikit-learn passes it.

        Returns
        -------
        float
            Spearman correlation over pairs of firms, in [-1, 1]; larger is better. It compares the
            cosine of two embeddings of the first half with the cosine of normal scores in the
            second.

        Raises
        ------
        EncoderError
            A half has fewer than 20 days, or the pairs that share 20 days in the second half
            cannot be ranked. Further as for :meth:`transform`.
        """
        firms = self.training_firms()
        given = firms.read(X)
        half = half_of(self.label, len(given.growth))
        embedding = self.transform(given.first(half))
        section = self.cross_section(given, firms.reference(given))
        return rank_agreement(self.label, embedding, section.q.iloc[half:])

    def gradients(self, growth: pd.DataFrame) -> pd.DataFrame:
        """How far back gradients reached at a few steps of the training.

        Parameters
        ----------
        growth : DataFrame of shape (n_days, n_firms)
            Growth rates that :meth:`fit` read, in 1/year.

        Returns
        -------
        DataFrame
            See :func:`firmsim.training.diagnostics.diagnose_encoder`.

        Raises
        ------
        EncoderError
            The encoder is not fitted, or was loaded without its training.
        """
        self.check_fitted()
        return diagnose_encoder(self, growth)

    @abstractmethod
    def fresh_module(self, d_in: int) -> CellModule:
        """Cell and the weights that the objective adds, fresh, for d_in inputs."""

    @abstractmethod
    def task(self, section: CrossSection, rng: np.random.Generator) -> Task:
        """Build ``module_`` and return the task that a trainer minimises."""

    def training_task(self, growth: Any, rng: np.random.Generator) -> Task:
        """Task of a fitted encoder on growth rates that hold the training firms.

        It builds ``module_`` anew: call it on a copy.
        """
        firms = self.training_firms()
        given = firms.reference(firms.read(growth))
        return self.task(self.cross_section(given, given), rng)

    def days_needed(self, train_days: int) -> int:  # noqa: ARG002
        """Training days that the longest window needs."""
        return max(self.windows) + 1

    def training_firms(self) -> TrainingFirms:
        """Firms and channels of a fitted encoder, which later inputs must match."""
        self.check_fitted()
        return TrainingFirms(self.label, type(self).__name__, self.firms_, self.channels_)

    def cross_section(self, given: Sequences, reference: Sequences) -> CrossSection:
        """Scale growth rates and rank them among the reference firms."""
        return CrossSection.of(given, reference, self.volatility_halflife, self.clip)

    def tensor(self, values: pd.DataFrame | npt.ArrayLike) -> torch.Tensor:
        """Single-precision tensor on the encoder's device, 0 where a value is missing."""
        return to_tensor(values, self.device)

    def finite(self, outputs: torch.Tensor) -> torch.Tensor:
        """Return the outputs of a cell if they are finite; see :func:`check_outputs`."""
        return check_outputs(self.label, outputs, self.hidden_activation, self.learning_rate)

    def make_cell(self, d_in: int, d_out: int) -> Cell:
        """Build the cell that the parameters name, with fresh weights."""
        kind, params = CELLS[self.cell], self.plain_params()
        accepted = inspect.signature(kind).parameters.keys() - {"hidden"}
        options = {name: value for name, value in params.items() if name in accepted}
        if self.max_parameters is None:
            return kind(d_in, params["hidden"], d_out, **options)
        return largest_within(kind, params["max_parameters"], d_in, d_out, **options)

    def make_trainer(self, fingerprint: str) -> Trainer:
        """Build the trainer that the parameters name."""
        return make_trainer(self.get_params(), fingerprint)

    def _fingerprint(self, given: Sequences) -> str:
        """Hash of the parameters and of what is read; a checkpoint of another one is not used."""
        facts = {
            "params": self.plain_params(),
            "objective": self.objective,
            "firms": [str(ticker) for ticker in given.growth.columns],
        }
        return fingerprint(facts, given.growth.to_numpy(dtype=np.float64), given.extra)
