"""The market's day, as every firm's encoder sees it: fitted on the training firms and dates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

FIXED_CONTEXT = 3
"""Columns of the context beside the portfolios: market move, its size, dispersion."""
MIN_RESIDUAL = 0.01
"""Least share of the variance that counts as noise: as many portfolios as firms leave none."""
TINY = 1e-6
"""Least residual variance at all, for firms that do not move."""


@dataclass(frozen=True)
class Market:
    """Principal portfolios, market move and dispersion of the training firms.

    Attributes
    ----------
    loadings : ndarray of shape (n_reference, n_portfolios)
        Leading right singular vectors of the training firms' normal scores.
    portfolio_scale : ndarray of shape (n_portfolios,)
        Standard deviation of each portfolio over the training days.
    residual : float
        Variance that the portfolios leave of the normal scores, summed over the training firms;
        at least a hundredth of it all.
    move_scale : float
        Standard deviation of the market move over the training days.
    dispersion_mean, dispersion_scale : float
        Mean and standard deviation of the day's dispersion over the training days.
    """

    loadings: Array
    portfolio_scale: Array
    residual: float
    move_scale: float
    dispersion_mean: float
    dispersion_scale: float

    @classmethod
    def fit(cls, scaled: Array, q: Array, portfolios: int) -> Market:
        """Fit on the training firms and days.

        Parameters
        ----------
        scaled, q : ndarray of shape (n_days, n_reference)
            Scaled growth rates and their normal scores; missing values allowed.
        portfolios : int
            K; at most one less than there are firms is used.

        Returns
        -------
        Market
            The fitted market.
        """
        filled = np.nan_to_num(q)
        count = min(portfolios, filled.shape[1] - 1, filled.shape[0])
        loadings = np.linalg.svd(filled, full_matrices=False)[2][:count].T
        variance = (filled @ loadings).var(axis=0)
        total = float(filled.var(axis=0).sum())
        move, dispersion, observed = _moments(scaled)
        move, dispersion = move[observed], dispersion[observed]
        return cls(
            loadings=loadings,
            portfolio_scale=_scale(np.sqrt(variance)),
            residual=max(total - float(variance.sum()), MIN_RESIDUAL * total, TINY),
            move_scale=float(_scale(move.std())),
            dispersion_mean=float(dispersion.mean()),
            dispersion_scale=float(_scale(dispersion.std())),
        )

    @property
    def context_size(self) -> int:
        """Number of columns of the context."""
        return FIXED_CONTEXT + 2 * len(self.portfolio_scale)

    @property
    def noise(self) -> Array:
        """Residual variance over variance of the exposures, portfolio by portfolio: (K,).

        The ridge with which a regression on the portfolios is the posterior mean, when exposures
        vary across firms as in training (Bishop 2006, eq. 3.55).
        """
        ratio: Array = self.residual / self.portfolio_scale**2
        return ratio

    def portfolios(self, q: Array) -> Array:
        """Growth of the principal portfolios f_t, in their own standard deviations.

        Parameters
        ----------
        q : ndarray of shape (n_days, n_reference)
            Normal scores of the training firms; a missing one counts as the median, 0.

        Returns
        -------
        ndarray of shape (n_days, n_portfolios)
            Portfolio growth, dimensionless.
        """
        growth: Array = np.nan_to_num(q) @ self.loadings / self.portfolio_scale
        return growth

    def context(self, scaled: Array, q: Array) -> Array:
        """Market context c_t: market move and its size, dispersion, portfolios and their size.

        Parameters
        ----------
        scaled, q : ndarray of shape (n_days, n_reference)
            Scaled growth rates and normal scores of the training firms.

        Returns
        -------
        ndarray of shape (n_days, 3 + 2 n_portfolios)
            Dimensionless; 0 on a day without any training firm.
        """
        move, dispersion, observed = _moments(scaled)
        move = move / self.move_scale
        dispersion = (dispersion - self.dispersion_mean) / self.dispersion_scale * observed
        portfolios = self.portfolios(q)
        return np.column_stack([move, abs(move), dispersion, portfolios, abs(portfolios)])


def _moments(scaled: Array) -> tuple[Array, Array, npt.NDArray[np.bool_]]:
    """Mean and standard deviation across firms, day by day, and the days with any firm."""
    observed = ~np.isnan(scaled)
    count = np.maximum(observed.sum(axis=1), 1)
    filled = np.nan_to_num(scaled)
    mean = filled.sum(axis=1) / count
    deviation = np.where(observed, filled - mean[:, None], 0.0)
    known: npt.NDArray[np.bool_] = np.any(observed, axis=1)
    return mean, np.sqrt((deviation**2).sum(axis=1) / count), known


def _scale(deviation: npt.ArrayLike) -> Array:
    """Standard deviation to divide by; 1 where there is no variation."""
    deviation = np.asarray(deviation, dtype=np.float64)
    return np.where(deviation > 1e-12, deviation, 1.0)
