"""What a run will do: the configuration with every file it names looked up and checked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from firmsim.config import INDICES, Config, Encoder, Prices
from firmsim.errors import FirmsError, PriceError
from firmsim.firms import MIN_FIRMS
from firmsim.firms.symbols import yahoo_symbol
from firmsim.firms.table import read_firms_table
from firmsim.firms.universes import Universe, members
from firmsim.prices.source import BUNDLED
from firmsim.prices.sources.file import FilePrices
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
    universe, training_universe : Universe or None
        Index whose members are scored, and that training is pinned to, if they are those of one.
    table : Path or None
        Firms table with sectors and sizes, if there is one.
    price_files, training_files : list of Path
        Files that the prices of the scored and of the training firms are read from; none for
        the source `yahoo`.
    fingerprint : str or None
        Hash of the prices that training is pinned to, for the source `file`: a file may change
        without any change to these firms and days, and this tells.
    """

    config: Config
    scored: list[str] | None
    training: list[str] | None
    universe: Universe | None
    training_universe: Universe | None
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
            A list of firms is missing, unreadable, malformed, too short or holds two spellings of
            one firm, or the members of an index are not known on the day asked for.
        PriceError
            `prices.path` does not exist, is unreadable or lacks a firm.
        """
        path = config.prices.path
        if config.prices.source == "file" and path is not None and not path.exists():
            message = f"prices.path: {path} does not exist; name a file or a folder"
            raise PriceError(message)
        universe = _universe(config.firms, config, "firms")
        scored = universe.tickers if universe else _tickers(config.firms, "firms")
        pinned, key = config.training.train_firms, "training.train_firms"
        among = _universe(pinned, config, key)
        training = among.tickers if among else _tickers(pinned, key)
        if config.prices.source == "yahoo":
            _refuse_twins(scored, "firms")
            _refuse_twins([*(scored or []), *(training or [])], key)
        table = config.firms if isinstance(config.firms, Path) else None
        if table is None and config.prices.source == "bundled":
            table = home / BUNDLED_FIRMS
        price_files = _price_files(config.prices, scored)
        plan = cls(config, scored, training, universe, among, table, price_files, [], None)
        if not plan.training_apart:
            return plan
        read = scored if training is None else training
        try:
            training_files = _price_files(config.prices, read)
            fingerprint = _fingerprint(config.prices, read, plan.training_end)
        except PriceError as error:
            message = f"{plan.training_key}: {error}"
            raise PriceError(message) from None
        return replace(plan, training_files=training_files, fingerprint=fingerprint)

    @property
    def training_apart(self) -> bool:
        """Whether training reads other firms or days than are scored."""
        return self.training is not None or self.config.training.fit_end is not None

    @property
    def training_end(self) -> date | None:
        """Last day that training reads; None: the last there is."""
        fit_end = self.config.training.fit_end
        return self.config.prices.end if fit_end is None else fit_end - timedelta(days=1)

    @property
    def training_key(self) -> str:
        """Key that makes training read other prices than are scored."""
        return "training.fit_end" if self.training is None else "training.train_firms"

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


def _fingerprint(prices: Prices, tickers: list[str] | None, end: date | None) -> str | None:
    """Hash of the prices of some firms (None: all), if they are in files of the user."""
    if prices.source != "file" or prices.path is None:
        return None
    return FilePrices(prices.path).fingerprint(tickers, prices.start, end)


def _universe(given: list[str] | str | Path | None, config: Config, key: str) -> Universe | None:
    """Members of an index, if that is what firms are named by."""
    if not isinstance(given, str):
        return None
    try:
        # Yahoo writes share classes with a hyphen, which no other source is known to do
        return members(given, config.firms_as_of, hyphens=config.prices.source == "yahoo")
    except FirmsError as error:
        message = f"{key}: {error}"
        raise FirmsError(message) from None


def _tickers(given: list[str] | str | Path | None, key: str) -> list[str] | None:
    """Tickers of a list or of a firms table."""
    if given is None or isinstance(given, list):
        return given
    path = Path(given)
    if not path.suffix and not path.exists():
        message = (
            f"{key}: {path} is neither a file nor an index ({', '.join(INDICES)}); list tickers in "
            "brackets, such as [AAPL, MSFT, XOM]"
        )
        raise FirmsError(message)
    try:
        tickers = list(read_firms_table(path).index)
    except FirmsError as error:
        message = f"{key}: {error}"
        raise FirmsError(message) from None
    if len(tickers) < MIN_FIRMS:
        message = f"{key}: {given} lists {len(tickers)} firms; give at least {MIN_FIRMS}"
        raise FirmsError(message)
    return tickers


def _refuse_twins(tickers: list[str] | None, key: str) -> None:
    """Raise when two spellings are one firm at Yahoo: they would count as two that are alike."""
    spelt: dict[str, str] = {}
    for ticker in tickers or []:
        symbol = yahoo_symbol(ticker)
        other = spelt.setdefault(symbol, ticker)
        if other != ticker:
            message = f"{key}: {other!r} and {ticker!r} are both {symbol} at Yahoo; keep one"
            raise FirmsError(message)
