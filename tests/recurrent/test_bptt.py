"""The fused recurrences: equal to the plain loop, whatever the blocks, in all precisions."""

import itertools

import numpy as np
import pytest
import torch

from firmsim.recurrent import GRU, LSTM, Elman, Jordan, bptt
from firmsim.recurrent.activations import ACTIVATIONS, fused

N_DAYS, N_FIRMS = 11, 4
NAMES = sorted(ACTIVATIONS)
EXACT = {"rtol": 0, "atol": 1e-10}


def build(kind, *activations, **options):
    """Small cell in double precision, biases not zero."""
    torch.manual_seed(0)
    names = ("hidden_activation", "output_activation", "state_activation")
    options |= dict(zip(names, activations, strict=False))
    if kind is Jordan:
        options["state"] = 6
    cell = kind(3, 5, 2, **options, dtype=torch.float64)
    for weight in cell.parameters():
        weight.data += 0.3 * torch.randn_like(weight)
    return cell


def passes(cell, run, loss="both"):
    """Outputs and gradients of inputs and weights, one after the other."""
    torch.manual_seed(1)
    x = torch.randn(N_DAYS, N_FIRMS, 3, dtype=torch.float64, requires_grad=True)
    y, h = run(x)
    grad_y, grad_h = torch.randn_like(y), torch.randn_like(h)
    total = {
        "outputs": (y * grad_y).sum(),
        "hidden": (h * grad_h).sum(),
        "both": (y * grad_y).sum() + (h * grad_h).sum(),
        "last day": y[-1].sum(),
    }[loss]
    grads = torch.autograd.grad(total, [x, *cell.parameters()], allow_unused=True)
    return [
        y,
        h,
        *(torch.zeros(1, dtype=torch.float64) if grad is None else grad for grad in grads),
    ]


def assert_equal_passes(cell, loss="both"):
    for comp, ref in zip(passes(cell, cell, loss), passes(cell, cell.unroll, loss), strict=True):
        torch.testing.assert_close(comp, ref, **EXACT)


@pytest.mark.parametrize("truncate", [None, 1, 4])
@pytest.mark.parametrize(("hidden", "output"), list(itertools.product(NAMES, repeat=2)))
def test_elman_equals_autograd_of_the_loop(hidden, output, truncate):
    assert_equal_passes(build(Elman, hidden, output, truncate=truncate))


@pytest.mark.parametrize("truncate", [None, 1, 4])
@pytest.mark.parametrize("activations", list(itertools.product(NAMES, repeat=3)))
def test_jordan_equals_autograd_of_the_loop(activations, truncate):
    assert_equal_passes(build(Jordan, *activations, truncate=truncate))


@pytest.mark.parametrize("truncate", [None, 1, 4, 100])
@pytest.mark.parametrize("kind", [LSTM, GRU])
def test_gated_equals_autograd_of_the_equations(kind, truncate):
    assert_equal_passes(build(kind, truncate=truncate))


@pytest.mark.parametrize("kind", [Elman, Jordan])
@pytest.mark.parametrize("loss", ["outputs", "hidden", "last day"])
def test_a_loss_may_read_outputs_or_hidden_states_alone(kind, loss):
    ref = passes(cell := build(kind), cell.unroll, loss)
    for comp, expected in zip(passes(cell, cell, loss), ref, strict=True):
        torch.testing.assert_close(comp, expected.expand_as(comp), **EXACT)


@pytest.mark.parametrize("kind", [Elman, Jordan])
@pytest.mark.parametrize("days", [1, 2, 3, 10, 11, 50])
@pytest.mark.parametrize("truncate", [None, 3])
def test_blocks_do_not_matter(kind, days, truncate, monkeypatch):
    cell = build(kind, truncate=truncate)
    ref = passes(cell, cell)
    units = 5 if kind is Elman else 5 + 6
    monkeypatch.setattr(bptt, "BLOCK_BYTES", days * N_FIRMS * units * 8)
    assert bptt.block_days(N_DAYS, N_FIRMS, units, ref[0]) == min(days, N_DAYS)
    for comp, expected in zip(passes(cell, cell), ref, strict=True):
        torch.testing.assert_close(comp, expected, **EXACT)


