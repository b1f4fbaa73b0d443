"""Volatility and beta of each firm, with which size could be confused."""

import numpy as np
import pandas as pd

from firmsim.growth import mean_of_others
from firmsim.typing import Floats

MIN_DAYS = 20
"""Fewest days that a volatility and a beta are taken from."""


def volatility_and_beta(growth: pd.DataFrame) -> pd.DataFrame:
    r"""Standard deviation of each firm's growth rates, and their slope on those of other firms.

    .. math:: \beta_i = \frac{\mathrm{cov}(\mu_i, m_i)}{\mathrm{var}(m_i)}, \qquad
              m_{it} = \frac{1}{n_t - 1} \sum_{j \ne i} \mu_{jt}

    The market is the mean of the other firms, equally weighted, so that no firm is part of its own
    market. Sharpe (1963), Management Science 9.

    Parameters
    ----------
    growth : DataFrame of shape (n_days, n_firms)
        Growth rates in 1/year; missing values allowed.

    Returns
    -------
    DataFrame of shape (n_firms, 2)
        Index ticker; columns volatility (1/year) and beta (no unit). Missing for a firm with fewer
        than `MIN_DAYS` days in common with others, or whose growth rates never vary.

    Examples
    --------
    >>> days = np.arange(40)
    >>> growth = pd.DataFrame({"A": np.sin(days), "B": 2 * np.sin(days), "C": np.sin(days)})
    >>> volatility_and_beta(growth).round(2)
       volatility  beta
    A        0.71  0.67
    B        1.43  2.00
    C        0.71  0.67
    """
    rates = growth.to_numpy(dtype=np.float64)
    market, used = mean_of_others(rates)
    days = used.sum(axis=0)

    def centred(values: Floats) -> Floats:
        mean = np.where(used, values, 0.0).sum(axis=0) / np.maximum(days, 1)
        return np.where(used, values - mean, 0.0)

    own, market = centred(rates), centred(market)
    own_square, market_square = (own**2).sum(axis=0), (market**2).sum(axis=0)
    enough = (days >= MIN_DAYS) & (own_square > 0) & (market_square > 0)
    volatility = np.sqrt(own_square / np.maximum(days - 1, 1))
    beta = (own * market).sum(axis=0) / np.where(enough, market_square, 1.0)
    return pd.DataFrame(
        {
            "volatility": np.where(enough, volatility, np.nan),
            "beta": np.where(enough, beta, np.nan),
        },
        index=growth.columns,
    )
