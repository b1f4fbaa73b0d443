"""Encoders trained without derivatives."""

import numpy as np
import pytest
from small import small

from firmsim.encoders import ComovementEncoder


@pytest.mark.parametrize("trainer", ["genetic", "annealing", "swarm", "cma-es"])
@pytest.mark.parametrize("cell", ["elman", "jordan", "lstm"])
def test_trains_an_encoder(trainer, cell, growth):
    sizes = {"population": 8, "batches": 2, "hidden": 4, "outputs": 2}
    encoder = small(ComovementEncoder, cell=cell, trainer=trainer, **sizes).fit(growth)
    history = encoder.history_
    assert history["loss"].iloc[-1] < history["loss"].iloc[0]
    assert np.isfinite(encoder.transform(growth)).all(axis=None)


def test_a_killed_search_ends_with_the_same_weights(growth, tmp_path):
    """fit replays the losses in the checkpoint and goes on to the same weights."""
    checkpoint = tmp_path / "state.safetensors"
    settings = {"trainer": "cma-es", "population": 8, "batches": 2, "checkpoint_every": 3}
    whole = small(ComovementEncoder, **settings).fit(growth)
    small(ComovementEncoder, **settings).fit(growth, checkpoint=checkpoint)
    assert checkpoint.exists()
    again = small(ComovementEncoder, **settings).fit(growth, checkpoint=checkpoint)
    for name, weight in whole.module_.state_dict().items():
        assert (again.module_.state_dict()[name] == weight).all()


@pytest.mark.parametrize("trainer", ["genetic", "annealing"])
def test_a_search_needs_no_portfolios(trainer, growth):
    sizes = {"population": 8, "batches": 2, "hidden": 2, "outputs": 2, "portfolios": 0, "steps": 2}
    encoder = small(ComovementEncoder, trainer=trainer, **sizes).fit(growth)
    assert np.isfinite(encoder.transform(growth)).all(axis=None)
