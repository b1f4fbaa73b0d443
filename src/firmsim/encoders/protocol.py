"""The estimator protocol of scikit-learn: names, representation, tags, fitted or not."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.exceptions import NotFittedError
from sklearn.utils import estimator_html_repr

from firmsim.encoders.checks import plain
from firmsim.encoders.inputs import Firm
from firmsim.errors import EncoderError
from firmsim.objectives.task import CellModule
from firmsim.typing import Labels


class UnfittedError(EncoderError, NotFittedError):  # type: ignore[misc]
    """An encoder was used before it was fitted."""


class EncoderProtocol(TransformerMixin, BaseEstimator, ABC):  # type: ignore[misc]
    """What scikit-learn expects of an encoder beside fit and transform."""

    cell: str
    seed: int
    module_: CellModule
    firms_: list[Firm]

    objective: ClassVar[str]
    prefix: ClassVar[str]
    """First letter of the names of the embedding's columns."""

    def __repr__(self, N_CHAR_MAX: int = 700) -> str:  # noqa: N803
        """Parameters that differ from their defaults and, once fitted, the number of weights."""
        text = str(super().__repr__(N_CHAR_MAX))
        return f"{text}  # {_size_text(self)}" if self.__sklearn_is_fitted__() else text

    def _repr_html_(self) -> str:
        """Diagram of scikit-learn and, once fitted, the number of weights."""
        html = str(estimator_html_repr(self))
        return f"{html}<p>{_size_text(self)}</p>" if self.__sklearn_is_fitted__() else html

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, str]:  # noqa: ARG002
        """Both forms; a notebook picks one."""
        return {"text/plain": repr(self), "text/html": self._repr_html_()}

    def __sklearn_tags__(self) -> Any:
        """Tags of the input: missing values and further channels are allowed."""
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.three_d_array = True
        tags.transformer_tags.preserves_dtype = []
        return tags

    def __sklearn_is_fitted__(self) -> bool:
        """Whether a training has ended."""
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
    def label(self) -> str:
        """Cell, objective and seed, for progress bars and errors."""
        return f"{self.cell}-{self.objective}, seed {self.seed}"

    def plain_params(self) -> dict[str, Any]:
        """Parameters by name, in types that JSON has."""
        return {name: plain(value) for name, value in self.get_params().items()}

    @property
    def n_parameters_(self) -> int:
        """Number of weights and biases."""
        self.check_fitted()
        return sum(weight.numel() for weight in self.module_.parameters())

    @property
    def n_features_in_(self) -> int:
        """Number of training firms."""
        self.check_fitted()
        return len(self.firms_)

    @property
    def feature_names_in_(self) -> Labels:
        """The training firms, if all their names are text."""
        self.check_fitted()
        if not all(isinstance(firm, str) for firm in self.firms_):
            message = "feature_names_in_: the training firms are named by numbers"
            raise AttributeError(message)
        return np.asarray(self.firms_, dtype=object)

    @property
    @abstractmethod
    def size(self) -> int:
        """Number of columns of the embedding, once fitted."""

    def get_feature_names_out(self, input_features: Any = None) -> Labels:  # noqa: ARG002
        """Names of the embedding's columns.

        Parameters
        ----------
        input_features : object
            Ignored; scikit-learn passes it.

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


def _size_text(encoder: EncoderProtocol) -> str:
    return f"{encoder.n_parameters_:,} parameters"
