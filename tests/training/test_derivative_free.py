"""Searches without derivatives: descent, batched losses, same bytes, resumption, divergence."""

import sys

import numpy as np
import pytest
import torch

from firmsim.errors import EncoderError, MissingPackageError
from firmsim.objectives.task import CellModule, Task
from firmsim.recurrent import CELLS
from firmsim.training.choose import make_trainer
from firmsim.training.population import DIVERGED, PopulationLoss
from firmsim.training.trainer import COLUMNS
from trainers.memory_task import MemoryTask

SEARCHES = ["genetic", "annealing", "swarm", "cma-es"]
TARGET = 0.5


class Quadratic(Task):
    """Squared distance of all weights from a target; NaN where the first weight is below a wall."""

    loss = None

    def __init__(self, wall=-np.inf, cell="elman"):
        torch.manual_seed(0)
        super().__init__(CellModule(CELLS[cell](1, 2, 1)), np.random.default_rng(0))
        self.wall, self.checks = wall, 0

    def draw(self):
        return None

    def inputs(self, batch):
        return torch.zeros(1, 1, 1)

    def forward(self, batch):
        loss = sum((weight - TARGET).square().sum() for weight in self.parameters())
        first = next(self.parameters()).flatten()[0]
        return torch.where(first > self.wall, loss, float("nan"))

    def validation_loss(self):
        self.checks += 1
        return float(self(None))


def memory(cell="elman", lag=10, seed=0):
    torch.manual_seed(seed)
    return MemoryTask(CellModule(CELLS[cell](1, 4, 1)), np.random.default_rng(seed), lag)


def search(name, **keys):
    default = {
        "trainer": name,
        "steps": 60,
        "population": 16,
        "spread": 0.3,
        "batches": 2,
        "validate_every": 10,
        "patience": 100,
        "checkpoint_every": 7,
    }
    return make_trainer(default | keys)


@pytest.fixture(params=SEARCHES)
def name(request):
    return request.param


def weights(task):
    return torch.cat([weight.detach().flatten() for weight in task.parameters()])


def test_descends_a_quadratic(name):
    task = Quadratic()
    with torch.no_grad():
        start = float(task(None))
    history = search(name, steps=100).train(task, "toy").history
    assert history["loss"].is_monotonic_decreasing
    assert history["loss"].iloc[-1] < 0.6 * start
    assert float(task(None).detach()) == pytest.approx(history["validation_loss"].min())


def test_cma_es_finds_the_minimum():
    task = Quadratic()
    search("cma-es", steps=200).train(task, "toy")
    torch.testing.assert_close(weights(task), torch.full((11,), TARGET), atol=1e-3, rtol=0)


def test_learns_to_remember(name):
    task = memory()
    history = search(name).train(task, "toy").history
    assert history["validation_loss"].min() < 0.5  # guessing costs 0.69
    with torch.no_grad():
        assert task.validation_loss() == history["validation_loss"].min()


@pytest.mark.parametrize("cell", ["elman", "jordan", "feedforward", "lstm", "gru"])
def test_a_population_has_the_losses_of_its_members(cell, rng):
    task = memory(cell)
    loss = PopulationLoss(task, batches=3, spread=0.2)
    members = rng.normal(size=(5, loss.n_weights))
    together = loss(members)
    one_by_one = [loss(member[None])[0] for member in members]
    np.testing.assert_allclose(together, one_by_one, rtol=1e-5)
    for member, expected in zip(members, one_by_one, strict=True):
        task.module.load_state_dict(loss.weights(member))
        with torch.no_grad():
            alone = np.mean([float(task(batch)) for batch in loss.batches])
        assert alone == pytest.approx(expected, rel=1e-5)


def test_a_population_is_cut_to_fit_the_memory(rng, monkeypatch):
    task = memory()
    loss = PopulationLoss(task, batches=1, spread=0.2)
    members = rng.normal(size=(7, loss.n_weights))
    whole = loss(members)
    monkeypatch.setattr("firmsim.training.population.BATCH_BYTES", 100_000)
    assert 1 < loss._at_once(loss.batches[0]) < 7
    np.testing.assert_allclose(loss(members), whole, rtol=1e-5)


