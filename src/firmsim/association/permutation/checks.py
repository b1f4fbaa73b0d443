"""Checks of the input of every test; an error names what is wrong in one line."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from firmsim.errors import AssociationError
from firmsim.typing import Floats, Indices, Labels

_SYMMETRY = 1e-8
COLLINEAR = 1e-8
"""Smallest share of its own length that a covariate keeps without the others."""


def check_matrix(matrix: Floats, name: str, n: int | None = None) -> Floats:
    """Matrix with a zero diagonal, if it is square, symmetric and finite.

    Parameters
    ----------
    matrix : array of shape (n_firms, n_firms)
        The diagonal is not used. Asymmetry by rounding is averaged out.
    name : str
        Its name in errors.
    n : int, optional
        Required number of firms.

    Returns
    -------
    array of shape (n_firms, n_firms)
        A copy.

    Raises
    ------
    AssociationError
        Names the shape, or the pair and its value.
    """
    values = np.array(matrix, dtype=np.float64)
    if values.ndim != 2 or values.shape[0] != values.shape[1]:
        message = f"{name}: has shape {values.shape}; give a square matrix, firms on both axes"
        raise AssociationError(message, parameter=name)
    if n is not None and len(values) != n:
        message = f"{name}: is of {len(values)} firms, the distance is of {n}; give the same firms"
        raise AssociationError(message, parameter=name)
    np.fill_diagonal(values, 0.0)
    if (bad := np.argwhere(~np.isfinite(values))).size:
        i, j = bad[0]
        message = f"{name}: is {values[i, j]} for firms {i} and {j}; leave out firms without values"
        raise AssociationError(message, parameter=name)
    apart = np.abs(values - values.T)
    if values.size and apart.max() > _SYMMETRY * np.abs(values).max():
        i, j = np.unravel_index(apart.argmax(), apart.shape)
        message = (
            f"{name}: is {values[i, j]:g} for firms {i} and {j} but {values[j, i]:g} for {j} and "
            f"{i}; make it symmetric"
        )
        raise AssociationError(message, parameter=name)
    return np.asarray((values + values.T) / 2)


def check_labels(labels: Labels | Indices, name: str, n: int) -> Indices:
    """Code of each firm's label, from 0, in the order of the labels.

    Raises
    ------
    AssociationError
        There is not one label per firm, or one is missing: names the firm.
    """
    values = np.asarray(labels)
    if values.shape != (n,):
        message = f"{name}: has shape {values.shape} for {n} firms; give one label per firm"
        raise AssociationError(message, parameter=name)
    if (bad := np.flatnonzero(pd.isna(values))).size:
        message = f"{name}: is missing for firm {bad[0]}; leave out firms without one"
        raise AssociationError(message, parameter=name)
    return np.asarray(np.unique(values, return_inverse=True)[1], dtype=np.intp)


def check_values(values: Mapping[str, Floats], n: int) -> Floats:
    """Covariates of firms side by side, shape (n_firms, n_covariates).

    Raises
    ------
    AssociationError
        A covariate does not have one finite number per firm: names it and the firm.
    """
    columns = np.empty((n, len(values)))
    for k, (name, given) in enumerate(values.items()):
        column = np.asarray(given, dtype=np.float64)
        if column.shape != (n,):
            message = f"covariate {name!r}: has shape {column.shape}; give {n}, one per firm"
            raise AssociationError(message, parameter="covariates")
        if (bad := np.flatnonzero(~np.isfinite(column))).size:
            message = (
                f"covariate {name!r}: is {column[bad[0]]} for firm {bad[0]}; leave out firms "
                "without one"
            )
            raise AssociationError(message, parameter="covariates")
        columns[:, k] = column
    return columns


def orthonormal(columns: Floats, names: list[str]) -> tuple[Floats, Floats]:
    """Orthonormal basis of the columns: each is what those before it leave.

    Parameters
    ----------
    columns : array of shape (n_rows, n_columns)
        The first columns come first in the basis.
    names : list of str
        Names of the columns in errors.

    Returns
    -------
    basis : array of shape (n_rows, n_columns)
    triangle : array of shape (n_columns, n_columns)
        Upper triangular; columns = basis @ triangle.

    Raises
    ------
    AssociationError
        A column is a linear combination of those before it: names it.
    """
    basis, triangle = np.linalg.qr(columns)
    length = np.sqrt((columns**2).sum(axis=0))
    for k, name in enumerate(names):
        if k >= len(triangle) or abs(triangle[k, k]) <= COLLINEAR * length[k]:
            before = ", ".join(repr(other) for other in names[:k]) or "nothing"
            message = f"{name!r}: is collinear with {before}; leave it out"
            raise AssociationError(message, parameter=name)
    return basis, triangle
