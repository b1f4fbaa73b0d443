"""What holds for every cell: parameter counts, gradients, shapes, causality."""

import numpy as np
import pytest
import torch

from firmsim.errors import EncoderError
from firmsim.recurrent import CELLS, GRU, LSTM, Elman, FeedForward, Jordan
from firmsim.recurrent.activations import ACTIVATIONS
from firmsim.recurrent.parameters import elman_parameters, jordan_parameters, largest_within

SMALL = {
    "elman": (Elman, {"d_in": 3, "hidden": 5, "d_out": 2}),
    "jordan": (Jordan, {"d_in": 3, "hidden": 5, "d_out": 2, "state": 4}),
    "jordan-default-state": (Jordan, {"d_in": 1, "hidden": 2, "d_out": 3}),
    "lstm": (LSTM, {"d_in": 3, "hidden": 5, "d_out": 2}),
    "gru": (GRU, {"d_in": 3, "hidden": 5, "d_out": 2}),
    "feedforward": (FeedForward, {"d_in": 3, "hidden": 5, "d_out": 2}),
}

LAYERS = ("hidden", "output", "state")


@pytest.fixture(params=SMALL.values(), ids=SMALL)
def cell(request):
    kind, sizes = request.param
    torch.manual_seed(0)
    return kind(**sizes, dtype=torch.float64)


def shape_of(cell, n_days, n_firms):
    return n_days, n_firms, cell.d_in


def test_names_in_the_configuration():
    assert list(CELLS) == ["elman", "jordan", "lstm", "gru", "feedforward"]
    assert list(CELLS.values()) == [Elman, Jordan, LSTM, GRU, FeedForward]


@pytest.mark.parametrize(
    ("sizes", "elman", "jordan"),
    [
        ({"d_in": 3, "hidden": 5, "d_out": 2}, 5 * 9 + 2 * 6, 5 * 8 + 2 * 6 + 4 * 7),
        ({"d_in": 1, "hidden": 1, "d_out": 1}, 1 * 3 + 1 * 2, 1 * 6 + 1 * 2 + 4 * 6),
        ({"d_in": 64, "hidden": 64, "d_out": 16}, 64 * 129 + 16 * 65, 64 * 69 + 16 * 65 + 4 * 21),
    ],
)
def test_closed_formulas_by_hand(sizes, elman, jordan):
    assert elman_parameters(**sizes) == Elman(**sizes).parameter_count == elman
    assert jordan_parameters(**sizes, state=4) == Jordan(**sizes, state=4).parameter_count == jordan


def test_parameter_count_is_the_formula_and_the_number_of_weights(cell):
    sizes = {"h": cell.hidden, "d_in": cell.d_in, "d_out": cell.d_out}
    sizes["s"] = getattr(cell, "state", None)
    formula = cell.formula.replace(" h", "*h").replace("(", "*(")
    assert cell.parameter_count == sum(weight.numel() for weight in cell.parameters())
    assert cell.parameter_count == eval(formula, {}, sizes)


@pytest.mark.parametrize("kind", [Elman, Jordan])
@pytest.mark.parametrize("name", sorted(ACTIVATIONS))
def test_gradients_equal_finite_differences(kind, name, rng):
    options = {"hidden_activation": name, "output_activation": name}
    if kind is Jordan:
        options["state_activation"] = name
    cell = kind(2, 3, 2, **options, dtype=torch.float64)
    names, weights = zip(*cell.named_parameters(), strict=True)
    for weight in weights:  # with zero biases a dead unit sits on the kink of relu
        weight.data = torch.from_numpy(rng.normal(size=tuple(weight.shape)))
    x = torch.from_numpy(rng.normal(size=(3, 2, 2))).requires_grad_()

    def run(x, *weights):
        return torch.func.functional_call(cell, dict(zip(names, weights, strict=True)), (x,))

    assert torch.autograd.gradcheck(run, (x, *weights))


def test_one_day(cell, rng):
    y, h = cell(torch.from_numpy(rng.normal(size=shape_of(cell, 1, 4))))
    assert y.shape == (1, 4, cell.d_out)
    assert h.shape == (1, 4, cell.hidden)


def test_no_firms(cell):
    y, h = cell(torch.zeros(shape_of(cell, 6, 0), dtype=torch.float64))
    assert y.shape == (6, 0, cell.d_out)
    assert h.shape == (6, 0, cell.hidden)


@pytest.mark.parametrize("shape", [(7, 3), (7, 11, 9), (2, 7, 11, 3), (0, 11, 3)])
def test_other_shapes_are_refused(shape):
    cell = Elman(d_in=3, hidden=5, d_out=2)
    with pytest.raises(ValueError, match=r"expected x of shape \(n_days, n_firms, 3\)") as error:
        cell(torch.zeros(shape))
    assert str(error.value).endswith(f"got {shape}")


