"""`firmsim audit FILE`: faults of the prices in a file."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import pandas as pd

from firmsim.config import Config
from firmsim.errors import PriceError
from firmsim.files.spreadsheet import neutralised
from firmsim.prices.audit.audit import examine
from firmsim.prices.sessions import calendars_of
from firmsim.prices.sources.file import FilePrices

ABOUT = """\
Find faults in daily prices: impossible or stale prices, gaps, missed splits, wrong units, reused
tickers, copies, ... Nothing is changed. docs/audit.md explains how each kind is found.
"""
STATUS = (
    "Exit status: 0 without findings, or with findings that are only noted; 1 when a run would "
    "mask a price, drop a firm, or stop."
)


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `firmsim audit`."""
    parser.description, parser.epilog = ABOUT, STATUS
    parser.add_argument(
        "file",
        type=Path,
        help="a wide or long CSV or parquet file, or a folder of one CSV per ticker",
    )
    parser.add_argument(
        "--config",
        type=Path,
        help="configuration with thresholds and actions (audit) and a calendar (prices.calendar)",
    )
    parser.add_argument("--csv", action="store_true", help="print only the findings, as CSV")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the findings.

    Parameters
    ----------
    arguments : Namespace
        ``file``, ``config`` and ``csv``.

    Returns
    -------
    int
        0 when all findings are only noted, else 1.

    Raises
    ------
    PriceError
        The file cannot be read.
    ConfigError
        The configuration cannot be read, or has a wrong key.
    MissingPackageError
        pyyaml is not installed, which reads a configuration.
    """
    config = _config(arguments.config)
    if not arguments.file.exists():
        message = f"{arguments.file} does not exist; name a file of prices, or a folder of them"
        raise PriceError(message)
    raw = FilePrices(arguments.file).read(None, None, None)
    calendars = calendars_of(raw, config.prices.calendar)
    panel, findings = examine(raw.series, config.audit, raw.quotes, calendars, stops=False)
    table = findings.table()
    if arguments.csv:
        sys.stdout.write(neutralised(table).to_csv(index=False))
    else:
        sys.stdout.write(_aligned(table) + _summary(table, panel))
    return int((table["action"] != "note").any())


def _config(path: Path | None) -> Config:
    """Read a configuration, or take the defaults."""
    if path is None:
        return Config()
    from firmsim.config.load import load_config  # needs an extra
    from firmsim.config.yaml_file import read_config

    return load_config(read_config(path), [path])


def _aligned(table: pd.DataFrame) -> str:
    """Table in aligned columns, the text last."""
    if table.empty:
        return ""
    columns = ["ticker", "date", "kind", "action", "value"]
    rows = [columns, *table[columns].to_numpy().tolist()]
    widths = [max(len(row[place]) for row in rows) for place in range(len(columns))]
    lines = ("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)
    return "\n".join(lines) + "\n\n"


def _summary(table: pd.DataFrame, panel: pd.DataFrame) -> str:
    """One line on the panel, and one per kind of finding."""
    days = " without a price"
    if len(panel):
        days = f" on {len(panel)} days, {panel.index[0]:%Y-%m-%d} to {panel.index[-1]:%Y-%m-%d}"
    lines = [f"{_counted(panel.shape[1], 'firm')}{days}: {_counted(len(table), 'finding')}"]
    for (kind, action), group in table.groupby(["kind", "action"]):
        firms = _counted(group["ticker"].nunique(), "firm")
        lines.append(f"  {kind} ({action}): {len(group)} in {firms}")
    return "\n".join(lines) + "\n"


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
