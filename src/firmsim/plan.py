"""What a run will do: the configuration with every file it names looked up and checked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from firmsim.config import MIN_FIRMS, Config, Encoder, Prices
from firmsim.errors import FirmsError, PriceError
from firmsim.firms import read_firms_table
from firmsim.prices.file import FilePrices
from firmsim.prices.source import BUNDLED
from firmsim.trainer_study.trials import Trial, trials

RESOURCES = Path("resources/prices")
"""Where what was downloaded is kept, within the working folder."""

BUNDLED_FIRMS = Path("config/firms/sp500_2007_2016.csv")
"""Firms table of the bundled prices, within the project."""


@dataclass(frozen=True)
class Plan:
    """A checked configuration and what follows from it.

    Attributes
    ----------
    config : Config
        The whole configuration, defaults filled in.
    scored : list of str or None
        Firms to score; None: every firm of the source.
    training : list of str or None
        Firms that training is pinned to; None: the scored firms.
    table : Path or None
        Firms table with sectors and sizes, if there is one.
    price_files, training_files : list of Path
        Files that the prices of the scored and of the training firms are read from; none for
        the source `yahoo`.
    fingerprint : str or None
        Hash of the prices of the firms that training is pinned to, for the source `file`: a file
        may change without any change to these firms, and this tells.
    """

    config: Config
    scored: list[str] | None
    training: list[str] | None
    table: Path | None
    price_files: list[Path]
    training_files: list[Path]
    fingerprint: str | None

    @classmethod
    def make(cls, config: Config, home: Path) -> Plan:
        """Look up what a configuration names.

        Parameters
        ----------
        config : Config
            Checked configuration.
        home : Path
            Folder of the project, where the bundled firms table is.

        Returns
        -------
        Plan
            Ready to run.

        Raises
        ------
        FirmsError
            A list of firms is missing, unreadable, malformed or too short.
        PriceError
            `prices.path` does not exist, is unreadable or lacks a firm.
        """
        path = config.prices.path
        if config.prices.source == "file" and path is not None and not path.exists():
            message = f"prices.path: {path} does not exist; name a file or a folder"
            raise PriceError(message)
        scored = _tickers(config.firms, "firms")
        training = _tickers(config.training.train_firms, "training.train_firms")
        table = config.firms if isinstance(config.firms, Path) else None
        if table is None and config.prices.source == "bundled":
            table = home / BUNDLED_FIRMS
        price_files = _price_files(config.prices, scored)
        training_files: list[Path] = []
        fingerprint = None
        if training is not None:
            try:
                training_files = _price_files(config.prices, training)
                fingerprint = _fingerprint(config.prices, training)
            except PriceError as error:
                message = f"training.train_firms: {error}"
                raise PriceError(message) from None
        return cls(config, scored, training, table, price_files, training_files, fingerprint)

    @property
    def encoders(self) -> dict[str, Encoder]:
        """Encoders by name, in the order of the configuration."""
        return {encoder.name: encoder for encoder in self.config.encoders}

    @property
    def trials(self) -> dict[str, Trial]:
        """Trials of the study of trainers by name; none when there is no study."""
        study = self.config.trainer_study
        return {} if study is None else {trial.name: trial for trial in trials(study)}

    @property
    def families(self) -> dict[str, list[str]]:
        """Names of all methods: the encoders, then the comparators."""
        families: dict[str, list[str]] = {
            "encoders": list(self.encoders),
            "comparators": list(self.config.similarity.comparators),
        }
        return {family: methods for family, methods in families.items() if methods}

    @property
    def methods(self) -> list[str]:
        """Names of all methods, encoders first."""
        return [method for methods in self.families.values() for method in methods]


def _price_files(prices: Prices, tickers: list[str] | None) -> list[Path]:
    """Files that the prices of some firms (None: all) are read from."""
    if prices.source == "bundled":
        return [RESOURCES / BUNDLED]
    if prices.source == "file" and prices.path is not None:
        return FilePrices(prices.path).files(tickers)
    return []


def _fingerprint(prices: Prices, tickers: list[str]) -> str | None:
    """Hash of the prices of some firms, if they are in files of the user."""
    if prices.source != "file" or prices.path is None:
        return None
    return FilePrices(prices.path).fingerprint(tickers, prices.start, prices.end)


def _tickers(given: list[str] | Path | None, key: str) -> list[str] | None:
    """Tickers of a list or of a firms table."""
    if not isinstance(given, Path):
        return given
    try:
        tickers = list(read_firms_table(given).index)
    except FirmsError as error:
        message = f"{key}: {error}"
        raise FirmsError(message) from None
    if len(tickers) < MIN_FIRMS:
        message = f"{key}: {given} lists {len(tickers)} firms; give at least {MIN_FIRMS}"
        raise FirmsError(message)
    return tickers
