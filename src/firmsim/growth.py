"""Growth rates of prices, and the cross-sectional transform that encoders read."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtri

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
        Rate r subtracted from every growth rate, in 1/year.

    Returns
    -------
    DataFrame of shape (n_days - 1, n_firms)
        Growth rates in 1/year. Missing where either price is missing; nothing is filled.

    Raises
    ------
    PriceError
        A price is zero or negative (names the ticker, the date and the value), or the days are
        not sorted and unique.
    """
    if not (prices.index.is_monotonic_increasing and prices.index.is_unique):
        message = "days of the price panel are not sorted and unique; audit the prices first"
        raise PriceError(message)
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
    """Growth rate of each firm from one session of its own exchange to the next.

    Firms of several exchanges stand side by side on the days of all: :func:`growth_rates` of the
    panel would miss the first session after every holiday of one of them.

    Parameters
    ----------
    prices : DataFrame of shape (n_days, n_firms)
        As for :func:`growth_rates`.
    calendars : mapping of str to str
        Ticker -> trading calendar of its exchange, "" when it is not known.
    dt, risk_free_rate : float
        As for :func:`growth_rates`; a session is one step of `dt`, whatever lies before it.

    Returns
    -------
    DataFrame of shape (n_days - 1, n_firms)
        Growth rates in 1/year. Missing on days that are no session of the firm's exchange, and
        where the price of the session or of the one before is missing.

    Raises
    ------
    PriceError
        As for :func:`growth_rates`.
    """
    parts = [
        growth_rates(part, dt, risk_free_rate).reindex(prices.index[1:])
        for part in by_calendar(prices, calendars)
    ]
    return pd.concat(parts, axis=1)[list(prices.columns)]


def scaled_growth(growth: pd.DataFrame, halflife: float = 20.0, clip: float = 4.0) -> pd.DataFrame:
    r"""Growth rates in units of each firm's own lagged EWMA volatility, cut off at `clip`.

    .. math:: z_t = \mathrm{clip}(\mu_t / \sigma_{t-1}, \pm c)

    Parameters
    ----------
    growth : DataFrame of shape (n_days, n_firms)
        Growth rates in 1/year; missing values allowed.
    halflife : float
        Half-life of the exponentially weighted volatility, in trading days.
    clip : float
        Cut-off in standard deviations.

    Returns
    -------
    DataFrame of shape (n_days, n_firms)
        Dimensionless. Missing where the growth rate is, and until a firm has two earlier ones.
        Uses no later day: the first days are missing, not scaled by a volatility still to come.
    """
    volatility = growth.ewm(halflife=halflife, min_periods=2).std().shift(1)
    return (growth / volatility.where(volatility > 0)).clip(-clip, clip)


def normal_scores(scaled: pd.DataFrame, reference: pd.DataFrame | None = None) -> pd.DataFrame:
    r"""Normal scores of each day's cross-section, ranked among the reference firms.

    .. math:: q_{it} = \Phi^{-1}\left(\frac{r_{it} - 1/2}{n_t}\right)

    r is the mid-rank of firm i among the n reference firms that have a value on day t (a firm
    outside the reference is ranked as if it had joined it). This removes the market, the firm's
    scale and outliers in one causal step. Van der Waerden scores; see Conover (1999), section 5.10.

    Parameters
    ----------
    scaled : DataFrame of shape (n_days, n_firms)
        Values to rank across firms, day by day.
    reference : DataFrame of shape (n_days, n_reference), optional
        Firms to rank among, same days. Default: `scaled` itself. Firms of `scaled` that are in the
        reference keep their rank there, so their scores do not depend on who else is scored.

    Returns
    -------
    DataFrame of shape (n_days, n_firms)
        Missing where the value is missing.

    Raises
    ------
    ValueError
        The reference has other days.
    """
    if reference is None:
        reference = scaled
    if not scaled.index.equals(reference.index):
        message = "the reference firms must have the same days as the firms that are ranked"
        raise ValueError(message)
    own = reference.rank(axis=1, method="average")
    count = reference.notna().sum(axis=1)
    uniform = (own - 0.5).div(count.where(count > 0), axis=0)
    outside = scaled.columns.difference(reference.columns, sort=False)
    inside = scaled.columns.intersection(reference.columns, sort=False)
    scores = pd.DataFrame(np.nan, index=scaled.index, columns=scaled.columns)
    scores[inside] = ndtri(uniform[inside].to_numpy())
    if len(outside):
        others = np.sort(reference.to_numpy(dtype=np.float64), axis=1)  # missing values go last
        new = scaled[outside].to_numpy(dtype=np.float64)
        placed = np.full_like(new, np.nan)
        for day, (row, size) in enumerate(zip(others, count.to_numpy(), strict=True)):
            below = np.searchsorted(row[:size], new[day], side="left")
            up_to = np.searchsorted(row[:size], new[day], side="right")
            placed[day] = (0.5 * (below + up_to) + 0.5) / (size + 1)
        scores[outside] = ndtri(np.where(np.isnan(new), np.nan, placed))
    return scores


