"""Volatility and beta of each firm: what size could be mistaken for."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from firmsim.growth import mean_of_others

MIN_DAYS = 20
"""Fewest days that a volatility and a beta are taken from."""


def volatility_and_beta(growth: pd.DataFrame) -> pd.DataFrame:
    r"""Standard deviation of each firm's growth rates, and their slope on those of the others.

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
    """
    rates = growth.to_numpy(dtype=np.float64)
    market, used = mean_of_others(rates)
    days = used.sum(axis=0)

    def centred(values: NDArray[np.float64]) -> NDArray[np.float64]:
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
