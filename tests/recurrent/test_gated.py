"""LSTM, GRU and the feed-forward cell against plain loops."""

import pytest
import torch

import naive
from firmsim.recurrent import GRU, LSTM, FeedForward


def random_cell(kind, rng, **options):
    """Cell in which biases are not zero."""
    cell = kind(3, 5, 2, **options, dtype=torch.float64)
    for weight in cell.parameters():
        weight.data = torch.from_numpy(rng.normal(size=tuple(weight.shape), scale=0.5))
    return cell


def numpy_weights(cell):
    return {name.split(".")[-1]: value.numpy() for name, value in cell.weights().items()}


def assert_runs_as(cell, ref, x):
    for comp, expected in zip(cell(x), ref, strict=True):
        torch.testing.assert_close(comp.detach(), torch.from_numpy(expected), rtol=0, atol=1e-10)


def test_lstm_matches_naive(rng):
    cell = random_cell(LSTM, rng)
    x = torch.from_numpy(rng.normal(size=(7, 4, 3)))
    w = numpy_weights(cell)
    ref = naive.lstm(
        x.numpy(),
        w["weight_ih_l0"],
        w["weight_hh_l0"],
        w["bias_ih_l0"] + w["bias_hh_l0"],
        w["W_y"],
        w["b_y"],
    )
    assert_runs_as(cell, ref, x)


def test_gru_matches_naive(rng):
    cell = random_cell(GRU, rng)
    x = torch.from_numpy(rng.normal(size=(7, 4, 3)))
    w = numpy_weights(cell)
    ref = naive.gru(
        x.numpy(),
        w["weight_ih_l0"],
        w["weight_hh_l0"],
        w["bias_ih_l0"],
        w["bias_hh_l0"],
        w["W_y"],
        w["b_y"],
    )
    assert_runs_as(cell, ref, x)


@pytest.mark.parametrize(
    ("sigma_h", "sigma_y"), [("tanh", "linear"), ("relu", "sigmoid"), ("softmax", "tanh")]
)
def test_feedforward_matches_naive(sigma_h, sigma_y, rng):
    cell = random_cell(FeedForward, rng, hidden_activation=sigma_h, output_activation=sigma_y)
    x = torch.from_numpy(rng.normal(size=(7, 4, 3)))
    ref = naive.feedforward(x.numpy(), **numpy_weights(cell), sigma_h=sigma_h, sigma_y=sigma_y)
    assert_runs_as(cell, ref, x)


def test_feedforward_has_no_memory(rng):
    cell = random_cell(FeedForward, rng)
    x = torch.from_numpy(rng.normal(size=(7, 4, 3)))
    shuffled = torch.randperm(7)
    torch.testing.assert_close(cell(x[shuffled])[0], cell(x)[0][shuffled])
    assert cell.recurrent_matrix().shape == (0, 0)


def test_recurrent_matrix_is_the_jacobian_at_zero(rng):
    for kind in (LSTM, GRU):
        cell = random_cell(kind, rng)
        x = torch.zeros(1, 3, dtype=torch.float64)
        zero = torch.cat([part.flatten() for part in cell.start(x)])
        sizes = [part.shape[1] for part in cell.start(x)]

        def carried(flat, cell=cell, x=x, sizes=sizes):
            state = tuple(part[None] for part in flat.split(sizes))
            return torch.cat(cell.step(x, state)[2], dim=1)[0].detach()

        columns = []
        for k in range(len(zero)):
            step = torch.zeros_like(zero)
            step[k] = 1e-6
            columns.append((carried(zero + step) - carried(zero - step)) / 2e-6)
        torch.testing.assert_close(
            cell.recurrent_matrix(), torch.stack(columns, dim=1), rtol=0, atol=1e-8
        )
