"""What groups explain beyond covariates of firms: a linear model inside a larger one."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firmsim.association.permutation.checks import check_values, orthonormal
from firmsim.errors import AssociationError

Matrix = NDArray[np.float64]


class Nested(NamedTuple):
    """Orthonormal columns over firms of the smaller model, and of what groups add to it."""

    smaller: Matrix
    """Constant and covariates, shape (n_firms, 1 + n_covariates)."""
    groups: Matrix
    """Shape (n_firms, n_groups - 1)."""
    residual_df: int
    """Firms minus columns of both."""


def nested(codes: NDArray[np.intp], covariates: Mapping[str, NDArray[Any]] | None) -> Nested:
    """Set the two models up.

    Parameters
    ----------
    codes : array of shape (n_firms,)
        Group of each firm, from 0.
    covariates : mapping of str to array of shape (n_firms,), optional
        Numbers of each firm, by name.

    Returns
    -------
    Nested

    Raises
    ------
    AssociationError
        Covariates do not fit the firms, are collinear, settle the groups between them, or leave
        nothing to estimate the error from.
    """
    n, count = codes.size, int(codes.max()) + 1
    values = check_values(covariates or {}, n)
    names = ["constant", *(covariates or {}), *["groups"] * (count - 1)]
    if len(names) >= n:
        message = f"covariates: {values.shape[1]} and {count} groups are too many for {n} firms"
        raise AssociationError(message)
    spread = np.where(np.ptp(values, axis=0) > 0, np.std(values, axis=0), 1.0)
    values = (values - values.mean(axis=0)) / spread
    belongs = (codes[:, None] == np.arange(1, count)).astype(np.float64)
    basis, _ = orthonormal(np.column_stack([np.ones(n), values, belongs]), names)
    cut = 1 + values.shape[1]
    return Nested(basis[:, :cut], basis[:, cut:], n - basis.shape[1])
