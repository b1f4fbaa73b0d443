"""Nested linear models: covariates of firms, and groups beyond them."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from firmsim.association.permutation.checks import check_values, orthonormal
from firmsim.errors import AssociationError
from firmsim.typing import Floats, Indices


class Nested(NamedTuple):
    """Orthonormal columns over firms of the smaller model, and of what groups add to it.

    Attributes
    ----------
    smaller : array of shape (n_firms, 1 + n_covariates)
        Constant and covariates.
    groups : array of shape (n_firms, n_groups - 1)
        What the groups add.
    residual_df : int
        Number of firms less the columns of both.
    """

    smaller: Floats
    groups: Floats
    residual_df: int


def nested(codes: Indices, covariates: Mapping[str, Floats] | None) -> Nested:
    """Orthonormal columns of the two models.

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
        Covariates do not fit the firms, are collinear, determine the groups, or leave nothing to
        estimate the error from.
    """
    n, count = codes.size, int(codes.max()) + 1
    values = check_values(covariates or {}, n)
    names = ["constant", *(covariates or {}), *["groups"] * (count - 1)]
    if len(names) >= n:
        message = f"covariates: {values.shape[1]} and {count} groups are too many for {n} firms"
        raise AssociationError(message, parameter="covariates")
    spread = np.where(np.ptp(values, axis=0) > 0, np.std(values, axis=0), 1.0)
    values = (values - values.mean(axis=0)) / spread
    belongs = (codes[:, None] == np.arange(1, count)).astype(np.float64)
    basis, _ = orthonormal(np.column_stack([np.ones(n), values, belongs]), names)
    cut = 1 + values.shape[1]
    return Nested(basis[:, :cut], basis[:, cut:], n - basis.shape[1])
