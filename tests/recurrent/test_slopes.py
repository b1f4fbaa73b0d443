"""Slopes of units and matrices of recurrence, against differences of the plain equations."""

import numpy as np
import pytest
import torch

from firmsim.recurrent import GRU, LSTM, Elman, FeedForward, Jordan

STEP = 1e-6


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def share(function, z, steepest):
    return (function(z + STEP) - function(z - STEP)) / (2 * STEP) / steepest


def of_sigmoid(z):
    return share(sigmoid, z, 0.25)


def of_tanh(z):
    return share(np.tanh, z, 1.0)


def random_cell(kind, rng, **options):
    cell = kind(3, 5, 2, **options, dtype=torch.float64)
    for weight in cell.parameters():
        weight.data = torch.from_numpy(rng.normal(size=tuple(weight.shape)))
    return cell, {name.split(".")[-1]: value.numpy() for name, value in cell.weights().items()}


def slopes_of(cell, x, *state):
    return cell.slopes(torch.from_numpy(x), tuple(map(torch.from_numpy, state))).detach().numpy()


def test_slopes_of_gru_are_those_of_its_equations(rng):
    cell, w = random_cell(GRU, rng)
    x, h = rng.normal(size=(4, 3)), rng.normal(size=(4, 5))
    r_x, z_x, n_x = np.split(x @ w["weight_ih_l0"].T + w["bias_ih_l0"], 3, axis=1)
    r_h, z_h, n_h = np.split(h @ w["weight_hh_l0"].T + w["bias_hh_l0"], 3, axis=1)
    n = n_x + sigmoid(r_x + r_h) * n_h
    ref = np.hstack([of_sigmoid(r_x + r_h), of_sigmoid(z_x + z_h), of_tanh(n)])
    np.testing.assert_allclose(slopes_of(cell, x, h), ref, atol=1e-8)


def test_slopes_of_lstm_are_those_of_its_equations(rng):
    cell, w = random_cell(LSTM, rng)
    x, h, c = rng.normal(size=(4, 3)), rng.normal(size=(4, 5)), rng.normal(size=(4, 5))
    bias = w["bias_ih_l0"] + w["bias_hh_l0"]
    gates = x @ w["weight_ih_l0"].T + h @ w["weight_hh_l0"].T + bias
    i, f, g, o = np.split(gates, 4, axis=1)
    new = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    ref = np.hstack([of_sigmoid(i), of_sigmoid(f), of_sigmoid(o), of_tanh(g), of_tanh(new)])
    np.testing.assert_allclose(slopes_of(cell, x, h, c), ref, atol=1e-8)


@pytest.mark.parametrize(("name", "slope"), [("tanh", of_tanh), ("sigmoid", of_sigmoid)])
def test_slopes_of_elman_jordan_and_feedforward_are_those_of_their_equations(name, slope, rng):
    x, before = rng.normal(size=(4, 3)), rng.normal(size=(4, 5))
    cell, w = random_cell(Elman, rng, hidden_activation=name)
    ref = slope(before @ w["U_h"].T + x @ w["W_x"].T + w["b_h"])
    np.testing.assert_allclose(slopes_of(cell, x, before), ref, atol=1e-8)

    cell, w = random_cell(FeedForward, rng, hidden_activation=name)
    ref = slope(x @ w["W_x"].T + w["b_h"])
    np.testing.assert_allclose(slopes_of(cell, x), ref, atol=1e-8)

    cell, w = random_cell(Jordan, rng, state=6, state_activation=name)
    state, y = rng.normal(size=(4, 6)), rng.normal(size=(4, 2))
    of_state = state @ w["W_ss"].T + y @ w["W_sy"].T + w["b_s"]
    new = (np.tanh if name == "tanh" else sigmoid)(of_state)
    ref = np.hstack([slope(of_state), of_tanh(new @ w["U_h"].T + x @ w["W_h"].T + w["b_h"])])
    np.testing.assert_allclose(slopes_of(cell, x, state, y), ref, atol=1e-8)


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        (Elman, {"hidden_activation": "linear"}),
        (Jordan, {"hidden_activation": "linear", "state_activation": "linear", "state": 4}),
    ],
)
def test_recurrent_matrix_of_linear_units_is_how_the_state_moves(kind, options, rng):
    cell, _ = random_cell(kind, rng, **options)
    x = torch.from_numpy(rng.normal(size=(1, 3)))
    sizes = [part.shape[1] for part in cell.start(x)]

    def carried(flat):
        state = tuple(part[None] for part in torch.split(flat, sizes))
        return torch.cat(cell.step(x, state)[2], dim=1)[0].detach()

    zero = torch.zeros(sum(sizes), dtype=torch.float64)
    columns = [carried(row) - carried(zero) for row in torch.eye(sum(sizes), dtype=torch.float64)]
    comp = cell.recurrent_matrix()
    torch.testing.assert_close(comp, torch.stack(columns, dim=1))
    assert not comp.requires_grad
