"""Correction of p values for the number of tests."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from firmsim.errors import AssociationError
from firmsim.typing import Floats


def holm(p_values: Sequence[float | None] | Floats) -> list[float | None]:
    r"""Correct the p values of a family of tests: the level holds for any false rejection.

    .. math:: \tilde p_{(k)} = \max_{j \le k} \min(1, (m - j + 1) p_{(j)})

    Holm (1979), Scandinavian Journal of Statistics 6. The tests may depend on each other in any
    way. The p of a permutation test is at least 1/(permutations + 1), so that a family of m needs
    more than m / 0.05 permutations to reject any null at the 5% level.

    Parameters
    ----------
    p_values : sequence of float or None
        None where there was no test; it is not part of the family.

    Returns
    -------
    list of float or None
        In the same order.

    Raises
    ------
    AssociationError
        A p value is not between 0 and 1: names it.

    Examples
    --------
    >>> holm([0.01, 0.04, None, 0.03])
    [0.03, 0.06, None, 0.06]
    """
    tested = [k for k, p in enumerate(p_values) if p is not None]
    given = np.array([p_values[k] for k in tested], dtype=np.float64)
    if (bad := np.flatnonzero(~((given >= 0) & (given <= 1)))).size:
        message = f"p_values: number {tested[bad[0]]} is {given[bad[0]]}; give None for no test"
        raise AssociationError(message, parameter="p_values")
    order = np.argsort(given)
    corrected: list[float | None] = [None] * len(p_values)
    stepped = np.maximum.accumulate(given[order] * np.arange(len(tested), 0, -1))
    for k, p in zip(order, np.minimum(stepped, 1.0), strict=True):
        corrected[tested[k]] = float(p)
    return corrected


def holm_by(table: pd.DataFrame, family: str | list[str]) -> pd.Series:
    """Correct the p values of a tidy table by family of tests.

    Parameters
    ----------
    table : DataFrame
        Column p (missing where there was no test), and the columns that distinguish families.
    family : str or list of str
        Names of the latter columns.

    Returns
    -------
    Series of float
        Corrected p values by the index of `table`; missing where p is.

    Examples
    --------
    >>> table = pd.DataFrame({"measure": ["auc", "auc", "r"], "p": [0.01, 0.04, 0.04]})
    >>> holm_by(table, "measure").tolist()
    [0.02, 0.04, 0.04]
    """
    corrected = pd.Series(np.nan, index=table.index)
    for _, rows in table.groupby(family):
        p_values = [None if np.isnan(p) else float(p) for p in rows["p"]]
        corrected[rows.index] = np.array(holm(p_values), dtype=np.float64)
    return corrected
