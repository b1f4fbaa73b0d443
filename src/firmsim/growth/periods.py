"""The fit period: the days that may be fitted on, and the test days after them."""

import pandas as pd

from firmsim.errors import PriceError

ENOUGH = 2
"""Days of growth rates that can be divided: one to fit on, one to test on."""


def fit_period(growth: pd.DataFrame, share: float | None) -> pd.DataFrame:
    """First part of the days, which may be fitted on; the days after it test.

    Parameters
    ----------
    growth : DataFrame of shape (n_days, n_firms)
        Growth rates in 1/year.
    share : float or None
        Share of the days, between 0 and 1. None: all days, which end with the fit period.

    Returns
    -------
    DataFrame of shape (round(share * n_days), n_firms)
        At least one day; never all, unless the share is None.

    Raises
    ------
    PriceError
        There are fewer than two days, one to fit on and one to test on.

    Examples
    --------
    >>> import pandas as pd
    >>> len(fit_period(pd.DataFrame({"A": range(10)}), share=0.8))
    8
    """
    if share is None:
        return growth
    if len(growth) < ENOUGH:
        message = (
            f"fit_share: growth rates of {len(growth)} days cannot be divided into days to fit on "
            f"and days to test on; give prices of {ENOUGH + 1} days or more"
        )
        raise PriceError(message, parameter="fit_share")
    return growth.iloc[: min(max(round(share * len(growth)), 1), len(growth) - 1)]


def fit_days(growth: pd.DataFrame, training: pd.DataFrame, share: float | None) -> int:
    """Number of days of the scored firms in the fit period of the training firms.

    Parameters
    ----------
    growth : DataFrame of shape (n_days, n_firms)
        Growth rates of the scored firms, in 1/year.
    training : DataFrame of shape (n_training_days, n_training_firms)
        Growth rates of the training firms, in 1/year; their days set the fit period.
    share : float or None
        Share of the training firms' days, as for :func:`fit_period`.

    Returns
    -------
    int
        The days after these are test days.

    Raises
    ------
    PriceError
        The scored firms have no day in the fit period, or no day after a pinned one.

    Examples
    --------
    >>> import pandas as pd
    >>> days = pd.bdate_range("2020-01-01", periods=10)
    >>> growth = pd.DataFrame(0.0, index=days, columns=["A"])
    >>> fit_days(growth.iloc[2:], growth, share=0.8)
    6
    """
    fitted = fit_period(training, share).index
    days = int(growth.index.searchsorted(fitted[-1], side="right"))
    if not growth.index[:days].isin(fitted).any():
        message = (
            f"train_firms: their fit period, {fitted[0]:%Y-%m-%d} to "
            f"{fitted[-1]:%Y-%m-%d}, has no day in common with the scored firms, "
            f"{growth.index[0]:%Y-%m-%d} to {growth.index[-1]:%Y-%m-%d}; pin firms of the same days"
        )
        raise PriceError(message, parameter="train_firms")
    if share is None and days == len(growth):
        message = (
            f"fit_end: the fit period lasts to {fitted[-1]:%Y-%m-%d}, but the prices end on "
            f"{growth.index[-1]:%Y-%m-%d}, which leaves no day to test on; choose an earlier day"
        )
        raise PriceError(message, parameter="fit_end")
    return days
