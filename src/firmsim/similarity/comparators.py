"""Comparators: the classical scores that an encoder has to beat, in one table.

All treat missing values alike: a pair is compared over the days that both firms have
(`firmsim.similarity.correlation`), and scores 0 where nothing can be said: too few common days, or
a firm whose growth rate is constant. No score is ever missing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from firmsim.errors import ConfigError
from firmsim.growth import mean_of_others
from firmsim.similarity.cooccurrence import cooccurrence
from firmsim.similarity.correlation import masked_correlation, masked_square_distance
from firmsim.similarity.kernels import gaussian, polynomial
from firmsim.similarity.spectrum import group_modes, principal, shaped

Matrix = NDArray[np.float64]

_ROUNDING = 1e-20
"""A residual below this share of the sum of squares is rounding: the market explains it all."""

HALF_LIFE = 60.0
"""Of the weights of the exponentially weighted correlation (trading days)."""


@dataclass(frozen=True)
class Panel:
    """What a comparator may look at; arrays of shape (n_days, n_firms), NaN where missing."""

    growth: Matrix
    """Growth rates (1/year)."""
    scaled: Matrix
    """Growth rates in units of the firm's own lagged volatility."""
    q: Matrix
    """Normal scores across firms, day by day."""
    seed: int
    """Seed of the random score."""


@dataclass(frozen=True)
class Comparator:
    """A classical score: its name in the configuration, what it is called, and how it is made."""

    name: str
    title: str
    formula: str
    function: Callable[[Panel], Matrix]
    """Maps a panel to a symmetric (n_firms, n_firms) matrix; NaN where a pair is undefined."""
    most_firms: Callable[[int], int] | None = None
    """Most firms it takes on so many days; None: as many as there are."""


def _ranks(values: Matrix) -> Matrix:
    """Mid-ranks of each firm's growth rates over its own days (not over each pair's common days).

    Ranking once instead of once a pair is what makes thousands of firms feasible; where no day is
    missing it is the exact Spearman correlation.
    """
    return pd.DataFrame(values).rank().to_numpy(dtype=np.float64)


def _market_residuals(growth: Matrix) -> Matrix:
    """Remainder of each firm's growth rate after regression on the mean of the other firms.

    The single-index model of Sharpe (1963), Management Science 9(2). Leaving the firm itself out
    of its market matters when firms are few.
    """
    market, usable = mean_of_others(growth)
    days = np.maximum(usable.sum(axis=0), 1)
    market = np.where(usable, market - market.sum(axis=0) / days, 0.0)
    own = np.where(usable, growth, 0.0)
    variance = (market**2).sum(axis=0)
    slope = (market * own).sum(axis=0) / np.where(variance > 0, variance, 1.0)
    mean = own.sum(axis=0) / days
    residual = np.where(usable, own - mean - slope * market, 0.0)
    rounding = (residual**2).sum(axis=0) <= _ROUNDING * (own**2).sum(axis=0)
    return np.where(usable & ~rounding, residual, np.nan)


def _random(n: int, seed: int) -> Matrix:
    """Independent uniform scores in [-1, 1]: what no information looks like."""
    upper = np.triu(np.random.default_rng(seed).uniform(-1.0, 1.0, size=(n, n)), 1)
    return np.asarray(upper + upper.T)


def _complete(scores: Matrix) -> Matrix:
    """Score 0 for what is undefined, 1 for a firm with itself."""
    scores = np.clip(np.nan_to_num(scores, nan=0.0), -1.0, 1.0)
    np.fill_diagonal(scores, 1.0)
    return scores


def _principal_scores(panel: Panel, components: int) -> Matrix:
    # q is centred across firms, so there is one component fewer than there are firms
    return principal(masked_correlation(panel.q), min(components, panel.q.shape[1] - 1))


def _without_market(panel: Panel, components: int) -> Matrix:
    return principal(masked_correlation(panel.growth), components, first=2)


def _shaped_rank_correlation(panel: Panel, power: float) -> Matrix:
    return shaped(masked_correlation(panel.q), power)


def _recent_correlation(growth: Matrix) -> Matrix:
    """Correlation with weights that halve every 60 trading days into the past.

    Exponential weights are those of RiskMetrics (1996), Technical Document, 4th edition; means
    are weighted alike, and taken off.
    """
    age = np.arange(len(growth))[::-1]
    return masked_correlation(growth, 0.5 ** (age / HALF_LIFE))


# Libraries that take a second to import are loaded by those who ask for such a score.


def _hidden_markov(panel: Panel) -> Matrix:
    from firmsim.similarity.hidden_markov import hidden_markov

    return hidden_markov(panel.growth)


def _warping(panel: Panel) -> Matrix:
    from firmsim.similarity.dtw import warping

    return warping(panel.scaled)


def _most_warped(n_days: int) -> int:
    from firmsim.similarity.dtw import most_firms

    return most_firms(n_days)


def _catch22(panel: Panel) -> Matrix:
    from firmsim.similarity.catch22 import catch22

    return catch22(panel.growth)


