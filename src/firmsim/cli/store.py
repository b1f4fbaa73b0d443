"""`firmsim store`: list, verify and remove downloaded prices of Yahoo."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from firmsim.errors import PriceError, extra
from firmsim.firms.symbols import yahoo_symbol
from firmsim.prices.source import YAHOO
from firmsim.prices.sources.yahoo.store import CorruptFile, Store
from firmsim.run.paths import RESOURCES

FOLDER = RESOURCES / YAHOO
"""Store of a project, below its folder."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the parsers of `firmsim store list`, `verify` and `forget`."""
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    listing = commands.add_parser("list", help="one line per symbol")
    listing.set_defaults(run=list_symbols)
    verify = commands.add_parser("verify", help="verify the checksum of every file")
    verify.set_defaults(run=verify_files)
    forget = commands.add_parser(
        "forget", help="remove symbols, so that the next run downloads them again"
    )
    forget.add_argument("tickers", nargs="*", metavar="TICKER")
    forget.add_argument("--all", action="store_true", help="every symbol of the store")
    forget.add_argument(
        "--profiles", action="store_true", help="only profiles: of these tickers, or all of them"
    )
    forget.set_defaults(run=forget_symbols)
    for command in (listing, verify, forget):
        command.add_argument(
            "--folder", type=Path, default=FOLDER, help=f"folder of the store (default: {FOLDER})"
        )


def list_symbols(arguments: argparse.Namespace) -> int:
    """Print one line per symbol, tab-separated; a corrupt file has its reason there.

    Returns
    -------
    int
        0.
    """
    store = _opened(arguments.folder)
    _print("symbol", "start", "end", "prices", "first", "last", "fetched", "profile_of")
    for symbol in store.symbols():
        try:
            stored = store.history(symbol)
            profile = store.profile(symbol)
        except CorruptFile as corrupt:
            _print(symbol, f"corrupt: {corrupt.reason}", *"-" * 6)
            continue
        if stored is None:  # removed meanwhile
            continue
        priced = stored.table["Adj Close"].dropna().index
        days = [f"{day:%Y-%m-%d}" for day in (priced[0], priced[-1])]
        about = profile["fetched"] if profile else "-"
        fetched = f"{stored.fetched:%Y-%m-%d}"
        _print(symbol, stored.start, stored.end, len(priced), *days, fetched, about)
    return 0


def verify_files(arguments: argparse.Namespace) -> int:
    """Verify the checksum of every file; print the corrupt ones.

    Returns
    -------
    int
        1 when a file is corrupt, else 0.
    """
    store = _opened(arguments.folder)
    found = store.verify()
    for corrupt in found:
        _print(corrupt)
    count = len(store.symbols()) + len(store.profiled())
    _print(f"{count} files, {len(found)} corrupt")
    if found:
        _print("the next run sets corrupt files aside and downloads their symbols again")
    return 1 if found else 0


def forget_symbols(arguments: argparse.Namespace) -> int:
    """Remove histories and profiles, or profiles only.

    Returns
    -------
    int
        0.

    Raises
    ------
    PriceError
        No symbol is named, one is not in the store, or a run is downloading.
    MissingPackageError
        filelock is not installed.
    """
    with extra("yahoo", "firmsim store forget"):
        import filelock

    store = _opened(arguments.folder)
    stored = sorted({*store.symbols(), *store.profiled()})
    symbols = [yahoo_symbol(ticker) for ticker in arguments.tickers]
    if arguments.all or (arguments.profiles and not symbols):
        symbols = stored
    elif not symbols:
        message = "store forget: name tickers, or give --all or --profiles"
        raise PriceError(message)
    for symbol in symbols:
        if symbol not in stored:
            message = f"store forget: {symbol!r} is not in {store.folder}; see firmsim store list"
            raise PriceError(message)
    try:
        with store.lock(timeout=0):
            count = store.forget(symbols, histories=not arguments.profiles)
    except filelock.Timeout:
        message = f"{store.folder} is in use by a run that downloads; try again when it is done"
        raise PriceError(message) from None
    _print(f"files removed: {count}")
    return 0


def _opened(folder: Path) -> Store:
    if not folder.is_dir():
        message = f"--folder: {folder} does not exist; name the folder of a store"
        raise PriceError(message)
    return Store(folder)


def _print(*cells: object) -> None:
    sys.stdout.write("\t".join(map(str, cells)) + "\n")