def test_history_counts_forward_passes(name):
    history = search(name, steps=5, validate_every=2).train(memory(), "toy").history
    assert list(history) == COLUMNS
    assert history["step"].tolist() == [1, 2, 3, 4, 5]
    assert history["forward_passes"].tolist() == [2 * 16 * step for step in range(1, 6)]
    checked = history.loc[history["validation_loss"].notna(), "step"]
    assert checked.tolist() == [2, 4, 5]
    missing = ["learning_rate", "gradient_norm", "clipped_norm"]
    assert history[missing].isna().all(axis=None)


def test_snapshots_start_with_the_start_weights(name):
    task = memory()
    start = weights(task)
    snapshots = search(name, steps=8).train(task, "toy").snapshots
    assert sorted(snapshots) == [0, 2, 4, 8]
    torch.testing.assert_close(
        torch.cat([weight.flatten() for weight in snapshots[0].values()]), start
    )


def test_same_seed_same_bytes(name):
    np.random.seed(1)  # noqa: NPY002
    first, second = memory(), memory()
    state = np.random.get_state()[1].copy()  # noqa: NPY002
    one = search(name).train(first, "toy").history
    two = search(name).train(second, "toy").history
    assert torch.equal(weights(first), weights(second))
    assert one.equals(two)
    assert (np.random.get_state()[1] == state).all()  # noqa: NPY002


class Killed(BaseException):
    pass


@pytest.mark.parametrize("at", [1, 4])
def test_a_killed_training_ends_with_the_same_bytes(name, at, tmp_path):
    checkpoint = tmp_path / "state.safetensors"
    whole = memory()
    trained = search(name).train(whole, "toy")

    def kill(check):
        if check.step == 10 * at:
            raise Killed

    with pytest.raises(Killed):
        search(name).train(memory(), "toy", checkpoint, kill)
    assert checkpoint.exists()
    resumed, checks = memory(), []
    again = search(name).train(resumed, "toy", checkpoint, checks.append)
    assert checks[0].step == 10 * at  # the earlier ones are replayed
    assert torch.equal(weights(resumed), weights(whole))
    assert again.history.equals(trained.history)
    for step, snapshot in trained.snapshots.items():
        for key, value in snapshot.items():
            assert torch.equal(again.snapshots[step][key], value)


def test_replay_makes_no_forward_pass(name, tmp_path):
    checkpoint = tmp_path / "state.safetensors"
    search(name, steps=57).train(memory(), "toy", checkpoint)
    task, passes = memory(), []
    task.cell.register_forward_hook(lambda *_: passes.append(1))
    search(name, steps=57).train(task, "toy", checkpoint)
    losses_left = 57 - 56  # the last state was written after step 56
    assert len(passes) <= 2 * 16 * losses_left + 1  # and the last validation check


def test_a_state_of_another_training_is_not_gone_on_from(tmp_path):
    checkpoint = tmp_path / "state.safetensors"
    search("swarm").train(memory(), "toy", checkpoint)
    fresh, other = memory(), memory()
    search("genetic").train(fresh, "toy", checkpoint)
    search("genetic").train(other, "toy")
    assert torch.equal(weights(fresh), weights(other))


def test_members_that_diverge_rank_last(name):
    wall = float(weights(Quadratic())[0]) - 0.1
    task = Quadratic(wall)
    history = search(name).train(task, "toy").history
    assert history["loss"].iloc[-1] < history["loss"].iloc[0] < DIVERGED
    assert torch.isfinite(weights(task)).all()


def test_nothing_but_divergence_is_an_error(name):
    with pytest.raises(EncoderError) as error:
        search(name, steps=3).train(Quadratic(wall=np.inf), "toy")
    message = str(error.value)
    assert message.startswith("toy: no set of weights tried in 3 generations has a finite loss")
    assert "lower spread (0.3)" in message


def test_patience_ends_the_search(name):
    task = Quadratic()
    task.validation_loss = lambda: 1.0
    history = search(name, patience=2).train(task, "toy").history
    assert len(history) == 30


def test_who_watches_can_end_the_search(name):
    history = (
        search(name).train(Quadratic(), "toy", callback=lambda check: check.step >= 20).history
    )
    assert len(history) == 20


@pytest.mark.parametrize(
    ("trainer", "package"), [("genetic", "pymoo"), ("swarm", "pymoo"), ("cma-es", "cma")]
)
def test_a_package_that_is_not_installed_is_named_with_its_extra(trainer, package, monkeypatch):
    for module in [name for name in sys.modules if name.split(".")[0] == package]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingPackageError, match=rf"trainer {trainer} needs {package}.*search"):
        search(trainer).train(memory(), "toy")
