"""Fixtures for every test: seeded randomness and one torch thread."""

import hypothesis
import numpy as np
import pytest
import torch

# the same examples everywhere, no folder of earlier failures, no limit that a busy machine breaks
hypothesis.settings.register_profile("firmsim", deadline=None, derandomize=True, database=None)
hypothesis.settings.load_profile("firmsim")


@pytest.fixture(scope="session", autouse=True)
def _one_torch_thread():
    torch.set_num_threads(1)


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(20160704)
