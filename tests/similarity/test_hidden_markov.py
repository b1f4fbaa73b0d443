"""Hidden Markov models of firms, against hmmlearn's own likelihood and planted regimes."""

import numpy as np
import pytest

from firmsim.similarity import hidden_markov as module
from firmsim.similarity.hidden_markov import fit_model, hidden_markov, log_likelihoods


def regimes(rng, n_days, calm, restless, stay):
    """Growth rates whose standard deviation switches between two values."""
    state = (np.cumsum(rng.random(n_days) > stay) % 2).astype(bool)
    return np.where(state, restless, calm) * rng.normal(size=n_days)


@pytest.fixture
def series(rng):
    steady = [rng.normal(size=600) for _ in range(4)]
    return np.column_stack(steady + [regimes(rng, 600, 0.4, 1.36, 0.95) for _ in range(4)])


def test_likelihoods_are_those_of_hmmlearn(series):
    models = [fit_model(column) for column in series.T]
    ragged = series.copy()
    ragged[450:, 1] = np.nan
    expected = [
        [model.score(column[~np.isnan(column)][:, None]) for column in ragged.T] for model in models
    ]
    np.testing.assert_allclose(log_likelihoods(models, ragged), expected, rtol=1e-9)


def ref_first_step(x):
    """One step of expectation-maximisation from the start that the docs name, by plain sums."""
    start, stay = np.array([0.5, 0.5]), np.array([[0.95, 0.05], [0.05, 0.95]])
    variance = x.var() * np.array([0.5, 2.0])
    density = np.exp(-((x[:, None] - x.mean()) ** 2) / 2 / variance) / np.sqrt(variance)
    forward, backward = [start * density[0]], [np.ones(2)]
    for day in density[1:]:
        forward.append((forward[-1] @ stay) * day)
    for day in density[:0:-1]:
        backward.insert(0, stay @ (day * backward[0]))
    forward, backward = np.array(forward), np.array(backward)
    likelihood = forward[-1].sum()
    share = forward * backward / likelihood
    moves = [
        np.outer(forward[t], density[t + 1] * backward[t + 1]) * stay / likelihood
        for t in range(len(x) - 1)
    ]
    first, counts = share[0] + 0.001, np.sum(moves, axis=0) + 0.001
    mean = share.T @ x / share.sum(axis=0)
    spread = (share * (x[:, None] - mean) ** 2).sum(axis=0) + 0.01  # hmmlearn's own prior
    return (
        first / first.sum(),
        counts / counts.sum(axis=1, keepdims=True),
        mean,
        spread / share.sum(axis=0),
    )


def test_the_first_step_of_a_fit_is_that_of_its_start_and_priors(rng, monkeypatch):
    monkeypatch.setattr(module, "STEPS", 1)
    x = regimes(rng, 60, 0.4, 1.36, 0.9)
    model = fit_model(x)
    fitted = model.startprob_, model.transmat_, model.means_[:, 0], model.covars_[:, 0, 0]
    for comp, ref in zip(fitted, ref_first_step(x), strict=True):
        np.testing.assert_allclose(comp, ref, rtol=1e-6)


@pytest.mark.parametrize("seed", range(3))
def test_a_fit_goes_on_until_a_step_gains_less_than_a_tenth_of_a_nat(seed):
    heavy = np.random.default_rng(seed).standard_t(3, size=400)
    monitor = fit_model(heavy / heavy.std()).monitor_
    before, last = np.diff(list(monitor.history)[-3:])
    assert last < 0.1 <= before
    assert 10 < monitor.iter < 50


def test_many_models_are_applied_in_turns(series):
    models = [fit_model(column) for column in series.T]
    once = log_likelihoods(models, series)
    np.testing.assert_array_equal(log_likelihoods(models * 9, series), np.tile(once, (9, 1)))


def test_a_value_far_outside_every_state_has_a_likelihood():
    model = fit_model(np.random.default_rng(0).normal(size=300))
    assert np.isfinite(log_likelihoods([model], np.array([[1e3], [0.0], [-1e3]]))).all()


def test_the_states_found_are_those_planted(rng):
    model = fit_model(regimes(rng, 5000, 0.5, 2.0, 0.95))
    spread = np.sqrt(np.sort(model.covars_.ravel()))
    np.testing.assert_allclose(spread, [0.5, 2.0], rtol=0.1)
    np.testing.assert_allclose(np.diag(model.transmat_), 0.95, atol=0.02)


def test_scores_match_the_definition(series):
    found = hidden_markov(series)
    unit = series.std()
    models = [fit_model(column / unit) for column in series.T]
    for i in range(8):
        for j in range(8):
            lost = [
                models[a].score(series[:, [a]] / unit) - models[b].score(series[:, [a]] / unit)
                for a, b in ((i, j), (j, i))
            ]
            assert found[i, j] == pytest.approx(np.exp(-max(0.0, sum(lost) / 2 / 600)), abs=1e-9)


def test_regimes_are_told_apart_though_variances_are_alike(series):
    found = hidden_markov(series)
    of = np.arange(8) // 4
    same = np.equal.outer(of, of)
    within, across = found[same & ~np.eye(8, dtype=bool)], found[~same]
    assert (within[:, None] > across[None, :]).mean() > 0.95


def test_missing_days_are_left_out_and_unknown_firms_stay_missing(series):
    holes = np.full((700, 10), np.nan)
    holes[50:650, 1:9] = series
    holes[:, 0] = 3.0
    found = hidden_markov(holes)
    assert np.isnan(found[[0, 9]]).all()
    np.testing.assert_allclose(found[1:9, 1:9], hidden_markov(series), atol=1e-12)
    assert np.isnan(hidden_markov(np.full((30, 3), np.nan))).all()


def test_short_windows_and_equal_values_give_scores(rng):
    short = rng.normal(size=(20, 30))
    short[:12, 0] = 0.0  # a firm that hardly trades
    found = hidden_markov(short)
    assert np.isfinite(found).all()
    np.testing.assert_array_equal(found, hidden_markov(short))
