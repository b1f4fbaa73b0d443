"""A market without the firm itself: the mean growth rate of the other firms."""

import numpy as np

from firmsim.typing import Flags, Floats


def mean_of_others(growth: Floats) -> tuple[Floats, Flags]:
    """Mean growth rate of the other firms: a market that excludes the firm itself.

    Parameters
    ----------
    growth : array of shape (n_days, n_firms)
        Growth rates (1/year); NaN where missing.

    Returns
    -------
    market : array of shape (n_days, n_firms)
        Mean of the others, equally weighted (1/year); 0 where not used.
    used : array of bool, shape (n_days, n_firms)
        Where the firm and at least one other have a growth rate.

    Examples
    --------
    >>> import numpy as np
    >>> market, used = mean_of_others(np.array([[1.0, 2.0, 6.0], [np.nan, 3.0, np.nan]]))
    >>> market
    array([[4. , 3.5, 1.5],
           [0. , 0. , 0. ]])
    >>> used[1]
    array([False, False, False])
    """
    observed = np.isfinite(growth)
    filled = np.where(observed, growth, 0.0)
    others = observed.sum(axis=1, keepdims=True) - observed
    used = observed & (others > 0)
    market = (filled.sum(axis=1, keepdims=True) - filled) / np.maximum(others, 1)
    return np.where(used, market, 0.0), used
