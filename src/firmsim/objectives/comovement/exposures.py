"""Exposures of firms to portfolios over a window, and how far the portfolios moved in it."""

from __future__ import annotations

import torch

from firmsim.errors import EncoderError

PRIOR_DAYS = 10
"""Weight of the training period's variance in that of a window (trading days)."""


def regressors(portfolios: torch.Tensor, ridge: torch.Tensor) -> torch.Tensor:
    r"""Daily weights that turn a firm's normal scores into its exposures to portfolios.

    .. math:: \tilde F = L\,F\,(F'F + \operatorname{diag}(r))^{-1}

    The mean of :math:`q_{it} \tilde f_t` over the L days is the ridge regression of firm i on all
    portfolios (Hoerl and Kennard 1970, *Technometrics* 12). The mean of
    :math:`q_{it} f_t` is not: it counts a move twice where two portfolios move together, and gives
    a volatile portfolio more weight.

    Parameters
    ----------
    portfolios : Tensor of shape (n_days, K)
        Portfolio growth f_t, in standard deviations of the training period.
    ridge : Tensor of shape (K,)
        Penalty r. Set to residual variance over variance of the exposures, it makes the regression
        the posterior mean of Bayesian linear regression.

    Returns
    -------
    Tensor of shape (n_days, K)
        Computed in double precision.

    Raises
    ------
    EncoderError
        The penalty is so small that a window with fewer days than portfolios has no solution.

    Examples
    --------
    >>> import torch
    >>> f = torch.tensor([[1.0], [-1.0], [2.0]])
    >>> q = 0.5 * f[:, 0]  # a firm with an exposure of 0.5
    >>> (q[:, None] * regressors(f, ridge=torch.zeros(1))).mean(dim=0)
    tensor([0.5000])
    """
    f = portfolios.double()
    gram = (f.T @ f + torch.diag(ridge.double())) / max(len(f), 1)
    coefficients, singular = torch.linalg.solve_ex(gram, f.T)
    if singular:
        message = (
            f"shrinkage: too small for exposures to {f.shape[1]} portfolios over {len(f)} days; "
            "raise it (the default is 1), or lower portfolios"
        )
        raise EncoderError(message, parameter="shrinkage")
    weights: torch.Tensor = coefficients.T.to(portfolios)
    return weights


def realised_variance(portfolios: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Principal axes of the portfolios in a window, and the variance along each.

    Parameters
    ----------
    portfolios : Tensor of shape (n_days, K)
        Portfolio growth f_t, in standard deviations of the training period. Over that period
        portfolios are uncorrelated with variance 1; the window is shrunk towards that.

    Returns
    -------
    axes : Tensor of shape (K, K)
        Orthonormal columns.
    variance : Tensor of shape (K,)
        Above 0, dimensionless.
    """
    f = portfolios.double()
    identity = torch.eye(f.shape[1], dtype=f.dtype, device=f.device)
    covariance = (f.T @ f + PRIOR_DAYS * identity) / (len(f) + PRIOR_DAYS)
    variance, axes = torch.linalg.eigh(covariance)
    return axes.to(portfolios), variance.to(portfolios)
