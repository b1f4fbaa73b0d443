import pytest
from project import Project, configure_own, encoders, prices


@pytest.fixture
def project(tmp_path):
    """Empty working folder."""
    return Project(tmp_path)


@pytest.fixture(scope="session")
def small_run(tmp_path_factory, resources):
    """Five real firms over 300 days, every cell: what somebody's first own run is like."""
    folder = tmp_path_factory.mktemp("small")
    (folder / "resources").mkdir()
    (folder / "resources" / resources.name).symlink_to(resources)
    project = Project(folder).configure(
        firms=["AAPL", "MSFT", "XOM", "CVX", "JPM"],
        prices={"source": "bundled", "start": "2015-10-23"},
        encoders=encoders(
            ("elman", "comovement"),
            ("jordan", "comovement"),
            ("lstm", "comovement"),
            ("gru", "comovement"),
            ("feedforward", "comovement"),
            ("elman", "forecast"),
            ("jordan", "forecast"),
        ),
        association={"permutations": 99},
    )
    project.run()
    return project


@pytest.fixture(scope="session")
def finished(tmp_path_factory):
    """A finished run on the user's own file, training pinned to its first ten firms."""
    folder = tmp_path_factory.mktemp("finished")
    panel = prices()
    panel.to_csv(folder / "prices.csv")
    project = Project(folder)
    configure_own(project, panel.columns[:11])
    project.run()
    return project
