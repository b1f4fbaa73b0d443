"""What encoders compute, step by step in plain loops: inputs, losses, embeddings."""

import numpy as np
import pandas as pd
import pytest
import torch

import naive
from firmsim.encoders import ComovementEncoder, ForecastEncoder
from firmsim.encoders.inputs import read
from firmsim.growth import normal_scores, scaled_growth

WINDOW, START, BATCH = 40, 70, [8, 1, 5, 0, 11, 3]
"""The draws that `Draws` makes: length of the window, its first day, its firms."""


class Draws:
    """Stands for a random generator whose draws are known."""

    def choice(self, windows):
        assert WINDOW in windows
        return WINDOW

    def integers(self, low, high):
        assert low <= START < high
        return START

    def permutation(self, number):
        return np.array([*BATCH, *(k for k in range(number) if k not in BATCH)])

    def random(self, number):
        return np.arange(number) % 10 / 10  # 0, 0.1, ... 0.9, 0, ...


@pytest.fixture
def holes(growth, rng):
    growth = growth.mask(rng.random(growth.shape) < 0.1)
    growth.iloc[:240, 3] = np.nan  # too few training days to observe its long-run co-movement
    return growth


def cell_run(encoder, x):
    """Outputs and hidden states of the encoder's cell by the plain loop."""
    weights = {
        name: value.double().numpy() for name, value in encoder.module_.cell.weights().items()
    }
    return (naive.elman if encoder.cell == "elman" else naive.jordan)(x, **weights)[:2]


def ref_inputs(encoder, scaled, q, days):
    """[q, q f~_t, c_t] of a window, day by day and firm by firm; a missing q is read as 0."""
    market = encoder.market_
    f, context = market.portfolios(q)[days], market.context(scaled, q)[days]
    penalty = np.diag(encoder.shrinkage * market.noise)
    regressors = len(f) * f @ np.linalg.inv(f.T @ f + penalty)
    x = [
        [[own, *(own * regressors[t]), *context[t]] for own in np.nan_to_num(q[days][t])]
        for t in range(len(f))
    ]
    return np.array(x)


def ref_scores(encoder, x, observed, f, softer=1.0, rarer=0.0):
    """Learned scores of a window in which the portfolios grew by f.

    Outside training kappa is `softer` times as large, the log odds of the close part `rarer` less.
    """
    module, k = encoder.module_, f.shape[1]
    y = cell_run(encoder, x)[0]
    own, broad, close, balance, share = (
        weight.detach().double().numpy()
        for weight in (module.own, module.broad, module.close, module.balance, module.share)
    )
    last = y.shape[2] - 2 * k
    parts = [
        broad * x[:, :, 1 : 1 + k] + y[:, :, last : last + k],
        close * x[:, :, 1 : 1 + k] + y[:, :, last + k :],
    ]
    n_firms = observed.shape[1]
    exposures = [np.full((n_firms, k), np.nan) for _ in parts]
    for i in np.flatnonzero(observed.any(axis=0)):
        for part, values in zip(parts, exposures, strict=True):
            values[i] = part[observed[:, i], i].mean(axis=0)
    covariance = (f.T @ f + 10 * np.eye(k)) / (len(f) + 10)
    variance, axes = np.linalg.eigh(covariance)
    exposures[0] = exposures[0] @ axes @ np.diag(variance ** (encoder.variance_power / 2))
    return naive.blend(
        naive.trajectories(np.concatenate([y[:, :, :last], own * x[:, :, :1]], axis=2), observed),
        *(values - np.nanmean(values, axis=0) for values in exposures),
        observed,
        np.exp(balance @ [1, np.log(len(f) / 60)]),
        softer * np.exp(module.log_sharpness.item()),
        1 / (1 + np.exp(rarer - share @ [1, np.log(len(f) / 60)])),
    )


def ref_embedded_scores(encoder, x, observed, f):
    """Scores of a window at inference: softer, and averaged with plain cosines."""
    ranks = naive.trajectories(x[:, :, :1], observed)
    plain = naive.cosine(ranks, ranks, observed, observed)
    weight = 0.3 * np.sqrt(len(f) / 60)
    return (ref_scores(encoder, x, observed, f, 0.5, 0.25) + weight * plain) / (1 + weight)


def ref_loss(encoder, x, observed, f, q, horizon):
    """Loss of a window: neighbours over the days in q, all pairs over the days of the horizon."""
    target, pairs = ref_comovement(q)
    score = ref_scores(encoder, x, observed, f)
    beta = np.exp(encoder.module_.log_temperature.item())
    softmax = naive.softmax_loss(score, target, pairs, beta, encoder.temperature)
    weight = encoder.correlation_weight
    correlation = naive.correlation_loss(score, *ref_comovement(horizon))
    return (1 - weight) * softmax + weight * correlation


def ref_comovement(q):
    """Cosine of the normal scores over common days, and the pairs with 60 of them."""
    observed = ~np.isnan(q)
    paths = np.nan_to_num(q).T[:, :, None]
    n_firms = q.shape[1]
    pairs = [
        [i != j and (observed[:, i] & observed[:, j]).sum() >= 60 for j in range(n_firms)]
        for i in range(n_firms)
    ]
    return naive.cosine(paths, paths, observed, observed), np.array(pairs)


