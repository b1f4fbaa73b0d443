"""What a run will do: the configuration with every file it names looked up and checked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from firmsim.config import INDICES, Config, Encoder
from firmsim.errors import ConfigError, FirmsError, PriceError, at_fault
from firmsim.firms import MIN_FIRMS
from firmsim.firms.symbols import yahoo_symbol
from firmsim.firms.table import read_firms_table
from firmsim.firms.universes import Universe, members
from firmsim.run.panels import PanelPlan, plan_panels
from firmsim.run.paths import BUNDLED_FIRMS, REFERENCE, SCORED, TRAINING
from firmsim.similarity.comparators import COMPARATORS, chosen_comparators


@dataclass(frozen=True)
class Plan:
    """A checked configuration and what follows from it.

    Attributes
    ----------
    config : Config
        The whole configuration, defaults filled in.
    universe, training_universe : Universe or None
        Index whose members are scored, and the one whose members training is pinned to.
    table : Path or None
        Firms table with sectors and sizes.
    panels : dict of str to PanelPlan
        Panels of prices by name: scored; training, where training is pinned to firms or days;
        reference, where it is pinned to both.
    """

    config: Config
    universe: Universe | None
    training_universe: Universe | None
    table: Path | None
    panels: dict[str, PanelPlan]

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
            one firm, or the source does not know an index's members on that day.
        PriceError
            The price file does not exist, is unreadable or lacks a firm.
        ConfigError
            A comparator is unknown, or an encoder has the name of one.
        """
        config = _with_comparators(config)
        prices, training = config.prices, config.training
        if prices.source == "file" and prices.path is not None and not prices.path.exists():
            message = f"path: {prices.path} does not exist; name a file or a folder"
            raise PriceError(message, parameter="path")
        universe, scored = _named(config.firms, config, "firms")
        training_universe, pinned = _named(training.train_firms, config, "train_firms")
        if prices.source == "yahoo":
            _refuse_twins(scored, "firms")
            _refuse_twins([*(scored or []), *(pinned or [])], "train_firms")
        table = config.firms if isinstance(config.firms, Path) else None
        if table is None and prices.source == "bundled":
            table = home / BUNDLED_FIRMS
        panels = plan_panels(prices, training, scored, pinned)
        return cls(config, universe, training_universe, table, panels)

    @property
    def scored(self) -> PanelPlan:
        """Panel of the firms that are scored."""
        return self.panels[SCORED]

    @property
    def training(self) -> PanelPlan:
        """Panel that training reads."""
        return self.panels.get(TRAINING, self.scored)

    @property
    def reference(self) -> PanelPlan:
        """Panel of the firms, on all days, among which firms are ranked."""
        if self.config.training.train_firms is None:
            return self.scored
        return self.panels.get(REFERENCE, self.training)

    @property
    def encoders(self) -> dict[str, Encoder]:
        """Encoders by name, in the order of the configuration."""
        return {encoder.name: encoder for encoder in self.config.encoders}

    @property
    def families(self) -> dict[str, list[str]]:
        """Names of all methods: the encoders, then the comparators."""
        families: dict[str, list[str]] = {
            "encoders": list(self.encoders),
            "comparators": list(self.config.similarity.comparators or ()),
        }
        return {family: methods for family, methods in families.items() if methods}

    @property
    def methods(self) -> list[str]:
        """Names of all methods, encoders first."""
        return [method for methods in self.families.values() for method in methods]


def _with_comparators(config: Config) -> Config:
    """The configuration with its comparators checked, and the default ones filled in."""
    for encoder in config.encoders:
        if encoder.name in COMPARATORS:
            message = (
                f"encoders: {encoder.name!r} is the name of a comparator; give the encoder "
                "another `name`"
            )
            raise ConfigError(message, parameter="encoders")
    chosen = chosen_comparators(config.similarity.comparators)
    similarity = config.similarity.model_copy(update={"comparators": chosen})
    return config.model_copy(update={"similarity": similarity})


def _named(
    given: list[str] | str | Path | None, config: Config, parameter: str
) -> tuple[Universe | None, list[str] | None]:
    """Index that firms are named by, if they are, and their tickers; None: every firm there is."""
    if given is None or isinstance(given, list):
        return None, given
    with at_fault(parameter):
        if isinstance(given, str):
            # Yahoo spells share classes with a hyphen, as no other source is known to do
            hyphens = config.prices.source == "yahoo"
            universe = members(given, config.firms_as_of, hyphens=hyphens)
            return universe, universe.tickers
        return None, _listed(given)


def _listed(path: Path) -> list[str]:
    """Tickers of a firms table."""
    if not path.suffix and not path.exists():
        message = (
            f"{path} is neither a file nor an index ({', '.join(INDICES)}); list tickers in "
            "brackets, such as [AAPL, MSFT, XOM]"
        )
        raise FirmsError(message)
    tickers = list(read_firms_table(path).index)
    if len(tickers) < MIN_FIRMS:
        message = f"{path} lists {len(tickers)} firms; give at least {MIN_FIRMS}"
        raise FirmsError(message)
    return tickers


def _refuse_twins(tickers: list[str] | None, parameter: str) -> None:
    """Refuse two spellings of one firm at Yahoo: they would count as two firms that are alike."""
    spelt: dict[str, str] = {}
    for ticker in tickers or []:
        symbol = yahoo_symbol(ticker)
        other = spelt.setdefault(symbol, ticker)
        if other != ticker:
            message = f"{parameter}: {other!r} and {ticker!r} are both {symbol} at Yahoo; keep one"
            raise FirmsError(message, parameter=parameter)
