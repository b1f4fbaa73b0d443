"""`firmsim COMMAND`: tools beside the workflow."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from firmsim import __version__
from firmsim.errors import FirmsimError
from firmsim.surroundings import machine_error

STANDARD_OUTPUT = Path("standard output")
"""What an error names when the result of a command cannot be written."""


class Command(Protocol):
    """A module of `firmsim.cli`, named after its command."""

    def configure(self, parser: argparse.ArgumentParser) -> None:
        """Add arguments, and the default ``run``, which maps them to the exit status."""
        ...


COMMANDS = {
    "add": "add tickers to a run",
    "audit": "find faults in a file of prices",
    "store": "list, verify or remove downloaded prices of Yahoo",
}
"""Command -> what it does, in a few words."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    argv : sequence of str or None
        Arguments after the program's name. None reads those of the process.

    Returns
    -------
    int
        Exit status. 0: success. 1: a mistake of the user or what the machine refused, in one line
        on standard error, or standard output was closed early. 2: wrong arguments. 130:
        interrupted with Ctrl-C.

    Examples
    --------
    >>> main(["add", "AAPL", "--config", "none.yaml"])
    1
    """
    parser = argparse.ArgumentParser("firmsim", description="Which listed firms move alike.")
    parser.add_argument("--version", action="version", version=f"firmsim {__version__}")
    subparsers = parser.add_subparsers(metavar="COMMAND", required=True)
    words = sys.argv[1:] if argv is None else argv
    for name, about in COMMANDS.items():
        subparser = subparsers.add_parser(name, help=about)
        if name in words:  # the others are not imported, which would take a second
            cast("Command", import_module(f"firmsim.cli.{name}")).configure(subparser)
    arguments = parser.parse_args(words)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal may not have every letter of a name
            stream.reconfigure(errors="backslashreplace")
    status = 1  # standard output may be closed before the command returns its status
    try:
        try:
            status = arguments.run(arguments)
        except FirmsimError as error:
            _complain(error)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        _abandon_output()  # the reader has closed its end (`firmsim store list | head`)
    except (OSError, MemoryError) as error:
        # whatever a command writes but its output has a name
        nameless = isinstance(error, OSError) and error.filename is None
        found = machine_error(error, STANDARD_OUTPUT if nameless else None)
        if found is None:
            raise
        _complain(found)
        if nameless:
            _abandon_output()
        return 1
    return status


def _complain(error: FirmsimError) -> None:
    with suppress(OSError):  # standard error may be full as well
        sys.stderr.write(f"error: {error}\n")


def _abandon_output() -> None:
    """Send standard output nowhere, so that Python has nothing to flush when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
