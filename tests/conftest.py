"""Fixtures for every test: seeded randomness, one torch thread, the bundled prices."""

import signal
from pathlib import Path

import hypothesis
import numpy as np
import pytest
import torch

from firmsim.prices.source import BUNDLED
from firmsim.prices.sources.bundled import fetch_bundled
from firmsim.run.paths import RESOURCES

# the same examples everywhere, no folder of earlier failures, no limit that a busy machine breaks
hypothesis.settings.register_profile("firmsim", deadline=None, derandomize=True, database=None)
# `make mutants`: the first failure kills a mutant, so no example is made smaller
hypothesis.settings.register_profile(
    "mutants",
    hypothesis.settings.get_profile("firmsim"),
    max_examples=25,
    phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
)
hypothesis.settings.load_profile("firmsim")


@pytest.fixture(scope="session", autouse=True)
def _heard_ctrl_c():
    """Hear Ctrl-C here and in child processes, although a job in the background ignores it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session", autouse=True)
def _one_torch_thread():
    torch.set_num_threads(1)


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(20160704)


@pytest.fixture(scope="session")
def resources() -> Path:
    """Folder with the archive of the bundled prices, downloaded once, as `make run` keeps it."""
    folder = Path(__file__).resolve().parent.parent / RESOURCES
    if not (folder / BUNDLED).exists():
        fetch_bundled(folder / BUNDLED)
    return folder
