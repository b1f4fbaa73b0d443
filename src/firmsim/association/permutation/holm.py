"""Correction for having asked several questions."""

from collections.abc import Sequence

import numpy as np

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
