import pytest
from tiny_run import leave_run


@pytest.fixture
def run(tmp_path):
    return leave_run(tmp_path / "results" / "tiny")
