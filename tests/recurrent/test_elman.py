"""The Elman cell against a plain loop and against torch's own."""

import pytest
import torch

import naive
from firmsim.recurrent import Elman


@pytest.mark.parametrize(
    ("sigma_h", "sigma_y"),
    [
        ("tanh", "linear"),
        ("sigmoid", "tanh"),
        ("relu", "sigmoid"),
        ("linear", "relu"),
        ("softmax", "softmax"),
    ],
)
def test_elman_matches_naive(sigma_h, sigma_y, rng):
    cell = Elman(3, 5, 2, sigma_h, sigma_y, dtype=torch.float64)
    for weight in cell.parameters():  # biases too
        weight.data = torch.from_numpy(rng.normal(size=tuple(weight.shape), scale=0.5))
    x = torch.from_numpy(rng.normal(size=(7, 11, 3)))  # (n_days, n_firms, d_in)
    weights = {name: value.numpy() for name, value in cell.weights().items()}
    ref_y, ref_h = naive.elman(x.numpy(), **weights, sigma_h=sigma_h, sigma_y=sigma_y)
    comp_y, comp_h = cell(x)
    torch.testing.assert_close(comp_y.detach(), torch.from_numpy(ref_y))
    torch.testing.assert_close(comp_h.detach(), torch.from_numpy(ref_h))


@pytest.mark.parametrize("nonlinearity", ["tanh", "relu"])
def test_hidden_state_equals_torch_rnn_with_the_same_weights(nonlinearity, rng):
    cell = Elman(3, 5, 2, hidden_activation=nonlinearity, dtype=torch.float64)
    rnn = torch.nn.RNN(3, 5, nonlinearity=nonlinearity, dtype=torch.float64)
    ours = cell.weights()
    with torch.no_grad():
        rnn.weight_hh_l0.copy_(ours["U_h"])
        rnn.weight_ih_l0.copy_(ours["W_x"])
        rnn.bias_ih_l0.copy_(ours["b_h"])
        rnn.bias_hh_l0.zero_()
    x = torch.from_numpy(rng.normal(size=(30, 4, 3)))
    torch.testing.assert_close(cell(x)[1], rnn(x)[0])


def test_hidden_state_starts_from_zero(rng):
    cell = Elman(3, 5, 2, dtype=torch.float64)
    x = torch.from_numpy(rng.normal(size=(1, 4, 3)))
    weights = cell.weights()
    torch.testing.assert_close(cell(x)[1][0], torch.tanh(x[0] @ weights["W_x"].T + weights["b_h"]))
