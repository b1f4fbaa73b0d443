"""What every test asks of its input; what is wrong is named in one line."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from firmsim.errors import AssociationError

Matrix = NDArray[np.float64]

_SYMMETRY = 1e-8
COLLINEAR = 1e-8
"""Share of its own length that a covariate must keep once the others are taken out."""


def check_matrix(matrix: Matrix, name: str, n: int | None = None) -> Matrix:
    """Square, symmetric and finite, with the diagonal set to zero.

    Parameters
    ----------
    matrix : array of shape (n_firms, n_firms)
        The diagonal is not looked at. Asymmetry by rounding is averaged out.
    name : str
        What errors call it.
    n : int, optional
        Number of firms that it must have.

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
        raise AssociationError(message)
    if n is not None and len(values) != n:
        message = f"{name}: is of {len(values)} firms, the distance is of {n}; give the same firms"
        raise AssociationError(message)
    np.fill_diagonal(values, 0.0)
    if (bad := np.argwhere(~np.isfinite(values))).size:
        i, j = bad[0]
        message = f"{name}: is {values[i, j]} for firms {i} and {j}; leave out firms without values"
        raise AssociationError(message)
    apart = np.abs(values - values.T)
    if values.size and apart.max() > _SYMMETRY * np.abs(values).max():
        i, j = np.unravel_index(apart.argmax(), apart.shape)
        message = (
            f"{name}: is {values[i, j]:g} for firms {i} and {j} but {values[j, i]:g} for {j} and "
            f"{i}; make it symmetric"
        )
        raise AssociationError(message)
    return np.asarray((values + values.T) / 2)


def check_labels(labels: NDArray[Any], name: str, n: int) -> NDArray[np.intp]:
    """Code of each firm's label, from 0, in the order of the labels.

    Raises
    ------
    AssociationError
        There is not one label a firm, or one is missing: names the firm.
    """
    values = np.asarray(labels)
    if values.shape != (n,):
        message = f"{name}: has shape {values.shape} for {n} firms; give one label a firm"
        raise AssociationError(message)
    if (bad := np.flatnonzero(pd.isna(values))).size:
        message = f"{name}: is missing for firm {bad[0]}; leave out firms without one"
        raise AssociationError(message)
    return np.asarray(np.unique(values, return_inverse=True)[1], dtype=np.intp)


def check_values(values: Mapping[str, NDArray[Any]], n: int) -> Matrix:
    """Covariates of firms side by side, shape (n_firms, n_covariates).

    Raises
    ------
    AssociationError
        A covariate has not one finite number a firm: names it and the firm.
    """
    columns = np.empty((n, len(values)))
    for k, (name, given) in enumerate(values.items()):
        column = np.asarray(given, dtype=np.float64)
        if column.shape != (n,):
            message = f"covariate {name!r}: has shape {column.shape}; give one number a firm ({n})"
            raise AssociationError(message)
        if (bad := np.flatnonzero(~np.isfinite(column))).size:
            message = (
                f"covariate {name!r}: is {column[bad[0]]} for firm {bad[0]}; leave out firms "
                "without one"
            )
            raise AssociationError(message)
        columns[:, k] = column
    return columns


def orthonormal(columns: Matrix, names: list[str]) -> tuple[Matrix, Matrix]:
    """Orthonormal basis of the columns, each with what those before it leave.

    Parameters
    ----------
    columns : array of shape (n_rows, n_columns)
        The first columns come first in the basis.
    names : list of str
        What errors call the columns.

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
            raise AssociationError(message)
    return basis, triangle
