"""Diagnostics of gradients: against theory on constructed recurrences, against plain loops."""

import copy
import math

import numpy as np
import pandas as pd
import pytest
import torch

import naive
from firmsim.encoders import ComovementEncoder, ForecastEncoder
from firmsim.encoders.storage import load, save
from firmsim.errors import EncoderError
from firmsim.objectives.task import CellModule, Task
from firmsim.recurrent import CELLS, GRU, LSTM, Elman, FeedForward, Jordan
from firmsim.training.diagnostics import COLUMNS, NO_MEMORY, diagnose, diagnose_training
from firmsim.training.reach import (
    FLOOR,
    enter_states,
    gradient_norms,
    half_life,
    jacobian_products,
    saturated_share,
    spectral_radius,
    state_jacobians,
)
from firmsim.training.trainer import weights_of

N_DAYS, N_FIRMS, D_IN, UNITS, D_OUT = 30, 5, 3, 4, 2
MEMORY = [name for name in CELLS if name != "feedforward"]


class LastDay(Task):
    """Asks the outputs of a day for a weighted sum."""

    def __init__(self, cell, day=-1):
        super().__init__(CellModule(cell), np.random.default_rng(0))
        self.day = day
        self.delta = torch.randn(N_FIRMS, cell.d_out, generator=torch.manual_seed(1))

    def draw(self):
        return torch.as_tensor(self.rng.normal(size=(N_DAYS, N_FIRMS, D_IN)), dtype=torch.float32)

    def inputs(self, batch):
        return batch

    def loss(self, y, x, batch):
        return (self.delta * y[self.day]).sum()

    def validation_loss(self):
        return 0.0


def orthogonal(rng, units, rho):
    """Every eigenvalue has the modulus rho, and every vector is stretched by rho."""
    return rho * torch.as_tensor(np.linalg.qr(rng.normal(size=(units, units)))[0]).float()


def linear_elman(rng, rho):
    cell = Elman(D_IN, UNITS, D_OUT, hidden_activation="linear")
    cell.U_h.data = orthogonal(rng, UNITS, rho)
    return cell


def linear_jordan(rng, rho):
    """The state alone remembers: s_t = rho Q s_{t-1}, outputs are not fed back."""
    cell = Jordan(D_IN, UNITS, D_OUT, hidden_activation="linear", state_activation="linear")
    cell.W_ss.data, cell.W_sy.data = orthogonal(rng, UNITS, rho), torch.zeros(UNITS, D_OUT)
    return cell


def echoing_jordan(rng, rho):
    """The output alone remembers: y_t = rho Q y_{t-1} plus the input's part."""
    cell = Jordan(D_IN, D_OUT, D_OUT, hidden_activation="linear", state_activation="linear")
    one = torch.eye(D_OUT)
    cell.W_ss.data, cell.W_sy.data = torch.zeros(D_OUT, D_OUT), orthogonal(rng, D_OUT, rho)
    cell.U_h.data, cell.W_y.data = one, one.clone()
    return cell


def forgetting_lstm(rng, rho):
    """Forget gates stand at rho and nothing else depends on the state: c_t = rho c_{t-1} + ..."""
    cell = LSTM(D_IN, UNITS, D_OUT)
    core = cell.recurrence
    core.weight_hh_l0.data.zero_()
    core.weight_ih_l0.data[UNITS : 2 * UNITS] = 0  # of gate f
    core.bias_hh_l0.data.zero_()
    core.bias_ih_l0.data[UNITS : 2 * UNITS] = math.log(rho / (1 - rho))
    return cell


def keeping_gru(rng, rho):
    """Update gates stand at rho and nothing else depends on the state: h_t = rho h_{t-1} + ..."""
    cell = GRU(D_IN, UNITS, D_OUT)
    core = cell.recurrence
    core.weight_hh_l0.data.zero_()
    core.weight_ih_l0.data[UNITS : 2 * UNITS] = 0  # of gate z
    core.bias_hh_l0.data.zero_()
    core.bias_ih_l0.data[UNITS : 2 * UNITS] = math.log(rho / (1 - rho))
    return cell


def told(cell, day=-1):
    """Diagnostics of a cell by quantity and lag."""
    task = LastDay(cell, day)
    rows = diagnose(task, [task.draw(), task.draw()])
    return {(name, None if math.isnan(lag) else lag): value for name, lag, value, _ in rows}


@pytest.mark.parametrize("build", [linear_elman, linear_jordan, echoing_jordan])
@pytest.mark.parametrize(
    ("rho", "days"), [(0.5, 1.0), (1.1, -math.log(2) / math.log(1.1)), (0.98, 34.3096)]
)
def test_linear_recurrence_has_the_half_life_of_theory(build, rho, days, rng):
    found = told(build(rng, rho))
    assert found["half_life", None] == pytest.approx(days, rel=1e-5)
    assert found["spectral_radius", None] == pytest.approx(rho, rel=1e-5)
    for lag in (1, 5, 20):
        assert found["jacobian_radius", lag] == pytest.approx(rho**lag, rel=1e-4)


