"""Trajectories, their cosine and the two losses, against plain loops."""

import math

import numpy as np
import pytest
import torch

import naive
from firmsim.objectives.comovement import loss as comovement


@pytest.fixture
def outputs(rng):
    """Outputs (9 days, 6 firms, 3) and a mask: firm 4 never observed, 0 and 1 never together."""
    y = rng.normal(size=(9, 6, 3))
    observed = (rng.random((9, 6)) < 0.7).astype(float)
    observed[:, 4] = 0
    observed[:, 0], observed[:, 1] = np.arange(9) < 5, np.arange(9) >= 5
    observed[3] = 0  # a day without any firm
    return torch.from_numpy(y), torch.from_numpy(observed)


@pytest.fixture
def matrices(rng):
    """Scores and target of 7 firms."""
    pair = rng.uniform(-1, 1, size=(2, 7, 7))
    pair = (pair + pair.transpose(0, 2, 1)) / 2
    pair[:, range(7), range(7)] = 1
    return torch.from_numpy(pair)


def paths_of(y, observed):
    return comovement.trajectories(y, observed, comovement.daily_mean(y, observed))


def test_trajectories_match_naive(outputs):
    y, observed = outputs
    ref = naive.trajectories(y.numpy(), observed.numpy())
    torch.testing.assert_close(paths_of(y, observed), torch.from_numpy(ref))


def test_daily_mean_does_not_see_missing_outputs(outputs):
    y, observed = outputs
    wild = torch.where(observed[:, :, None] == 1, y, 1e6)
    mean = comovement.daily_mean(y, observed)
    torch.testing.assert_close(comovement.daily_mean(wild, observed), mean)
    assert mean.shape == (9, 1, 3)
    assert not mean[3].any()


def test_cosine_matches_naive(outputs):
    y, observed = outputs
    paths = paths_of(y, observed)
    left, left_observed = paths[:4], observed[:, :4]
    ref = naive.cosine(left.numpy(), paths.numpy(), left_observed.numpy(), observed.numpy())
    comp = comovement.cosine(left, paths, left_observed, observed)
    torch.testing.assert_close(comp, torch.from_numpy(ref))


def test_cosine_is_zero_without_a_common_day(outputs):
    y, observed = outputs
    paths = paths_of(y, observed)
    score = comovement.cosine(paths, paths, observed, observed)
    assert score[0, 1] == 0
    assert not score[4].any()
    assert torch.isfinite(score).all()


def test_cosine_of_a_firm_with_itself_is_one_and_with_its_mirror_minus_one(outputs):
    y, observed = outputs
    paths = paths_of(y, observed)
    firms = [0, 1, 2, 3, 5]
    for sign in (1, -1):
        score = comovement.cosine(paths, sign * paths, observed, observed)
        expected = torch.full((5,), float(sign), dtype=torch.float64)
        torch.testing.assert_close(score.diagonal()[firms], expected)


def test_gradient_is_finite_with_a_firm_that_is_never_there(outputs):
    y, observed = outputs
    y = y.requires_grad_()
    paths = paths_of(y, observed)
    comovement.cosine(paths, paths, observed, observed).square().sum().backward()
    assert torch.isfinite(y.grad).all()
    assert not y.grad[:, 4].any()


@pytest.fixture
def traces(outputs, rng):
    y, observed = outputs
    broad, close = torch.from_numpy(rng.normal(size=(2, 6, 4)))
    paths = paths_of(y, observed)
    return comovement.Traces(paths, broad, close, paths[:, :, :1], observed)


def some_of(traces, firms):
    return comovement.Traces(
        traces.paths[firms],
        traces.broad[firms],
        traces.close[firms],
        traces.ranks[firms],
        traces.observed[:, firms],
    )


def test_blend_matches_naive(traces):
    weights = torch.tensor([0.3, 2.0, 5.0], dtype=torch.float64)
    comp = comovement.blend(
        some_of(traces, slice(4)), traces, weights, torch.tensor(2.5), torch.tensor(0.4)
    )
    ref = naive.blend(
        *(value.numpy() for value in (traces.paths, traces.broad, traces.close, traces.observed)),
        weights.tolist(), 2.5, 0.4,
    )  # fmt: skip
    torch.testing.assert_close(comp, torch.from_numpy(ref[:4]))
    assert not comp[:, 4].any()  # a firm that is never observed


