"""Similarity of the hidden Markov models of two firms' growth rates."""

import numpy as np
from hmmlearn.hmm import GaussianHMM

from firmsim.similarity.correlation import scorable
from firmsim.typing import Floats

STEPS = 50
"""Maximum number of steps of expectation-maximisation."""
GAIN = 0.1
"""Smallest gain of log-likelihood (nats) of a step; fitting stops below it."""
_PRIOR = 1e-3
"""Days added to every count of starts and transitions."""
_MODELS = 64
"""Models applied at a time, so that their states stay in the processor's cache."""


def fit_model(series: Floats) -> GaussianHMM:
    """Fit a hidden Markov model with a calm and a restless Gaussian state to one firm.

    The fit starts from the firm's mean in both states, half and double its variance, and a
    probability of 0.95 to stay in a state. Regimes of markets are close to that; no seed is needed.

    Parameters
    ----------
    series : array of shape (n_days,)
        Growth rates in units of a typical standard deviation, because hmmlearn's prior of
        variances is 0.01; none missing, not all equal.

    Returns
    -------
    GaussianHMM
        Fitted by expectation-maximisation (Rabiner 1989, Proceedings of the IEEE 77).
    """
    model = GaussianHMM(
        n_components=2,
        n_iter=STEPS,
        tol=GAIN,
        init_params="",
        # a trace of a prior: without it, a state that is never left or entered has no way out
        startprob_prior=1 + _PRIOR,
        transmat_prior=1 + _PRIOR,
    )
    model.startprob_ = np.array([0.5, 0.5])
    model.transmat_ = np.array([[0.95, 0.05], [0.05, 0.95]])
    model.means_ = np.full((2, 1), series.mean())
    model.covars_ = series.var() * np.array([[0.5], [2.0]])
    return model.fit(series[:, None])


def log_likelihoods(models: list[GaussianHMM], series: Floats) -> Floats:
    """Log-likelihood of every series under every model, by the scaled forward recursion.

    Parameters
    ----------
    models : list of GaussianHMM, n_models
        Of two states and one variable.
    series : array of shape (n_days, n_series)
        Growth rates; each series ends at its first NaN.

    Returns
    -------
    array of shape (n_models, n_series)
        Nats.
    """
    total = np.zeros((len(models), series.shape[1]))
    for begin in range(0, len(models), _MODELS):
        chunk = models[begin : begin + _MODELS]
        mean = np.stack([model.means_[:, 0] for model in chunk], axis=1)[:, :, None]
        variance = np.stack([model.covars_[:, 0, 0] for model in chunk], axis=1)[:, :, None]
        move = np.stack([model.transmat_ for model in chunk], axis=2)[..., None]
        state = np.stack([model.startprob_ for model in chunk], axis=1)[:, :, None]
        for day, values in enumerate(series):
            if day:
                state = state[0] * move[0] + state[1] * move[1]  # (2, n_chunk, n_series)
            density = -0.5 * ((values - mean) ** 2 / variance + np.log(2 * np.pi * variance))
            density[:, :, np.isnan(values)] = 0.0  # past the end nothing is observed
            largest = density.max(axis=0)
            state = state * np.exp(density - largest)
            scale = state.sum(axis=0)
            state /= scale
            total[begin : begin + _MODELS] += np.log(scale) + largest
    return total


def hidden_markov(growth: Floats) -> Floats:
    r"""Similarity of the hidden Markov models of every pair of firms.

    .. math:: s_{ij} = \exp\left(-\max\left(0, \frac{d_{ij} + d_{ji}}{2}\right)\right), \qquad
              d_{ij} = \frac{1}{T_i} \ln \frac{P(x_i \mid \lambda_i)}{P(x_i \mid \lambda_j)}

    d_ij is the log-likelihood per day that firm i's growth rates lose when the other firm's model
    explains them (Juang and Rabiner 1985, AT&T Technical Journal 64(2)). The score compares how
    firms move (how much, in which regimes), not whether they move on the same days.

    Parameters
    ----------
    growth : array of shape (n_days, n_firms)
        Growth rates (1/year); NaN where missing. A firm's missing days are left out of its series.

    Returns
    -------
    array of shape (n_firms, n_firms)
        Symmetric, in [0, 1]; NaN for firms that have too few days or never move.
    """
    moving = scorable(growth)
    scores = np.full((growth.shape[1],) * 2, np.nan)
    if not moving.any():
        return scores
    own = [column[~np.isnan(column)] for column in growth[:, moving].T]
    unit = np.concatenate(own).std()
    own = [series / unit for series in own]
    days = np.array([len(series) for series in own])
    padded = np.full((days.max(), len(own)), np.nan)
    for firm, series in enumerate(own):
        padded[: len(series), firm] = series
    likelihood = log_likelihoods([fit_model(series) for series in own], padded)
    loss = (np.diag(likelihood) - likelihood) / days  # of each series (column) under each model
    scores[np.ix_(moving, moving)] = np.exp(-np.maximum(0.0, (loss + loss.T) / 2))
    return scores