@pytest.mark.parametrize("kind", [Elman, Jordan, LSTM, GRU])
def test_truncation_lets_no_gradient_pass(kind):
    x = torch.randn(9, 2, 3, dtype=torch.float64, requires_grad=True)
    y, _ = build(kind, truncate=4)(x)
    (grad,) = torch.autograd.grad(y[6].sum(), x)
    assert grad[4:7].abs().amin() > 0
    assert not grad[:4].any()
    assert not grad[7:].any()


@pytest.mark.parametrize("kind", [Elman, Jordan, LSTM, GRU])
def test_truncation_changes_no_output(kind):
    x = torch.randn(9, 2, 3, dtype=torch.float64)
    for whole, truncated in zip(build(kind)(x), build(kind, truncate=4)(x), strict=True):
        torch.testing.assert_close(truncated, whole, **EXACT)


@pytest.mark.parametrize("kind", [Elman, Jordan])
def test_inputs_and_gradients_need_not_be_contiguous(kind):
    cell = build(kind)
    x = torch.randn(3, N_FIRMS, N_DAYS, dtype=torch.float64).permute(2, 1, 0).requires_grad_()
    comp, ref = cell(x)[0], cell.unroll(x)[0]
    grad = torch.randn(2, N_FIRMS, N_DAYS, dtype=torch.float64).permute(2, 1, 0)
    weights = [x, *cell.parameters()]
    for a, b in zip(
        torch.autograd.grad(comp, weights, grad),
        torch.autograd.grad(ref, weights, grad),
        strict=True,
    ):
        torch.testing.assert_close(a, b, **EXACT)


@pytest.mark.parametrize("kind", [Elman, Jordan])
def test_differentiating_twice_is_refused_with_what_to_do(kind):
    cell = build(kind)
    x = torch.randn(3, 2, 3, dtype=torch.float64, requires_grad=True)
    with pytest.raises(RuntimeError, match=rf"fused {kind.__name__} .*cell\.unroll\(x\)"):
        torch.autograd.grad(cell(x)[0].sum(), x, create_graph=True)
    (slope,) = torch.autograd.grad(cell.unroll(x)[0].sum(), x, create_graph=True)
    assert torch.autograd.grad(slope.sum(), x)[0].any()


@pytest.mark.parametrize("kind", [Elman, Jordan])
def test_backward_twice_through_a_kept_graph(kind):
    cell = build(kind)
    y, _ = cell(torch.randn(5, 2, 3, dtype=torch.float64))
    first = torch.autograd.grad(y.sum(), cell.W_y, retain_graph=True)[0]
    assert torch.equal(torch.autograd.grad(y.sum(), cell.W_y)[0], first)


@pytest.mark.parametrize("kind", [Elman, Jordan])
def test_many_sets_of_weights_in_one_pass(kind):
    cells = [build(kind)] + [build(kind) for _ in range(2)]
    for number, cell in enumerate(cells):
        for weight in cell.parameters():
            weight.data *= 1 - 0.4 * number
    x = torch.randn(6, 4, 3, dtype=torch.float64)
    stacked = {
        name: torch.stack([dict(cell.named_parameters())[name].detach() for cell in cells])
        for name, _ in cells[0].named_parameters()
    }
    comp = torch.func.vmap(lambda weights: torch.func.functional_call(cells[0], weights, (x,)))(
        stacked
    )
    for k, cell in enumerate(cells):
        for one, ref in zip(comp, cell(x), strict=True):
            torch.testing.assert_close(one[k], ref, **EXACT)