def test_blend_is_a_kernel_where_no_day_is_missing(outputs, rng):
    y, _ = outputs
    observed = torch.ones(9, 6, dtype=torch.float64)
    broad, close = torch.from_numpy(rng.normal(size=(2, 6, 4)))
    paths = paths_of(y, observed)
    whole = comovement.Traces(paths, broad, close, paths[:, :, :1], observed)
    score = comovement.blend(whole, whole, torch.ones(3), torch.tensor(3.0), torch.tensor(0.5))
    torch.testing.assert_close(score.diagonal(), torch.ones(6, dtype=torch.float64))
    assert torch.linalg.eigvalsh(score).min() > -1e-9


def all_pairs(matrix):
    return ~torch.eye(len(matrix), dtype=torch.bool)


def some_pairs(matrix):
    """All but those of one firm and one more pair."""
    observed = all_pairs(matrix)
    observed[1] = observed[:, 1] = False
    observed[0, 2] = observed[2, 0] = False
    return observed


@pytest.mark.parametrize("pairs", [all_pairs, some_pairs])
def test_softmax_loss_matches_naive(matrices, pairs):
    score, target = matrices
    observed = pairs(score)
    beta, tau = 7.0, 0.2
    ref = naive.softmax_loss(score.numpy(), target.numpy(), observed, beta, tau)
    comp = comovement.softmax_loss(score, target, observed, torch.tensor(math.log(beta)), tau)
    assert comp.item() == pytest.approx(ref)
    assert ref > 0.1


def test_softmax_loss_is_zero_when_the_scores_tell_the_target(matrices):
    _, target = matrices
    tau = 0.2
    loss = comovement.softmax_loss(target, target, all_pairs(target), -torch.tensor(tau).log(), tau)
    assert loss.item() == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("pairs", [all_pairs, some_pairs])
def test_correlation_loss_matches_naive(matrices, pairs):
    score, target = matrices
    observed = pairs(score)
    ref = naive.correlation_loss(score.numpy(), target.numpy(), observed)
    assert comovement.correlation_loss(score, target, observed).item() == pytest.approx(ref)


def test_unknown_pairs_do_not_count(matrices):
    score, target = (matrix.clone() for matrix in matrices)
    observed, beta = some_pairs(score), torch.tensor(1.0)
    before = [
        comovement.softmax_loss(score, target, observed, beta, 0.1),
        comovement.correlation_loss(score, target, observed),
    ]
    for matrix in (score, target):
        matrix[~observed] = 0.9
    after = [
        comovement.softmax_loss(score, target, observed, beta, 0.1),
        comovement.correlation_loss(score, target, observed),
    ]
    assert before == after


def test_losses_without_a_known_pair_teach_nothing(matrices):
    score, target = matrices
    score = score.clone().requires_grad_()
    none = torch.zeros_like(target, dtype=torch.bool)
    loss = comovement.softmax_loss(score, target, none, torch.tensor(1.0), 0.1)
    (loss + comovement.correlation_loss(score, target, none)).backward()
    assert not score.grad.any()


@pytest.mark.parametrize(("slope", "loss"), [(0.3, 0), (-0.3, 2)])
def test_correlation_loss_sees_no_scale_and_no_shift(matrices, slope, loss):
    _, target = matrices
    comp = comovement.correlation_loss(slope * target + 0.1, target, all_pairs(target))
    assert comp.item() == pytest.approx(loss, abs=1e-9)


def test_losses_leave_the_diagonal_out(matrices):
    score, target = matrices
    changed = score.clone()
    changed.fill_diagonal_(-5.0)
    beta = torch.tensor(1.0)
    for loss in (
        lambda s, c: comovement.correlation_loss(s, c, all_pairs(s)),
        lambda s, c: comovement.softmax_loss(s, c, all_pairs(s), beta, 0.1),
    ):
        assert loss(changed, target).item() == pytest.approx(loss(score, target).item())


def test_correlation_loss_of_equal_scores_is_finite(matrices):
    _, target = matrices
    flat = torch.zeros_like(target).requires_grad_()
    loss = comovement.correlation_loss(flat, target, all_pairs(target))
    loss.backward()
    assert loss.item() == pytest.approx(1)
    assert torch.isfinite(flat.grad).all()
