"""Where the files of the study are, below the results of a run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

FIGURES = ("curves", "memory", "gradients")
"""Names of the figures."""

FILES = {
    "trainers/summary.csv": "median and range over seeds at equal budgets",
    "trainers/tests.csv": "rank tests against the gradient trainer",
    **{f"trainers/{name}.png": f"figure of docs/trainers.md: {name}" for name in FIGURES},
    "trainers/trials/<case>/<trainer>/seed<k>.csv": "losses of one trial at every check",
}
"""Every kind of file of the study, below the folder of its run, and what it holds."""


@dataclass(frozen=True)
class StudyPaths:
    """Files of one study; names may be wildcards, as in :class:`firmsim.run.paths.Paths`.

    Parameters
    ----------
    folder : Path
        ``results/<run>/trainers``.

    Examples
    --------
    >>> StudyPaths(Path("trainers")).curve("memory-elman-200-lag10/swarm/seed0").as_posix()
    'trainers/trials/memory-elman-200-lag10/swarm/seed0.csv'
    """

    folder: Path

    @classmethod
    def of(cls, run: Path) -> StudyPaths:
        """Return the files of a study, given the folder of its run."""
        return cls(run / "trainers")

    def curve(self, trial: str) -> Path:
        """Return the curve of one trial."""
        return self.folder / "trials" / f"{trial}.csv"

    @property
    def summary(self) -> Path:
        """Median and range over seeds at equal budgets."""
        return self.folder / "summary.csv"

    @property
    def tests(self) -> Path:
        """Rank tests against the gradient trainer."""
        return self.folder / "tests.csv"

    def figure(self, name: str) -> Path:
        """Return a figure, one of `FIGURES`."""
        return self.folder / f"{name}.png"