_ALL = (
    Comparator(
        "pearson",
        "Pearson correlation",
        "corr(mu_i, mu_j)",
        lambda panel: masked_correlation(panel.growth),
    ),
    Comparator(
        "spearman",
        "Spearman correlation",
        "corr(rank_t mu_i, rank_t mu_j), ranks over days",
        lambda panel: masked_correlation(_ranks(panel.growth)),
    ),
    Comparator(
        "ewma",
        "Exponentially weighted correlation",
        "corr(mu_i, mu_j), weight of a day halved every 60 trading days into the past",
        lambda panel: _recent_correlation(panel.growth),
    ),
    Comparator(
        "rank-correlation",
        "Cross-sectional rank correlation",
        "corr(q_i, q_j), q = normal scores of scaled growth rates across firms",
        lambda panel: masked_correlation(panel.q),
    ),
    *(
        Comparator(
            f"rank-correlation-{power}",
            f"Cross-sectional rank correlation, shaped by {power}",
            f"S_ij / sqrt(S_ii S_jj), S = V diag(l^{power}) V', corr(q) = V diag(l) V'",
            partial(_shaped_rank_correlation, power=power),
        )
        for power in (1.25, 1.5)
    ),
    Comparator(
        "market-residual",
        "Market-residual correlation",
        "corr(e_i, e_j), mu_i = a_i + b_i m_i + e_i, m_i = mean growth rate of the other firms",
        lambda panel: masked_correlation(_market_residuals(panel.growth)),
    ),
    Comparator(
        "random-matrix",
        "Random-matrix filtered correlation",
        "S_ij / sqrt(S_ii S_jj), S = corr(mu) of its eigenvalues above noise, market left out",
        lambda panel: group_modes(panel.growth),
    ),
    *(
        Comparator(
            f"pca-{k}",
            f"Principal components, {k}",
            f"cos(v_i, v_j), v = loadings on the {k} leading components of corr(q)",
            partial(_principal_scores, components=k),
        )
        for k in (10, 20, 50, 64)
    ),
    *(
        Comparator(
            f"pca-{k}-without-first",
            f"Principal components, 2 to {k}",
            f"cos(v_i, v_j), v = loadings on components 2 to {k} of corr(mu); the first is market",
            partial(_without_market, components=k),
        )
        for k in (20, 50)
    ),
    Comparator(
        "rbf",
        "RBF kernel",
        "exp(-d_ij^2 / (2 median d^2)), d_ij^2 = mean_t (z_i - z_j)^2, z = scaled growth rate",
        lambda panel: gaussian(masked_square_distance(panel.scaled)),
    ),
    Comparator(
        "linear",
        "Linear kernel",
        "k_ij / sqrt(k_ii k_jj), k_ij = mean_t z_i z_j, z = scaled growth rate",
        lambda panel: polynomial(panel.scaled, degree=1, offset=0.0),
    ),
    Comparator(
        "polynomial",
        "Polynomial kernel, degree 3",
        "k_ij / sqrt(k_ii k_jj), k_ij = (mean_t z_i z_j + 1)^3, z = scaled growth rate",
        lambda panel: polynomial(panel.scaled, degree=3, offset=1.0),
    ),
    Comparator(
        "co-occurrence",
        "Co-occurrence embedding, factorised",
        "cos(e_i, e_j), e = 20 factors of the PMI of being among the 3 nearest on a day",
        lambda panel: cooccurrence(panel.growth),
    ),
    Comparator(
        "dtw",
        "Dynamic time warping",
        "exp(-d_ij^2 / (2 median d^2)), d_ij^2 = mean_t (z_i - z_j)^2, days shifted by at most 5",
        _warping,
        _most_warped,
    ),
    Comparator(
        "hmm",
        "Hidden Markov models",
        "exp(-d_ij), d_ij = log-likelihood a day lost by exchanging two-state models, mean of both",
        _hidden_markov,
    ),
    Comparator(
        "catch22",
        "Catch22 features",
        "cos(c_i, c_j), c = 22 features of the growth rates, standardised across firms",
        _catch22,
    ),
    Comparator(
        "random",
        "Random scores",
        "uniform in [-1, 1]",
        lambda panel: _random(panel.growth.shape[1], panel.seed),
    ),
)

COMPARATORS: dict[str, Comparator] = {comparator.name: comparator for comparator in _ALL}
"""Every comparator by its name in the configuration, in the order in which tables show them."""


def comparator_scores(
    name: str, growth: pd.DataFrame, scaled: pd.DataFrame, q: pd.DataFrame, seed: int
) -> pd.DataFrame:
    """Score every pair of firms with a comparator.

    Parameters
    ----------
    name : str
        A key of `COMPARATORS`.
    growth, scaled, q : DataFrame of shape (n_days, n_firms)
        Growth rates (1/year), volatility-scaled growth rates and normal scores, as made by
        `firmsim.growth`; the same days and firms; missing values allowed.
    seed : int
        Seed of the random score; the others do not use it.

    Returns
    -------
    DataFrame of shape (n_firms, n_firms)
        Symmetric, unit diagonal, in [-1, 1], float64, nothing missing. 0 for a pair with too few
        common days or a firm whose growth rate is constant.

    Raises
    ------
    ConfigError
        There is no comparator of that name (lists those there are), the panel is too large for it
        (`dtw`; says the limit), or a package that it needs is not installed (`catch22`).
    ValueError
        The three tables have different days or firms.
    """
    if name not in COMPARATORS:
        message = f"similarity.comparators: {name!r} is unknown; choose from {list(COMPARATORS)}"
        raise ConfigError(message)
    for other in (scaled, q):
        if not (other.columns.equals(growth.columns) and other.index.equals(growth.index)):
            message = "growth, scaled and q must have the same days and firms"
            raise ValueError(message)
    panel = Panel(
        growth.to_numpy(dtype=np.float64),
        scaled.to_numpy(dtype=np.float64),
        q.to_numpy(dtype=np.float64),
        seed,
    )
    scores = _complete(COMPARATORS[name].function(panel))
    return pd.DataFrame(scores, index=growth.columns, columns=growth.columns)