@pytest.mark.parametrize("kind", [Elman, Jordan])
def test_single_precision_stays_near_double(kind):
    torch.manual_seed(0)
    single, double = kind(3, 32, 2), kind(3, 32, 2, dtype=torch.float64)
    double.load_state_dict(single.state_dict())
    x = torch.randn(300, 20, 3)
    for cell, value in ((single, x), (double, x.double())):
        (cell(value)[0].square().sum() / value.numel()).backward()
    for ours, ref in zip(single.parameters(), double.parameters(), strict=True):
        torch.testing.assert_close(ours.grad.double(), ref.grad, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("kind", [Elman, Jordan])
def test_autocast_runs_in_half_precision_with_gradients_in_single(kind):
    torch.manual_seed(0)
    cell = kind(3, 16, 2)
    x = torch.randn(20, 6, 3)
    ref_y, _ = cell(x)
    ref_y.square().sum().backward()
    ref = [weight.grad.clone() for weight in cell.parameters()]
    cell.zero_grad()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        y, h = cell(x)
    assert y.dtype == h.dtype == torch.bfloat16
    y.float().square().sum().backward()
    torch.testing.assert_close(y.float(), ref_y, rtol=0.1, atol=0.05)
    for weight, expected in zip(cell.parameters(), ref, strict=True):
        assert weight.grad.dtype == torch.float32
        assert (weight.grad - expected).norm() < 0.1 * expected.norm()


@pytest.mark.skipif(not torch.cuda.is_available(), reason="torch sees no GPU here")
@pytest.mark.parametrize("kind", [Elman, Jordan, LSTM, GRU])
def test_a_gpu_gives_what_the_cpu_gives(kind):
    cell = build(kind)
    ref = passes(cell, cell)
    on_gpu = cell.to("cuda")
    comp = passes(on_gpu, lambda x: [part.cpu() for part in on_gpu(x.cuda())])
    for ours, expected in zip(comp, ref, strict=True):
        torch.testing.assert_close(ours.cpu(), expected, rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_fused_forms_of_the_activations(name, dtype):
    z = torch.linspace(-9, 9, 101, dtype=dtype).reshape(1, 1, -1).requires_grad_()
    out = ACTIVATIONS[name].function(z)
    grad = torch.linspace(-1, 2, 101, dtype=dtype).reshape(1, 1, -1)
    (expected,) = torch.autograd.grad(out, z, grad)
    form = fused(name, z)
    comp = (form.gain * z).detach()
    form.apply_(comp)
    torch.testing.assert_close(comp, out.detach(), rtol=0, atol=4 * torch.finfo(dtype).eps)
    slope = grad.clone()
    form.backward_(slope, comp)
    torch.testing.assert_close(slope, expected, rtol=1e-5, atol=4 * torch.finfo(dtype).eps)


@pytest.mark.parametrize(
    ("name", "steepest"), [("tanh", 1.0), ("sigmoid", 0.25), ("relu", 1.0), ("linear", 1.0)]
)
def test_slopes_are_shares_of_the_steepest(name, steepest):
    z = torch.linspace(-3, 3, 8, dtype=torch.float64, requires_grad=True)
    out = ACTIVATIONS[name].function(z)
    (derivative,) = torch.autograd.grad(out.sum(), z)
    torch.testing.assert_close(ACTIVATIONS[name].slope(out).detach(), derivative / steepest)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
def test_large_states_start_on_a_cache_line(dtype):
    like = torch.empty(0, dtype=dtype)
    states = bptt.new_states(300, 100, 70, like)
    assert (states.shape, states.dtype, states.is_contiguous()) == ((300, 100, 70), dtype, True)
    assert states.numel() * states.element_size() >= bptt.HUGE_BYTES
    assert states.data_ptr() % bptt.ALIGNMENT == 0
    states.fill_(1)
    assert float(states.sum(dtype=torch.float64)) == states.numel()


def test_blocks_cover_every_day_once():
    days = [list(range(10))[block] for block in bptt.blocks(10, 4)]
    assert days == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]


def test_same_thread_count_same_bits(rng):
    for kind in (Elman, Jordan):
        torch.manual_seed(3)
        cell, x = kind(5, 16, 2), torch.from_numpy(rng.normal(size=(50, 40, 5))).float()
        runs = []
        for _ in range(2):
            cell.zero_grad()
            cell(x)[0].square().sum().backward()
            runs.append([weight.grad.clone() for weight in cell.parameters()])
        assert all(np.array_equal(a, b) for a, b in zip(*runs, strict=True))