def cross_section(
    growth: pd.DataFrame, halflife: float = 20.0, clip: float = 4.0
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Scaled growth rates and their normal scores, each (n_days, n_firms).

    :func:`scaled_growth`, then :func:`normal_scores` among the same firms.
    """
    scaled = scaled_growth(growth, halflife, clip)
    return scaled, normal_scores(scaled)


def mean_of_others(
    growth: npt.NDArray[np.float64],
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """Mean growth rate of the other firms: a market that no firm is part of itself.

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
    """
    observed = np.isfinite(growth)
    filled = np.where(observed, growth, 0.0)
    others = observed.sum(axis=1, keepdims=True) - observed
    used = observed & (others > 0)
    market = (filled.sum(axis=1, keepdims=True) - filled) / np.maximum(others, 1)
    return np.where(used, market, 0.0), used


def fit_period(growth: pd.DataFrame, share: float | None) -> pd.DataFrame:
    """First part of the days: what may be fitted on. The days after it test.

    Parameters
    ----------
    growth : DataFrame of shape (n_days, n_firms)
        Growth rates.
    share : float or None
        Share of the days, between 0 and 1; None: they end with the fit period.

    Returns
    -------
    DataFrame of shape (round(share * n_days), n_firms)
        At least one day, and never all unless the share is None.
    """
    if share is None:
        return growth
    return growth.iloc[: min(max(round(share * len(growth)), 1), len(growth) - 1)]


def fit_days(growth: pd.DataFrame, training: pd.DataFrame, share: float | None) -> int:
    """Number of days of some firms that lie in the fit period of the training firms.

    Parameters
    ----------
    growth : DataFrame of shape (n_days, n_firms)
        Growth rates of the firms that are scored.
    training : DataFrame of shape (n_training_days, n_training_firms)
        Growth rates of the firms that training sees; its days set the fit period.
    share : float or None
        Share of the training firms' days, as for :func:`fit_period`; None: all of them.

    Returns
    -------
    int
        The days after these test.

    Raises
    ------
    PriceError
        The scored firms have no day in the fit period, or none after one that was pinned.
    """
    fitted = fit_period(training, share).index
    days = int(growth.index.searchsorted(fitted[-1], side="right"))
    if not growth.index[:days].isin(fitted).any():
        message = (
            f"training.train_firms: their fit period, {fitted[0]:%Y-%m-%d} to "
            f"{fitted[-1]:%Y-%m-%d}, has no day in common with the scored firms, "
            f"{growth.index[0]:%Y-%m-%d} to {growth.index[-1]:%Y-%m-%d}; pin firms of the same days"
        )
        raise PriceError(message)
    if share is None and days == len(growth):
        message = (
            f"training.fit_end: the fit period lasts to {fitted[-1]:%Y-%m-%d}, but the prices end "
            f"on {growth.index[-1]:%Y-%m-%d}, which leaves no day to test on; choose an earlier day"
        )
        raise PriceError(message)
    return days