@pytest.mark.parametrize("kind", CELLS.values())
@pytest.mark.parametrize("size", ["d_in", "hidden", "d_out", "truncate"])
def test_sizes_are_at_least_one(kind, size):
    with pytest.raises(EncoderError, match=f"^{size}: 0 ") as error:
        kind(**{"d_in": 1, "hidden": 1, "d_out": 1} | {size: 0})
    assert error.value.parameter == size
    kind(**{"d_in": 1, "hidden": 1, "d_out": 1} | {size: 1})


def test_a_state_is_of_one_unit_at_least():
    with pytest.raises(EncoderError, match=r"^state: 0 is too small") as error:
        Jordan(1, 1, 1, state=0)
    assert error.value.parameter == "state"
    assert Jordan(1, 1, 1, state=1).state == 1


@pytest.mark.parametrize(
    ("kind", "parameter"),
    [
        *((kind, f"{layer}_activation") for kind in (Elman, FeedForward) for layer in LAYERS[:2]),
        *((Jordan, f"{layer}_activation") for layer in LAYERS),
        *((kind, "output_activation") for kind in (LSTM, GRU)),
    ],
)
def test_unknown_activation_is_refused_with_those_there_are(kind, parameter):
    with pytest.raises(
        EncoderError, match=rf"^{parameter}: 'tahn' .*; choose from tanh, sigmoid"
    ) as error:
        kind(1, 1, 1, **{parameter: "tahn"})
    assert error.value.parameter == parameter


def test_time_comes_first_and_flows_forward(cell, rng):
    x = torch.from_numpy(rng.normal(size=shape_of(cell, 8, 3)))
    changed = x.clone()
    changed[5:] += 1
    for before, after in zip(cell(x), cell(changed), strict=True):
        torch.testing.assert_close(before[:5], after[:5], rtol=0, atol=0)
        assert (before != after).any(dim=2)[5:].all()


def test_firms_do_not_see_each_other(cell, rng):
    x = torch.from_numpy(rng.normal(size=shape_of(cell, 8, 3)))
    for together, alone in zip(cell(x), cell(x[:, 1:2]), strict=True):
        torch.testing.assert_close(together[:, 1:2], alone)


def test_start_weights_are_bounded_by_their_fan_in_and_biases_zero():
    cell = Jordan(d_in=9, hidden=50, d_out=16, state=25)
    for name, weight in cell.weights().items():
        if name.startswith("b_"):
            assert not weight.any()
        else:
            bound = weight.shape[1] ** -0.5
            assert abs(weight).max() <= bound
            np.testing.assert_allclose(weight.std(), bound / 3**0.5, rtol=0.15)


def test_default_precision_is_single():
    assert {weight.dtype for weight in Elman(1, 1, 1).parameters()} == {torch.float32}


@pytest.mark.parametrize("kind", CELLS.values())
@pytest.mark.parametrize("budget", [50, 200, 1_000, 9_296, 10_000])
def test_largest_cell_within_a_budget(kind, budget):
    state = torch.get_rng_state()
    cell = largest_within(kind, budget, d_in=3, d_out=2)
    torch.set_rng_state(state)
    assert cell.parameter_count <= budget
    assert kind(3, cell.hidden + 1, 2).parameter_count > budget
    for weight, fresh in zip(cell.parameters(), kind(3, cell.hidden, 2).parameters(), strict=True):
        assert weight.device.type == "cpu"
        assert weight.shape == fresh.shape


def test_a_budget_below_one_unit_is_refused():
    with pytest.raises(EncoderError, match=r"max_parameters: 10 .* 20 inputs, 2 outputs") as error:
        largest_within(Elman, 10, d_in=20, d_out=2)
    assert error.value.parameter == "max_parameters"
    smallest = elman_parameters(20, 1, 2)
    assert largest_within(Elman, smallest, d_in=20, d_out=2).hidden == 1


def test_the_largest_cell_has_the_options_given():
    options = {"state": 3, "hidden_activation": "relu", "truncate": 5, "dtype": torch.float64}
    cell = largest_within(Jordan, 500, d_in=3, d_out=2, **options)
    assert (cell.state, cell.hidden_activation, cell.truncate) == (3, "relu", 5)
    assert cell.W_y.dtype == torch.float64
    assert cell.parameter_count <= 500 < jordan_parameters(3, cell.hidden + 1, 2, 3)


def test_repr_tells_sizes_and_parameters(cell):
    assert f"hidden={cell.hidden}" in repr(cell)
    assert f"parameters={cell.parameter_count}" in repr(cell)
