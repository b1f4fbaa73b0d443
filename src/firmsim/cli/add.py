"""`firmsim add TICKER...`: add firms to the list or the table that a configuration names."""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from firmsim.config import Config
from firmsim.errors import ConfigError, FirmsError, extra
from firmsim.files import atomic
from firmsim.firms.symbols import yahoo_symbol
from firmsim.firms.table import append_rows, read_firms_table
from firmsim.firms.tickers import check_tickers
from firmsim.run.paths import Paths

DEFAULT = Path("config/config.yaml")
"""Configuration that `snakemake` reads by default."""

ABOUT = """\
Add tickers to the firms of a configuration: to its list, or to the CSV that it names. The rest of
the file stays as it is. The next run fetches the new firms only.
"""

COLUMNS = ("name", "sector", "industry")
"""Columns of a firms table that an option fills in."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `firmsim add`."""
    parser.description = ABOUT
    parser.add_argument(
        "tickers", nargs="+", metavar="TICKER", help="ticker in the spelling of the price source"
    )
    parser.add_argument(
        "--config",
        type=Path,
        default=DEFAULT,
        metavar="FILE",
        help="configuration of the run (default: %(default)s)",
    )
    for column in COLUMNS:
        parser.add_argument(f"--{column}", help=f"{column} of these firms, for firms in a CSV")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Add the tickers and print what to run next.

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
        The configuration is not readable, is not valid, or names no firms that can be added to.
    FirmsError
        A ticker is malformed, repeated or already there, or the CSV has no such column.
    """
    file: Path = arguments.config
    values, text = _read(file)
    listed = values["firms"] if isinstance(values["firms"], list) else None
    if listed is not None:  # the list may be too short before the tickers are added
        new = [ticker for ticker in arguments.tickers if ticker not in listed]
        values = values | {"firms": [*listed, *new]}
    config = _config(values, file)
    tickers = _spelt(arguments.tickers, config)
    cells = {name: cell for name in COLUMNS if (cell := getattr(arguments, name)) is not None}
    if listed is not None:
        if cells:
            message = (
                f"--{next(iter(cells))}: firms is a list of tickers in {file}, which has no other "
                "columns; name a CSV there to give firms a sector"
            )
            raise FirmsError(message)
        _refuse_known(tickers, [str(ticker) for ticker in listed], file, config)
        _write(file, extend_list(text, "firms", tickers, file))
        where, count = file, len(listed)
    else:
        where = _table(config, file)
        count = _extend_table(where, tickers, cells, config)
    sys.stdout.write(
        f"added {', '.join(tickers)} to {where}, which lists {count + len(tickers)} firms now\n"
        f"next: {_command(file)}\n      {_consequence(config)}\n"
    )
    return 0


def extend_list(text: str, key: str, items: Sequence[str], where: object) -> str:
    r"""Add items at the end of a top-level list of a YAML file.

    Parameters
    ----------
    text : str
        The file. Everything that is in it stays, byte for byte.
    key : str
        Top-level key of the list, in brackets or with one item per line.
    items : sequence of str
        Added in the layout of the list, in quotes where YAML would not read them as text.
    where : object
        The file, for the error.

    Returns
    -------
    str
        The file with the longer list.

    Raises
    ------
    ConfigError
        The list cannot be extended without a change elsewhere, for example because it is an alias.

    Examples
    --------
    >>> extend_list("firms: [AAPL, MSFT]  # two\n", "firms", ["NO"], "my.yaml")
    'firms: [AAPL, MSFT, "NO"]  # two\n'
    """
    with extra("workflow", "firmsim add"):
        import yaml
        from yaml_edit import Document, ScalarValue, YamlError

    before = yaml.safe_load(text)
    try:
        document = Document.parse(text)
        sequence = document[key].as_sequence()
        if sequence is not None:
            sequence.extend(
                item if yaml.safe_load(item) == item else ScalarValue(item, "double-quoted")
                for item in items
            )
        extended = str(document)
        same = yaml.safe_load(extended) == before | {key: [*before[key], *items]}
    except (YamlError, yaml.YAMLError):
        same = False
    if not same or not _is_insertion(text, extended):
        message = f"{where}: {key} is not written as a plain list; add the tickers by hand"
        raise ConfigError(message)
    return extended


def _is_insertion(text: str, longer: str) -> bool:
    """Whether one text is another with something put in at one place."""
    pairs = enumerate(zip(text, longer, strict=False))
    head = next((place for place, (old, new) in pairs if old != new), len(text))
    return longer.endswith(text[head:])


def _extend_table(where: Path, tickers: list[str], cells: dict[str, str], config: Config) -> int:
    """Add rows to a firms table; return how many it had."""
    known = list(read_firms_table(where).index)
    _refuse_known(tickers, known, where, config)
    rows = [{"ticker": ticker} | cells for ticker in tickers]
    _write(where, append_rows(_text(where), rows, where))
    return len(known)


def _text(path: Path) -> str:
    """Text of a file with its line ends as they are."""
    try:
        return path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        message = f"{path} cannot be read ({reason}); name a configuration with --config"
        raise ConfigError(message) from None


def _read(file: Path) -> tuple[dict[str, Any], str]:
    """Keys and text of a file."""
    from firmsim.config.yaml_file import read_config  # needs an extra

    values = read_config(file)
    if not values:
        message = f"{file} holds no keys; name a configuration with --config"
        raise ConfigError(message)
    if "firms" not in values:
        message = (
            f"{file} has no key 'firms' to add to; write one, such as firms: [AAPL, MSFT, XOM]"
        )
        raise ConfigError(message)
    return values, _text(file)


def _config(values: dict[str, Any], file: Path) -> Config:
    from firmsim.config.load import load_config  # needs an extra

    return load_config(values, [file])


def _spelt(tickers: list[str], config: Config) -> list[str]:
    """Tickers in the spelling of the price source, each once."""
    if config.prices.source == "yahoo":
        spelt = [yahoo_symbol(ticker) for ticker in tickers]
        for given, ticker in zip(tickers, spelt, strict=True):
            if given != ticker:
                sys.stdout.write(f"{given!r} is {ticker} at Yahoo\n")
        tickers = spelt
    return check_tickers(tickers, "firmsim add")


def _refuse_known(tickers: list[str], known: list[str], where: Path, config: Config) -> None:
    """Raise when a ticker is already there in any spelling."""
    if config.prices.source == "yahoo":
        known = [yahoo_symbol(ticker) for ticker in known]
    twice = [ticker for ticker in tickers if ticker in known]
    if twice:
        message = f"{', '.join(map(repr, twice))}: already in {where}; leave it out"
        raise FirmsError(message)


def _table(config: Config, file: Path) -> Path:
    """Firms table that a configuration names."""
    if isinstance(config.firms, Path):
        return config.firms
    if config.firms is None:
        message = (
            f"{file}: firms is empty, which means every firm of the price source; list the "
            "firms you want there first, or name another file with --config"
        )
    else:
        message = (
            f"{file}: firms is the index {config.firms}, whose members are looked up; to add to "
            f"them, copy {Paths.of(config.run).universe}, add to the copy and name it in firms"
        )
    raise ConfigError(message)


def _write(path: Path, text: str) -> None:
    """Replace a file as a whole and keep its permissions."""
    path = path.resolve()  # the file behind a link, not the link
    with atomic(path) as temporary:
        temporary.write_bytes(text.encode())
        shutil.copymode(path, temporary)


def _command(file: Path) -> str:
    """Command that runs the workflow with a configuration."""
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
