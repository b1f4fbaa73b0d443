"""Distance of firms by hidden Markov models of their growth rates."""

import numpy as np
from hmmlearn.hmm import GaussianHMM
from numpy.typing import NDArray

from firmsim.similarity.correlation import scorable

Array = NDArray[np.float64]

STEPS = 50
"""Most steps of expectation-maximisation."""
GAIN = 0.1
"""Smallest gain of log-likelihood (nats) of a step; fitting stops below it."""
_PRIOR = 1e-3
"""Days that are added to every count of starts and moves."""
_MODELS = 64
"""Models applied at a time, so that their states stay in the processor's cache."""


def fit_model(series: Array) -> GaussianHMM:
    """Fit a hidden Markov model with a calm and a restless Gaussian state to one firm.

    It starts from the firm's mean in both states, half and double its variance, and 95 % to stay
    in a state: close to where regimes of markets are found, and without a seed.

    Parameters
    ----------
    series : array of shape (n_days,)
        Growth rates in units of a typical standard deviation (hmmlearn's prior of variances is
        .01), none missing, not all equal.

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
        # A trace of a prior: without it a state that is never left or entered has no way out.
        startprob_prior=1 + _PRIOR,
        transmat_prior=1 + _PRIOR,
    )
    model.startprob_ = np.array([0.5, 0.5])
    model.transmat_ = np.array([[0.95, 0.05], [0.05, 0.95]])
    model.means_ = np.full((2, 1), series.mean())
    model.covars_ = series.var() * np.array([[0.5], [2.0]])
    return model.fit(series[:, None])


def log_likelihoods(models: list[GaussianHMM], series: Array) -> Array:
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


def hidden_markov(growth: Array) -> Array:
    r"""Likeness of the hidden Markov models of two firms.

    .. math:: s_{ij} = \exp\left(-\max\left(0, \frac{d_{ij} + d_{ji}}{2}\right)\right), \qquad
              d_{ij} = \frac{1}{T_i} \ln \frac{P(x_i \mid \lambda_i)}{P(x_i \mid \lambda_j)}

    d_ij is what firm i's growth rates lose a day, in log-likelihood, when the other firm's model
    explains them (Juang and Rabiner 1985, AT&T Technical Journal 64(2)). It compares how firms
    move (how much, in which regimes), not whether they move on the same days.

    Parameters
    ----------
    growth : array of shape (n_days, n_firms)
        Growth rates (1/year); NaN where missing. Days a firm misses are left out of its series.

    Returns
    -------
    array of shape (n_firms, n_firms)
        Symmetric, in [0, 1]; NaN for firms that have too few days or never move.
    """
    known = scorable(growth)
    scores = np.full((growth.shape[1],) * 2, np.nan)
    if not known.any():
        return scores
    own = [column[~np.isnan(column)] for column in growth[:, known].T]
    unit = np.concatenate(own).std()
    own = [series / unit for series in own]
    days = np.array([len(series) for series in own])
    padded = np.full((days.max(), len(own)), np.nan)
    for firm, series in enumerate(own):
        padded[: len(series), firm] = series
    likelihood = log_likelihoods([fit_model(series) for series in own], padded)
    loss = (np.diag(likelihood) - likelihood) / days  # of each series (column) under each model
    scores[np.ix_(known, known)] = np.exp(-np.maximum(0.0, (loss + loss.T) / 2))
    return scores
