"""Exposures of firms to portfolios over a window, and how far the portfolios moved in it."""

from __future__ import annotations

import torch

PRIOR_DAYS = 10
"""Days of the training period's variance that a window's is shrunk with."""


def regressors(portfolios: torch.Tensor, ridge: torch.Tensor) -> torch.Tensor:
    r"""Day by day what a firm's normal score adds to its exposures.

    .. math:: \tilde F = L\,F\,(F'F + \operatorname{diag}(r))^{-1}

    so that the mean over the L days of :math:`q_{it} \tilde f_t` is the ridge regression (Hoerl and
    Kennard 1970) of firm i on all portfolios at once. A product :math:`q_{it} f_t` would count a
    portfolio twice where two of them move together in the window, and a lively one more than a
    quiet one.

    Parameters
    ----------
    portfolios : Tensor of shape (n_days, K)
        Portfolio growth f_t, in standard deviations of the training period.
    ridge : Tensor of shape (K,)
        r; with the ratio of residual variance to the variance of the exposure, the regression is
        the posterior mean of Bayesian linear regression.

    Returns
    -------
    Tensor of shape (n_days, K)
        Worked out in double precision.
    """
    f = portfolios.double()
    gram = (f.T @ f + torch.diag(ridge.double())) / max(len(f), 1)
    coefficients: torch.Tensor = torch.linalg.solve(gram, f.T)
    return coefficients.T.to(portfolios)


def realised_variance(portfolios: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Principal axes of the portfolios in a window, and the variance along each.

    Parameters
    ----------
    portfolios : Tensor of shape (n_days, K)
        Portfolio growth f_t, in standard deviations of the training period: there, the portfolios
        are uncorrelated and of variance 1, to which the window is shrunk.

    Returns
    -------
    axes : Tensor of shape (K, K)
        Orthonormal columns.
    variance : Tensor of shape (K,)
        Above 0.
    """
    f = portfolios.double()
    identity = torch.eye(f.shape[1], dtype=f.dtype, device=f.device)
    covariance = (f.T @ f + PRIOR_DAYS * identity) / (len(f) + PRIOR_DAYS)
    variance, axes = torch.linalg.eigh(covariance)
    return axes.to(portfolios), variance.to(portfolios)