def section_of(encoder, growth):
    """Cross-section of the training firms."""
    given = read("label", growth)
    return encoder.cross_section(given, given)


class TestComovement:
    @pytest.fixture
    def prepared(self, holes, cell):
        """Encoder with its first weights, its task, and the cross-section that it reads."""
        encoder = ComovementEncoder(
            cell, 5, state=3, windows=[20, WINDOW], batch_size=6, outputs=3, portfolios=2,
            temperature=0.3, day_dropout=0.25, correlation_weight=0.3, shrinkage=0.7,
            variance_power=0.6,
        )  # fmt: skip
        encoder.train_days_, encoder.channels_ = 270, 1
        scaled = scaled_growth(holes)
        task = encoder.task(section_of(encoder, holes), Draws())
        return encoder, task, scaled.to_numpy(), normal_scores(scaled).to_numpy()

    @pytest.mark.parametrize(("horizon", "end"), [(90, 200), (250, 270), (59, None)])
    def test_training_loss(self, prepared, horizon, end):
        encoder, task, scaled, q = prepared
        task.horizon = horizon
        days = slice(START, START + WINDOW)
        x = ref_inputs(encoder, scaled, q, days)
        keep = (Draws().random(WINDOW) >= 0.25) / 0.75
        outside = np.r_[0:START, START + WINDOW : 270]  # neither the window nor validation
        ahead = outside if end is None else slice(START + WINDOW, end)
        ref = ref_loss(
            encoder,
            x[:, BATCH] * keep[:, None, None],
            ~np.isnan(q[days][:, BATCH]),
            encoder.market_.portfolios(q)[days],
            q[outside][:, BATCH],
            q[ahead][:, BATCH],
        )
        assert task(task.draw()).item() == pytest.approx(ref, rel=1e-3)

    def test_validation_loss(self, prepared):
        encoder, task, scaled, q = prepared
        losses = [
            ref_loss(
                encoder,
                ref_inputs(encoder, scaled, q, slice(start, end)),
                ~np.isnan(q[start:end]),
                encoder.market_.portfolios(q)[start:end],
                q[:270],
                q[:270],
            )
            for start, end in ((270, 290), (290, 310), (270, 310))
        ]
        with torch.no_grad():
            assert task.validation_loss() == pytest.approx(np.mean(losses), rel=1e-3)

    def test_every_weight_learns(self, prepared):
        encoder, task, _, _ = prepared
        task(task.draw()).backward()
        for name, weight in encoder.module_.named_parameters():
            # the mean over firms takes a bias of the output away again
            if name != "cell.b_y" or encoder.cell == "jordan":
                assert weight.grad.abs().max() > 1e-6, name

    @pytest.mark.parametrize("span", [(0, 320), (100, 160)])
    def test_embedding_keeps_the_leading_part_of_the_scores(
        self, fitted_encoders, growth, cell, span
    ):
        encoder = fitted_encoders[ComovementEncoder, cell]
        scaled = scaled_growth(growth)
        q = normal_scores(scaled).to_numpy()
        f = encoder.market_.portfolios(q)
        middle = [(span[0] + span[1]) // 2] * (span[1] - span[0] > 250)  # read in two parts
        edges = [span[0], *middle, span[1]]
        total = common = 0
        for days in map(slice, edges[:-1], edges[1:]):
            observed = ~np.isnan(q[days])
            x = ref_inputs(encoder, scaled.to_numpy(), q, days)
            both = observed.T.astype(int) @ observed
            total = total + both * ref_embedded_scores(encoder, x, observed, f[days])
            common = common + both
        values, vectors = np.linalg.eigh(total / common)
        kept = slice(12 - 7, None)
        ref = (vectors[:, kept] * values[kept]) @ vectors[:, kept].T
        embedded = encoder.embed(growth, None, [span])[0].to_numpy()[:, :7]
        np.testing.assert_allclose(embedded @ embedded.T, ref, atol=1e-4)


class TestForecast:
    @pytest.fixture
    def prepared(self, holes, cell):
        encoder = ForecastEncoder(cell, 5, state=3, windows=[WINDOW], batch_size=6)
        encoder.train_days_ = 270
        task = encoder.task(section_of(encoder, holes), Draws())
        return encoder, task, scaled_growth(holes).to_numpy()

    def test_losses(self, prepared):
        encoder, task, scaled = prepared
        batch = scaled[START : START + WINDOW][:, BATCH]
        with torch.no_grad():
            comps = task(task.draw()).item(), task.validation_loss()
        for comp, z in zip(comps, (batch, scaled[270:]), strict=True):
            y, _ = cell_run(encoder, np.nan_to_num(z)[:, :, None])
            assert comp == pytest.approx(naive.next_day_loss(y, z, ~np.isnan(z)), rel=1e-4)

    def test_embedding_is_the_mean_hidden_state_of_known_days(self, fitted_encoders, holes, cell):
        encoder = fitted_encoders[ForecastEncoder, cell]
        scaled = scaled_growth(holes).to_numpy()
        _, h = cell_run(encoder, np.nan_to_num(scaled)[:, :, None])
        pooled = np.array([h[~np.isnan(scaled[:, i]), i].mean(axis=0) for i in range(12)])
        ref = pd.DataFrame(pooled - pooled.mean(axis=0), index=holes.columns)
        np.testing.assert_allclose(encoder.transform(holes), ref, atol=1e-6)
