"""The layout of a run's results: the only place that knows which file stands where.

Paths take wildcards as well as names: ``scores("{method}")`` is the pattern that a rule of the
workflow fills in, ``scores("pearson")`` is one file.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

RESOURCES = Path("resources/prices")
"""Folder of downloaded prices, within the working folder."""

BUNDLED_FIRMS = Path("config/firms/sp500_2007_2016.csv")
"""Firms table of the bundled prices, within the project."""

SCORED, TRAINING, REFERENCE = PANELS = ("scored", "training", "reference")
"""Panels of prices: the firms that are scored, the firms and days that training reads, and the
training firms on all days, among which firms are ranked."""


FIT_PERIOD = "fit_period"
"""Subfolder of what was made from the fit period alone."""


def failed_jobs(run: str) -> Path:
    """Return the file that collects the one-line errors of a run's jobs.

    Examples
    --------
    >>> failed_jobs("mine").as_posix()
    'logs/mine/failed.txt'
    """
    return Path("logs", run, "failed.txt")


@dataclass(frozen=True)
class PanelPaths:
    """Files of one panel of prices.

    Parameters
    ----------
    folder : Path
        Folder of the prices.
    growth : Path
        Growth rates (1/year), date x ticker.
    """

    folder: Path
    growth: Path

    @property
    def prices(self) -> Path:
        """Audited prices, date x ticker."""
        return self.folder / "prices.parquet"

    @property
    def audit(self) -> Path:
        """Findings of the audit, one row per finding."""
        return self.folder / "audit.csv"

    @property
    def sources(self) -> Path:
        """Where the prices of each ticker come from, one row per ticker."""
        return self.folder / "sources.csv"

    @property
    def attributes(self) -> Path:
        """Sector, industry and size of each firm, as the source of prices knows them."""
        return self.folder / "attributes.parquet"

    @property
    def files(self) -> list[Path]:
        """Every file of the panel."""
        return [self.prices, self.audit, self.sources, self.attributes, self.growth]


@dataclass(frozen=True)
class FitPaths:
    """Files of one training: one encoder, one seed.

    Parameters
    ----------
    folder : Path
        Folder of the training.
    """

    folder: Path

    @property
    def model(self) -> Path:
        """Weights of the encoder and what it takes to use them."""
        return self.folder / "model.safetensors"

    @property
    def history(self) -> Path:
        """Losses, one row per step."""
        return self.folder / "history.csv"

    @property
    def gradients(self) -> Path:
        """How far back gradients reach."""
        return self.folder / "gradients.csv"

    @property
    def checkpoint(self) -> Path:
        """State of an unfinished training; removed once the training ends."""
        return self.folder / "checkpoint.safetensors"


@dataclass(frozen=True)
class EvaluationPaths:
    """Files of the evaluation out of sample.

    Parameters
    ----------
    folder : Path
        Folder of the evaluation.
    """

    folder: Path

    @property
    def firms(self) -> Path:
        """Firms that are evaluated, and which of them are unseen."""
        return self.folder / "firms.csv"

    @property
    def windows(self) -> Path:
        """Windows that are scored, one row per window."""
        return self.folder / "windows.csv"

    @property
    def growth(self) -> Path:
        """Growth rates (1/year) of the firms that are evaluated, on all days."""
        return self.folder / "growth.parquet"

    @property
    def training_growth(self) -> Path:
        """Growth rates (1/year) of the firms and days that encoders are fitted on."""
        return self.folder / "training" / "growth.parquet"

    def fit(self, encoder: str, seed: int | str) -> FitPaths:
        """Return the files of one training."""
        return FitPaths(self.folder / "encoders" / encoder / f"seed{seed}")

    def method(self, method: str) -> Path:
        """Return the file of every measure of one method, window by window."""
        return self.folder / "methods" / f"{method}.parquet"

    @property
    def table(self) -> Path:
        """Means and intervals."""
        return self.folder / "table.csv"

    @property
    def differences(self) -> Path:
        """Differences between encoders and comparators."""
        return self.folder / "differences.csv"

    @property
    def figure(self) -> Path:
        """Measures by length of the window."""
        return self.folder / "figure.png"

    @property
    def record(self) -> Path:
        """Versions, seeds, configuration and hashes of the data."""
        return self.folder / "run.json"


@dataclass(frozen=True)
class Paths:
    """Files of one run.

    Parameters
    ----------
    folder : Path
        ``results/<run>``.

    Examples
    --------
    >>> paths = Paths.of("mine")
    >>> paths.scores("pearson").as_posix()
    'results/mine/scores/pearson.parquet'
    >>> paths.panel("training").growth.as_posix()
    'results/mine/training/growth.parquet'
    """

    folder: Path

    @classmethod
    def of(cls, run: str) -> Paths:
        """Return the files of a run in the working folder.

        Parameters
        ----------
        run : str
            Name of the run.

        Returns
        -------
        Paths
            Files below ``results/<run>``.
        """
        return cls(Path("results", run))

    def panel(self, name: str) -> PanelPaths:
        """Return the files of a panel.

        Parameters
        ----------
        name : str
            One of `PANELS`.

        Returns
        -------
        PanelPaths
            Prices, audit, sources, attributes and growth rates.
        """
        if name == SCORED:
            return PanelPaths(self.folder / "prices", self.folder / "growth" / "growth.parquet")
        return PanelPaths(self.folder / name, self.folder / name / "growth.parquet")

    @property
    def universe(self) -> Path:
        """Members of the index whose firms are scored, as a firms table."""
        return self.folder / "universe.csv"

    @property
    def firms(self) -> Path:
        """Sector, industry and size of every firm that is scored."""
        return self.folder / "firms.csv"

    def fit(self, encoder: str, seed: int | str) -> FitPaths:
        """Return the files of one training."""
        return FitPaths(self.folder / "encoders" / encoder / f"seed{seed}")

    def embeddings(self, encoder: str, period: str = "") -> Path:
        """Return the embeddings of every firm by one encoder, on all days or in the fit period.

        Parameters
        ----------
        encoder : str
            Name of the encoder.
        period : str
            Empty: all days; `FIT_PERIOD`: the fit period only.

        Returns
        -------
        Path
            A parquet file.
        """
        return self.folder / "embeddings" / period / f"{encoder}.parquet"

    def scores(self, method: str, period: str = "") -> Path:
        """Return the scores of every pair of firms by one method; `period` as for `embeddings`."""
        return self.folder / "scores" / period / f"{method}.parquet"

    def neighbours(self, method: str) -> Path:
        """Return the nearest peers of every firm by one method."""
        return self.folder / "neighbours" / f"{method}.parquet"

    def association(self, method: str) -> Path:
        """Return the agreement of one method's scores with sector, size and later days."""
        return self.folder / "association" / f"{method}.json"

    @property
    def summary(self) -> Path:
        """Every statistic of every method, one tidy table."""
        return self.folder / "association" / "summary.csv"

    @property
    def explained(self) -> Path:
        """What sector, size and risk explain of the scores."""
        return self.folder / "association" / "explained.csv"

    @property
    def disagreements(self) -> Path:
        """Firms whose peers are of another sector."""
        return self.folder / "association" / "disagreements.csv"

    @property
    def evaluation(self) -> EvaluationPaths:
        """Files of the evaluation out of sample."""
        return EvaluationPaths(self.folder / "evaluation")

    @property
    def record(self) -> Path:
        """Versions, seeds, configuration and hashes of the data."""
        return self.folder / "run.json"

    @property
    def report(self) -> Path:
        """The page that people open."""
        return self.folder / "report.html"
