"""Correction for having asked several questions."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from firmsim.errors import AssociationError


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    r"""P values of a family of tests, corrected so that any false rejection has the level.

    .. math:: \tilde p_{(k)} = \max_{j \le k} \min(1, (m - j + 1) p_{(j)})

    Holm (1979), Scandinavian Journal of Statistics 6. Nothing is assumed of how the tests depend on
    each other. Since a permutation test's p is at least 1/(permutations + 1), a family of m needs
    more than m / 0.05 permutations to reject anything at 5 %.

    Parameters
    ----------
    p_values : sequence of float or None
        None where there was no test; it does not count towards the family.

    Returns
    -------
    list of float or None
        In the same order.

    Raises
    ------
    AssociationError
        A p value is not between 0 and 1: names it.
    """
    asked = [k for k, p in enumerate(p_values) if p is not None]
    given = np.array([p_values[k] for k in asked], dtype=np.float64)
    if (bad := np.flatnonzero(~((given >= 0) & (given <= 1)))).size:
        message = f"p values: number {asked[bad[0]]} is {given[bad[0]]}; give None for no test"
        raise AssociationError(message)
    order = np.argsort(given, kind="stable")
    corrected: list[float | None] = [None] * len(p_values)
    stepped = np.maximum.accumulate(given[order] * np.arange(len(asked), 0, -1))
    for k, p in zip(order, np.minimum(stepped, 1.0), strict=True):
        corrected[asked[k]] = float(p)
    return corrected


def holm_by(table: pd.DataFrame, question: str | list[str]) -> pd.Series:
    """Correct the p values of a tidy table, the rows of one question being a family.

    Parameters
    ----------
    table : DataFrame
        Column p (missing where there was no test), and those that tell questions apart.
    question : str or list of str
        Names of the latter.

    Returns
    -------
    Series of float
        Corrected p values by the index of `table`; missing where p is.
    """
    corrected = pd.Series(np.nan, index=table.index, dtype=np.float64)
    for _, family in table.groupby(question):
        p_values = [None if np.isnan(p) else float(p) for p in family["p"]]
        corrected[family.index] = np.array(holm(p_values), dtype=np.float64)
    return corrected
