"""`firmsim add TICKER...`: add firms to the list or the table that a configuration names."""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path
from typing import Any

import yaml

from firmsim.config import Config
from firmsim.config.edit import append_rows, extend_list
from firmsim.config.load import load_config
from firmsim.config.places import NO_YAML
from firmsim.errors import ConfigError, FirmsError
from firmsim.files import atomic
from firmsim.firms.symbols import yahoo_symbol
from firmsim.firms.table import read_firms_table
from firmsim.firms.tickers import check_tickers

DEFAULT = Path("config/config.yaml")
"""What `snakemake` reads when it is told nothing else."""


def add_parser(subparsers: Any) -> None:
    """Add the parser of `firmsim add`."""
    parser = subparsers.add_parser(
        "add",
        help="add tickers to a run",
        description="Add tickers to the firms of a configuration: to its list, or to the CSV that "
        "it names. Comments and layout stay. Run the workflow again, and only they are fetched.",
    )
    parser.add_argument("tickers", nargs="+", metavar="TICKER", help="as the price source has it")
    parser.add_argument(
        "--config",
        type=Path,
        default=DEFAULT,
        metavar="FILE",
        help="configuration of the run (default: %(default)s)",
    )
    for column in ("name", "sector", "industry"):
        parser.add_argument(f"--{column}", help=f"{column} of these firms, when they are in a CSV")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Add the tickers, say what happens next.

    Parameters
    ----------
    arguments : Namespace
        tickers, config, name, sector and industry.

    Returns
    -------
    int
        0.

    Raises
    ------
    ConfigError
        The configuration is not readable, not valid, or names no firms that can be added to.
    FirmsError
        A ticker is malformed, given twice or there already, or the CSV has no such column.
    """
    file: Path = arguments.config
    values, text = _read(file)
    listed = values["firms"] if isinstance(values["firms"], list) else None
    if listed is not None:  # it may be too short without what is added
        new = [ticker for ticker in arguments.tickers if ticker not in listed]
        values = values | {"firms": [*listed, *new]}
    config = load_config(values, [file])
    tickers = _spelt(arguments.tickers, config)
    about = {
        name: getattr(arguments, name)
        for name in ("name", "sector", "industry")
        if getattr(arguments, name) is not None
    }
    if listed is not None:
        if about:
            message = (
                f"--{next(iter(about))}: firms is a list of tickers in {file}, which holds nothing "
                "else; name a CSV there to give firms a sector"
            )
            raise FirmsError(message)
        _refuse_known(tickers, [str(ticker) for ticker in listed], file, config)
        _write(file, extend_list(text, "firms", tickers, file))
        where, count = file, len(listed)
    else:
        where = _table(config, file)
        known = list(read_firms_table(where).index)
        _refuse_known(tickers, known, where, config)
        rows = [{"ticker": ticker} | about for ticker in tickers]
        _write(where, append_rows(_text(where), rows, where))
        count = len(known)
    sys.stdout.write(
        f"added {', '.join(tickers)} to {where}, which lists {count + len(tickers)} firms now\n"
        f"next: {_command(file)}\n      {_consequence(config)}\n"
    )
    return 0


def _text(path: Path) -> str:
    """Text of a file, its line ends as they are."""
    try:
        return path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        message = f"{path} cannot be read ({reason}); name a configuration with --config"
        raise ConfigError(message) from None


def _read(file: Path) -> tuple[dict[str, Any], str]:
    """Keys and text of a file."""
    text = _text(file)
    try:
        values = yaml.safe_load(text)
    except NO_YAML as error:
        message = f"{file} is no YAML: {' '.join(str(error).split())}"
        raise ConfigError(message) from None
    if not isinstance(values, dict):
        message = f"{file} holds no keys; name a configuration with --config"
        raise ConfigError(message)
    if "firms" not in values:
        message = (
            f"{file} has no key 'firms' to add to; write one, such as firms: [AAPL, MSFT, XOM]"
        )
        raise ConfigError(message)
    return values, text


def _spelt(tickers: list[str], config: Config) -> list[str]:
    """Tickers as the price source has them, each once."""
    if config.prices.source == "yahoo":
        spelt = [yahoo_symbol(ticker) for ticker in tickers]
        for given, ticker in zip(tickers, spelt, strict=True):
            if given != ticker:
                sys.stdout.write(f"{given!r} is {ticker} at Yahoo\n")
        tickers = spelt
    return check_tickers(tickers, "firmsim add")


def _refuse_known(tickers: list[str], known: list[str], where: Path, config: Config) -> None:
    """Raise when a ticker is there already, in whatever spelling."""
    if config.prices.source == "yahoo":
        known = [yahoo_symbol(ticker) for ticker in known]
    twice = [ticker for ticker in tickers if ticker in known]
    if twice:
        message = f"{', '.join(map(repr, twice))}: already in {where}; leave it out"
        raise FirmsError(message)


def _table(config: Config, file: Path) -> Path:
    """Firms table of a configuration, if that is what it names."""
    if isinstance(config.firms, Path):
        return config.firms
    if config.firms is None:
        message = (
            f"{file}: firms is empty, which stands for every firm of the price source; list the "
            "firms you want there first, or name another file with --config"
        )
    else:
        message = (
            f"{file}: firms is the index {config.firms}, whose members are looked up; to add to "
            f"them, copy results/{config.run}/universe.csv, add to the copy and name it in firms"
        )
    raise ConfigError(message)


def _write(path: Path, text: str) -> None:
    """Write a file anew, whole or not at all, with the rights it has."""
    path = path.resolve()  # what a link points to, not the link
    with atomic(path) as temporary:
        temporary.write_bytes(text.encode())
        shutil.copymode(path, temporary)


def _command(file: Path) -> str:
    """How to run the workflow with a configuration."""
    chosen = "" if file == DEFAULT else f" --configfile {file}"
    return f"snakemake --cores 4{chosen}"


def _consequence(config: Config) -> str:
    """What the next run will do."""
    fetched = "downloads" if config.prices.source == "yahoo" else "reads"
    pinned = config.training.train_firms
    same_table = isinstance(pinned, Path) and pinned == config.firms
    if pinned is None or same_table:
        return (
            f"{fetched} what is new and trains the encoders anew; pin training.train_firms and "
            "they stay as they are"
        )
    return f"{fetched} what is new and trains nothing: new firms are embedded with frozen weights"