def test_doubling_time_at_a_radius_of_eleven_tenths(rng):
    assert told(linear_elman(rng, 1.1))["half_life", None] == pytest.approx(-7.27, abs=0.005)


@pytest.mark.parametrize("rho", [0.5, 0.9])
def test_gates_that_let_a_share_through_have_its_half_life(rho, rng):
    for build in (forgetting_lstm, keeping_gru):
        found = told(build(rng, rho))
        assert found["half_life", None] == pytest.approx(math.log(0.5) / math.log(rho), rel=0.02)
        assert found["jacobian_radius", 10] == pytest.approx(rho**10, rel=1e-4)


def test_open_gates_do_not_forget(rng):
    for build in (forgetting_lstm, keeping_gru):
        assert abs(told(build(rng, 1 - 1e-6))["half_life", None]) > 10_000


@pytest.mark.parametrize("name", MEMORY)
def test_gradient_against_lag_is_that_of_finite_differences(name, rng):
    cell = CELLS[name](D_IN, UNITS, D_OUT, dtype=torch.float64)
    x = torch.as_tensor(rng.normal(size=(7, N_FIRMS, D_IN)))
    delta = torch.as_tensor(rng.normal(size=(N_FIRMS, D_OUT)))
    states = enter_states(cell, x)
    comp = gradient_norms(cell, x, states, delta, day=6)
    for lag in range(1, 7):
        squares = 0.0
        for firm in range(N_FIRMS):
            jacobian = naive.jacobian(*onward(cell, x, states, firm, 7 - lag, output=True))
            squares += ((delta[firm].numpy() @ jacobian) ** 2).sum()
        assert comp[lag - 1] == pytest.approx(math.sqrt(squares / N_FIRMS), rel=1e-5)


@pytest.mark.parametrize("name", MEMORY)
def test_products_of_jacobians_are_those_of_finite_differences(name, rng):
    cell = CELLS[name](D_IN, UNITS, D_OUT, dtype=torch.float64).requires_grad_(False)
    x = torch.as_tensor(rng.normal(size=(6, 2, D_IN)))
    states = enter_states(cell, x)
    comp = jacobian_products(state_jacobians(cell, x, states), (1, 2, 5, 99))
    assert list(comp) == [1, 2, 5]
    for lag, product in comp.items():
        for firm in range(2):
            ref = naive.jacobian(*onward(cell, x, states, firm, 6 - lag, output=False))
            np.testing.assert_allclose(product[firm], ref, rtol=1e-4, atol=1e-8)
            ref_radius = max(abs(np.linalg.eigvals(ref)))
            assert float(spectral_radius(product[firm])) == pytest.approx(ref_radius, rel=1e-3)


def onward(cell, x, states, firm, first, output):
    """What the state of a firm that enters a day does to the last day, and that state."""
    sizes = [part.shape[-1] for part in states[0]]

    def run(flat):
        state = tuple(part[None] for part in torch.as_tensor(flat).split(sizes))
        with torch.no_grad():
            for t in range(first, len(x)):
                y, _, state = cell.step(x[t, firm : firm + 1], state)
        return (y if output else torch.cat(state, dim=-1))[0].numpy()

    return run, torch.cat([part[firm] for part in states[first]]).detach().numpy()


def test_half_life_is_the_least_squares_line(rng):
    lags = np.arange(1.0, 31)
    norms = np.exp(-0.1 * lags + 0.2 * rng.normal(size=30))
    assert half_life(lags, norms).days == pytest.approx(naive.half_life(lags, norms))


def test_half_life_stops_where_single_precision_does():
    lags = np.arange(1.0, 101)
    norms = np.where(lags < 20, 0.5**lags, 1e-12)
    norms[60] = 1.0  # beyond the first that is lost nothing counts
    assert half_life(lags, norms).days == pytest.approx(1.0)
    assert FLOOR < 0.5**19


@pytest.mark.parametrize(
    ("norms", "reason"),
    [
        ([1.0], "too short"),
        ([1.0, math.inf, 2.0], "not finite"),
        ([1.0, 0.0, 0.0], "gone after a day"),
        ([0.0, 0.0], "gone"),
    ],
)
def test_half_life_that_there_is_not_has_a_reason(norms, reason):
    found = half_life(np.arange(1.0, len(norms) + 1), np.asarray(norms))
    assert math.isnan(found.days)
    assert reason in found.reason


def test_a_constant_gradient_lasts_for_ever():
    assert half_life(np.arange(1.0, 4), np.ones(3)).days == math.inf


