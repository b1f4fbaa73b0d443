"""The market: principal portfolios and a daily context, fitted on training firms and days."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from firmsim.typing import Flags, Floats

FIXED_CONTEXT = 3
"""Columns of the context beside the portfolios: market move, its absolute value, dispersion."""
MIN_RESIDUAL = 0.01
"""Least share of the variance that counts as noise; as many portfolios as firms leave none."""
TINY = 1e-6
"""Least residual variance, for firms that do not move."""


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
        Variance of the normal scores that the portfolios do not explain, summed over the training
        firms; at least 1% of their variance.
    move_scale : float
        Standard deviation of the market move over the training days.
    dispersion_mean, dispersion_scale : float
        Mean and standard deviation of the daily dispersion over the training days.
    """

    loadings: Floats
    portfolio_scale: Floats
    residual: float
    move_scale: float
    dispersion_mean: float
    dispersion_scale: float

    @classmethod
    def fit(cls, scaled: Floats, q: Floats, portfolios: int) -> Market:
        """Fit on the training firms and days.

        Parameters
        ----------
        scaled, q : ndarray of shape (n_days, n_reference)
            Scaled growth rates and their normal scores; missing values allowed.
        portfolios : int
            K; limited to one less than the number of firms.

        Returns
        -------
        Market

        Examples
        --------
        >>> import numpy as np
        >>> scaled = np.random.default_rng(0).normal(size=(50, 4))
        >>> market = Market.fit(scaled, scaled, portfolios=2)
        >>> market.portfolios(scaled).std(axis=0).round(6)
        array([1., 1.])
        >>> market.context(scaled, scaled).shape
        (50, 7)
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
    def noise(self) -> Floats:
        """Residual variance over variance of the exposures of each portfolio: (K,).

        With this ridge, a regression on the portfolios is the posterior mean, if exposures vary
        across firms as in training (Bishop 2006, *Pattern Recognition and Machine Learning*,
        eq. 3.55).
        """
        ratio: Floats = self.residual / self.portfolio_scale**2
        return ratio

    def portfolios(self, q: Floats) -> Floats:
        """Growth of the principal portfolios f_t, in their own standard deviations.

        Parameters
        ----------
        q : ndarray of shape (n_days, n_reference)
            Normal scores of the training firms; a missing one is read as the median, 0.

        Returns
        -------
        ndarray of shape (n_days, n_portfolios)
            Portfolio growth, dimensionless.
        """
        growth: Floats = np.nan_to_num(q) @ self.loadings / self.portfolio_scale
        return growth

    def context(self, scaled: Floats, q: Floats) -> Floats:
        """Market context c_t of each day.

        Its columns: market move and its absolute value, dispersion, portfolios and their absolute
        values.

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


def _moments(scaled: Floats) -> tuple[Floats, Floats, Flags]:
    """Mean and standard deviation across firms per day, and the days with any firm."""
    observed = ~np.isnan(scaled)
    count = np.maximum(observed.sum(axis=1), 1)
    filled = np.nan_to_num(scaled)
    mean = filled.sum(axis=1) / count
    deviation = np.where(observed, filled - mean[:, None], 0.0)
    days: Flags = np.any(observed, axis=1)
    return mean, np.sqrt((deviation**2).sum(axis=1) / count), days


def _scale(deviation: npt.ArrayLike) -> Floats:
    """Standard deviation as a divisor: 1 where nothing varies."""
    deviation = np.asarray(deviation, dtype=np.float64)
    return np.where(deviation > 1e-12, deviation, 1.0)
