"""The Jordan cell against a plain loop, and what sets it apart from the Elman cell."""

import pytest
import torch

import naive
from firmsim.recurrent import Jordan


def random_cell(rng, **options):
    """Jordan cell in which biases are not zero."""
    cell = Jordan(3, 5, 2, state=4, **options, dtype=torch.float64)
    for weight in cell.parameters():
        weight.data = torch.from_numpy(rng.normal(size=tuple(weight.shape), scale=0.5))
    return cell


@pytest.mark.parametrize(
    ("sigma_h", "sigma_y", "sigma_s"),
    [
        ("tanh", "linear", "tanh"),
        ("sigmoid", "tanh", "linear"),
        ("relu", "sigmoid", "softmax"),
        ("softmax", "softmax", "sigmoid"),
        ("linear", "softmax", "relu"),
    ],
)
def test_jordan_matches_naive(sigma_h, sigma_y, sigma_s, rng):
    cell = random_cell(
        rng, hidden_activation=sigma_h, output_activation=sigma_y, state_activation=sigma_s
    )
    x = torch.from_numpy(rng.normal(size=(7, 11, 3)))  # (n_days, n_firms, d_in)
    weights = {name: value.numpy() for name, value in cell.weights().items()}
    ref_y, ref_h, _ = naive.jordan(
        x.numpy(), **weights, sigma_h=sigma_h, sigma_y=sigma_y, sigma_s=sigma_s
    )
    comp_y, comp_h = cell(x)
    torch.testing.assert_close(comp_y.detach(), torch.from_numpy(ref_y))
    torch.testing.assert_close(comp_h.detach(), torch.from_numpy(ref_h))


def test_first_state_is_the_activation_of_its_bias(rng):
    cell = random_cell(rng, state_activation="sigmoid", hidden_activation="linear")
    weights = cell.weights()
    x = torch.zeros(1, 2, 3, dtype=torch.float64)
    first = torch.sigmoid(weights["b_s"])  # whatever W_ss and W_sy are
    expected = weights["U_h"] @ first + weights["b_h"]
    torch.testing.assert_close(cell(x)[1].detach()[0], expected.expand(2, 5))
    _, _, ref_s = naive.jordan(
        x.numpy(), **{k: v.numpy() for k, v in weights.items()}, sigma_s="sigmoid"
    )
    torch.testing.assert_close(torch.from_numpy(ref_s[0]), first.expand(2, 4))


def test_only_the_output_carries_the_input_on(rng):
    cell = random_cell(rng)
    x = torch.from_numpy(rng.normal(size=(4, 2, 3)))
    changed = x.clone()
    changed[0] += 1
    with torch.no_grad():
        carried = (cell(x)[0][1:] - cell(changed)[0][1:]).abs().amax(dim=(1, 2))
        assert (carried > 1e-6).all()
        cell.W_sy.zero_()
        torch.testing.assert_close(cell(x)[0][1:], cell(changed)[0][1:], rtol=0, atol=0)


def test_state_is_as_large_as_the_hidden_layer_unless_given():
    assert Jordan(3, 5, 2).state == 5
    assert Jordan(3, 5, 2, state=1).state == 1


def test_state_has_at_least_one_unit():
    with pytest.raises(ValueError, match="state: 0 "):
        Jordan(3, 5, 2, state=0)
