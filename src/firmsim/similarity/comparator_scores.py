"""Scores of every pair of firms by a comparator.

All comparators treat missing values alike. A pair is compared over the days that both firms have
(`firmsim.similarity.correlation`). It scores 0 where there are too few common days, or where the
growth rate of a firm is constant. No score is ever missing.
"""

from collections.abc import Callable
from importlib.util import find_spec

import numpy as np
import pandas as pd

from firmsim.errors import ConfigError, extra
from firmsim.similarity.comparators import COMPARATORS, Comparator, chosen_comparators
from firmsim.typing import Floats


def comparator_scores(
    name: str, growth: pd.DataFrame, scaled: pd.DataFrame, q: pd.DataFrame, seed: int
) -> pd.DataFrame:
    """Score every pair of firms with a comparator.

    Parameters
    ----------
    name : str
        A key of `firmsim.similarity.comparators.COMPARATORS`.
    growth, scaled, q : DataFrame of shape (n_days, n_firms)
        Growth rates (1/year), volatility-scaled growth rates and normal scores, as made by
        `firmsim.growth`; the same days and firms; missing values allowed.
    seed : int
        Seed of the random score; the others do not use it.

    Returns
    -------
    DataFrame of shape (n_firms, n_firms)
        Symmetric, unit diagonal, in [-1, 1], float64, nothing missing. 0 for a pair with too few
        common days and for a firm whose growth rate is constant.

    Raises
    ------
    ConfigError
        There is no comparator of that name (gives the nearest), there are too many firms for it
        (`dtw`; names the limit), or `catch22` finds no pycatch22.
    MissingPackageError
        Another package that it needs is not installed; names the extra to install.
    ValueError
        The three tables have different days or firms.

    Examples
    --------
    >>> import pandas as pd
    >>> from firmsim.growth import cross_section
    >>> growth = pd.DataFrame({"A": [1.0, -2, 3, 0], "B": [2.0, -4, 6, 0], "C": [0.0, 3, -1, 1]})
    >>> scaled, q = cross_section(growth)
    >>> comparator_scores("pearson", growth, scaled, q, seed=0).round(2)
          A     B     C
    A  1.00  1.00 -0.98
    B  1.00  1.00 -0.98
    C -0.98 -0.98  1.00
    """
    chosen_comparators([name])
    for other in (scaled, q):
        if not (other.columns.equals(growth.columns) and other.index.equals(growth.index)):
            message = "growth, scaled and q must have the same days and firms"
            raise ValueError(message)
    comparator = COMPARATORS[name]
    _check_size(comparator, *growth.shape)
    inputs = {
        "growth": growth.to_numpy(dtype=np.float64),
        "scaled": scaled.to_numpy(dtype=np.float64),
        "q": q.to_numpy(dtype=np.float64),
        "seed": seed,
    }
    function = _loaded(comparator)
    arguments = (inputs[argument] for argument in comparator.reads)
    scores = _complete(function(*arguments, **comparator.settings))
    return pd.DataFrame(scores, index=growth.columns, columns=growth.columns)


def _check_size(comparator: Comparator, n_days: int, n_firms: int) -> None:
    """Refuse more firms than the comparator scores on these days."""
    most = comparator.max_firms(n_days)
    if most is not None and n_firms > most:
        message = (
            f"comparators: {comparator.name!r} scores at most {comparator.max_pair_days:,} pairs "
            f"of firms times days; {n_firms:,} firms on {n_days:,} days are "
            f"{n_firms * (n_firms - 1) // 2 * n_days:,}; leave it out, or score fewer firms"
        )
        raise ConfigError(message, parameter="comparators")


def _loaded(comparator: Comparator) -> Callable[..., Floats]:
    """Function of the comparator; an error that names the package where one is missing."""
    if comparator.package and find_spec(comparator.package) is None:
        message = (
            f"comparators: {comparator.name!r} needs the package {comparator.package}, which "
            "requirements.lock leaves out; install it with pip, or leave the comparator out"
        )
        raise ConfigError(message, parameter="comparators")
    with extra("comparators", f"comparators: {comparator.name!r}"):
        return comparator.loader()


def _complete(scores: Floats) -> Floats:
    """Scores with 0 where they are undefined and 1 for a firm with itself."""
    scores = np.clip(np.nan_to_num(scores, nan=0.0), -1.0, 1.0)
    np.fill_diagonal(scores, 1.0)
    return scores
