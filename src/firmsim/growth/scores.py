"""Scaled growth rates and their normal scores: the cross-sectional transform."""

import numpy as np
import pandas as pd
from scipy.special import ndtri


def scaled_growth(growth: pd.DataFrame, halflife: float = 20.0, clip: float = 4.0) -> pd.DataFrame:
    r"""Growth rates in units of each firm's own lagged volatility, clipped.

    .. math:: z_t = \mathrm{clip}(\mu_t / \sigma_{t-1}, \pm c)

    The volatility is an exponentially weighted moving standard deviation (EWMA).

    Parameters
    ----------
    growth : DataFrame of shape (n_days, n_firms)
        Growth rates in 1/year; missing values allowed.
    halflife : float
        Half-life of the volatility, in trading days.
    clip : float
        Bound c, in standard deviations.

    Returns
    -------
    DataFrame of shape (n_days, n_firms)
        Dimensionless. Missing where the growth rate is, and until a firm has two earlier ones: no
        value depends on a later day.

    Examples
    --------
    >>> import pandas as pd
    >>> scaled_growth(pd.DataFrame({"A": [1.0, -1.0, 2.0, 9.0]}), halflife=2.0)["A"].round(3)
    0      NaN
    1      NaN
    2    1.414
    3    4.000
    Name: A, dtype: float64
    """
    volatility = growth.ewm(halflife=halflife, min_periods=2).std().shift(1)
    return (growth / volatility.where(volatility > 0)).clip(-clip, clip)


def normal_scores(scaled: pd.DataFrame, reference: pd.DataFrame | None = None) -> pd.DataFrame:
    r"""Normal scores of each day's cross-section, ranked among the reference firms.

    .. math:: q_{it} = \Phi^{-1}\left(\frac{r_{it} - 1/2}{n_t}\right)

    r is the mid-rank of firm i among the n reference firms that have a value on day t. A firm
    outside the reference is ranked as if it had joined it. The scores are free of the market's
    move, a firm's scale and outliers, and use no other day. They are van der Waerden scores; see
    Conover (1999), *Practical Nonparametric Statistics*, section 5.10.

    Parameters
    ----------
    scaled : DataFrame of shape (n_days, n_firms)
        Values to rank across firms on each day.
    reference : DataFrame of shape (n_days, n_reference), optional
        Firms to rank among, on the same days. Default: `scaled` itself. Firms of `scaled` that are
        in the reference keep their rank there, whichever other firms are scored.

    Returns
    -------
    DataFrame of shape (n_days, n_firms)
        Dimensionless; missing where the value is.

    Raises
    ------
    ValueError
        The reference has other days.

    Examples
    --------
    >>> import pandas as pd
    >>> normal_scores(pd.DataFrame([[0.3, -2.0, None, 9.0]], columns=list("ABCD"))).round(3)
         A      B   C      D
    0  0.0 -0.967 NaN  0.967
    """
    if reference is None:
        reference = scaled
    if not scaled.index.equals(reference.index):
        message = "reference: must have the same days as the firms to rank"
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
    """Scaled growth rates and their normal scores among the same firms.

    Parameters
    ----------
    growth : DataFrame of shape (n_days, n_firms)
        Growth rates in 1/year; missing values allowed.
    halflife, clip : float
        As for :func:`scaled_growth`.

    Returns
    -------
    scaled, q : DataFrame of shape (n_days, n_firms)
        As :func:`scaled_growth` and :func:`normal_scores` return.

    Examples
    --------
    >>> import pandas as pd
    >>> growth = pd.DataFrame({"A": [1.0, -1.0, 2.0], "B": [2.0, 1.0, -3.0]})
    >>> scaled, q = cross_section(growth)
    >>> q.iloc[-1].round(3).tolist()
    [0.674, -0.674]
    """
    scaled = scaled_growth(growth, halflife, clip)
    return scaled, normal_scores(scaled)
