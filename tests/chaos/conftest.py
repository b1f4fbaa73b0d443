from pathlib import Path

import pytest

from firmsim.prices.source import BUNDLED


@pytest.fixture
def no_network(monkeypatch, resources):
    """Let pip take the archive of the bundled prices from this machine."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(resources / Path(BUNDLED).parent))