def test_saturated_units_are_counted():
    cell = Elman(1, 3, 1)
    with torch.no_grad():
        for weight in cell.parameters():
            weight.zero_()
        cell.b_h[:] = torch.tensor([0.0, 2.0, -5.0])  # slopes of tanh: 1, 0.07, 0.0002
    x = torch.zeros(4, 2, 1)
    assert saturated_share(cell, x, enter_states(cell, x)) == pytest.approx(1 / 3)
    with torch.no_grad():
        cell.b_h[1] = 2.5  # slope 0.027
    assert saturated_share(cell, x, enter_states(cell, x)) == pytest.approx(2 / 3)


def test_without_memory_there_is_no_half_life():
    task = LastDay(FeedForward(D_IN, UNITS, D_OUT))
    rows = diagnose(task, [task.draw()])
    reasons = {name: reason for name, _, value, reason in rows if math.isnan(value)}
    assert reasons == {"half_life": NO_MEMORY, "spectral_radius": NO_MEMORY}
    assert {name for name, *_ in rows} == {"half_life", "spectral_radius", "saturated_share"}


def test_the_last_day_with_a_slope_counts(rng):
    cell = linear_elman(rng, 0.5)
    found = told(cell, day=-3)
    assert max(lag for name, lag in found if name == "gradient_norm") == N_DAYS - 3
    assert found["half_life", None] == pytest.approx(1.0, rel=1e-5)


def test_a_loss_without_slope_is_told(rng):
    task = LastDay(linear_elman(rng, 0.5))
    task.delta.zero_()
    rows = {name: (value, reason) for name, _, value, reason in diagnose(task, [task.draw()])}
    assert math.isnan(rows["half_life"][0])
    assert rows["gradient_norm"][0] == 0


def test_training_is_told_step_by_step(rng):
    task = LastDay(linear_elman(rng, 0.5))
    start = weights_of(task.module)
    trained = copy.deepcopy(start)
    trained["cell.U_h"] *= 1.8
    table = diagnose_training(task, {8: trained, 0: start}, trained, 8)
    assert list(table) == COLUMNS
    lives = table[table["quantity"] == "half_life"]
    assert lives["step"].tolist() == [0, 8, 8]
    assert lives["weights"].tolist() == ["snapshot", "snapshot", "kept"]
    expected = [math.log(0.5) / math.log(rho) for rho in (0.5, 0.9, 0.9)]
    np.testing.assert_allclose(lives["value"], expected, rtol=1e-5)


@pytest.fixture(scope="module")
def growth():
    rng = np.random.default_rng(3)
    days = pd.bdate_range("2007-01-04", periods=200)
    values = rng.normal(size=(200, 1)) + rng.normal(size=(200, 8))
    return pd.DataFrame(values, days, [f"F{k}" for k in range(8)])


def fitted(kind, growth, cell):
    keys = {"steps": 8, "validate_every": 2, "windows": [10, 20], "hidden": 4, "truncate": 5}
    return kind(cell=cell, **keys).fit(growth)


@pytest.mark.parametrize("kind", [ComovementEncoder, ForecastEncoder])
@pytest.mark.parametrize("cell", CELLS)
def test_every_encoder_tells_its_gradients_and_stays_as_it_is(kind, cell, growth):
    encoder = fitted(kind, growth, cell)
    before, embedded = weights_of(encoder.module_), encoder.transform(growth)
    state = torch.get_rng_state()
    table = encoder.gradients(growth)
    assert torch.equal(torch.get_rng_state(), state)
    torch.manual_seed(9)
    pd.testing.assert_frame_equal(encoder.gradients(growth), table, check_exact=True)
    after = weights_of(encoder.module_)
    assert all(torch.equal(after[name], before[name]) for name in before)
    pd.testing.assert_frame_equal(encoder.transform(growth), embedded, check_exact=True)
    assert encoder.windows == [10, 20]
    assert table.loc[table["weights"] == "snapshot", "step"].unique().tolist() == [0, 2, 4, 8]
    best = encoder.history_.loc[encoder.history_["validation_loss"].idxmin(), "step"]
    assert table.loc[table["weights"] == "kept", "step"].unique().tolist() == [best]
    lags = table.loc[table["quantity"] == "gradient_norm", "lag"]
    if cell == "feedforward":
        assert not len(lags)
    else:  # the last day of a forecast's window has no day after it
        assert lags.max() == (19 if kind is ComovementEncoder else 18)
        assert table["value"].notna().all()


def test_an_encoder_without_its_training_has_no_gradients_to_tell(growth, tmp_path):
    encoder = fitted(ComovementEncoder, growth, "elman")
    save(encoder, tmp_path / "model.safetensors", "abc")
    with pytest.raises(EncoderError, match="loaded without its training"):
        load(tmp_path / "model.safetensors").gradients(growth)
    with pytest.raises(EncoderError, match="is not fitted"):
        ComovementEncoder().gradients(growth)
