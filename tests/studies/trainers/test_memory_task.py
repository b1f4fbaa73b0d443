"""The memory task against a plain loop, and what stays from one validation check to the next."""

import numpy as np
import pytest
import torch

import naive
from firmsim.objectives.task import CellModule
from firmsim.recurrent import Elman
from trainers.memory_task import CHANCE, MemoryTask


def task(lag=7, **keys):
    torch.manual_seed(0)
    cell = Elman(1, 3, 1, dtype=torch.float64)
    return MemoryTask(CellModule(cell), np.random.default_rng(5), lag, **keys)


def test_matches_naive():
    comp = task(sequences=9)
    batch = comp.draw()
    ref_loss = naive.memory_loss(
        batch.x.numpy(),
        batch.symbol.numpy(),
        **{name: value.numpy() for name, value in comp.cell.weights().items()},
    )
    with torch.no_grad():
        assert float(comp(batch)) == pytest.approx(ref_loss, rel=1e-12)


def test_only_the_first_day_tells():
    batch = task(lag=7, sequences=2_000, noise=0.2).draw()
    assert batch.x.shape == (8, 2_000, 1)
    assert set(batch.symbol.tolist()) == {-1.0, 1.0}
    np.testing.assert_array_equal(batch.x[0, :, 0], batch.symbol)
    later = batch.x[1:, :, 0].numpy()
    assert later.std() == pytest.approx(0.2, rel=0.05)
    assert np.abs(later @ batch.symbol.numpy()).max() / 2_000 < 0.02


def test_who_guesses_pays_chance():
    comp = task()
    with torch.no_grad():
        for weight in comp.parameters():
            weight.zero_()
        assert comp.validation_loss() == pytest.approx(CHANCE)


def test_validation_sequences_stay_and_batches_change():
    comp = task()
    with torch.no_grad():
        before = comp.validation_loss()
        first, second = comp.draw(), comp.draw()
        assert comp.validation_loss() == before
    assert not torch.equal(first.x, second.x)


def test_same_seed_same_sequences():
    assert torch.equal(task().draw().x, task().draw().x)
