"""Growth rates of prices, between days of a panel or sessions of an exchange."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from firmsim.errors import PriceError
from firmsim.prices.sessions import by_calendar


def growth_rates(
    prices: pd.DataFrame, dt: float = 1 / 252, risk_free_rate: float = 0.0
) -> pd.DataFrame:
    r"""Continuously compounded growth rate of each firm.

    .. math:: \mu_{t} = \frac{1}{\Delta t}\ln\frac{P_t}{P_{t-1}} - r

    Parameters
    ----------
    prices : DataFrame of shape (n_days, n_firms)
        Adjusted close; index sorted and unique, values > 0 or missing.
    dt : float
        Time between rows, in years. One trading day is 1/252.
    risk_free_rate : float
        Rate r, subtracted from every growth rate, in 1/year.

    Returns
    -------
    DataFrame of shape (n_days - 1, n_firms)
        Growth rates in 1/year. Missing where either price is missing; nothing is filled.

    Raises
    ------
    PriceError
        A price is zero or negative (names the ticker, the date and the value), or the days are
        not sorted and unique.

    Examples
    --------
    >>> import pandas as pd
    >>> days = pd.to_datetime(["2020-01-02", "2020-01-03", "2020-01-06"])
    >>> prices = pd.DataFrame({"A": [100.0, 101.0, None]}, index=days)
    >>> growth_rates(prices).round(3)
                    A
    2020-01-03  2.507
    2020-01-06    NaN
    """
    if not (prices.index.is_monotonic_increasing and prices.index.is_unique):
        message = "prices: the days are not sorted and unique; audit the prices first"
        raise PriceError(message, parameter="prices")
    values = prices.to_numpy(dtype=np.float64)
    if (bad := np.argwhere(values <= 0)).size:
        day, firm = bad[0]
        message = (
            f"price of {prices.columns[firm]!r} on {prices.index[day]:%Y-%m-%d} is "
            f"{values[day, firm]:g}; prices must be above zero or missing"
        )
        raise PriceError(message)
    rates = np.diff(np.log(values), axis=0) / dt - risk_free_rate
    return pd.DataFrame(rates, index=prices.index[1:], columns=prices.columns)


def growth_by_session(
    prices: pd.DataFrame,
    calendars: Mapping[str, str],
    dt: float = 1 / 252,
    risk_free_rate: float = 0.0,
) -> pd.DataFrame:
    """Growth rate of each firm between consecutive sessions of its own exchange.

    A panel of several exchanges has the days of all of them. :func:`growth_rates` of that panel
    would lose a firm's first session after each holiday of its own exchange.

    Parameters
    ----------
    prices : DataFrame of shape (n_days, n_firms)
        As for :func:`growth_rates`.
    calendars : mapping of str to str
        Ticker -> trading calendar of its exchange, "" if unknown.
    dt, risk_free_rate : float
        As for :func:`growth_rates`. From one session to the next is one step of `dt`.

    Returns
    -------
    DataFrame of shape (n_days - 1, n_firms)
        Growth rates in 1/year. Missing on days that are no session of the firm's exchange, and
        where the price of that session or of the one before is missing.

    Raises
    ------
    PriceError
        As for :func:`growth_rates`.

    Examples
    --------
    Tokyo is closed from 2019-12-31 to 2020-01-03; New York is open on three of these days:

    >>> import pandas as pd
    >>> dates = ["2019-12-30", "2019-12-31", "2020-01-02", "2020-01-03", "2020-01-06"]
    >>> prices = pd.DataFrame({"A": [9.0, 10, 11, 12, 13], "T": [9.0, None, None, None, 10]})
    >>> prices.index = pd.to_datetime(dates)
    >>> growth_by_session(prices, {"A": "XNYS", "T": "XTKS"}, dt=1.0).round(3)
                    A      T
    2019-12-31  0.105    NaN
    2020-01-02  0.095    NaN
    2020-01-03  0.087    NaN
    2020-01-06  0.080  0.105
    """
    parts = [
        growth_rates(part, dt, risk_free_rate).reindex(prices.index[1:])
        for part in by_calendar(prices, calendars)
    ]
    return pd.concat(parts, axis=1)[list(prices.columns)]
