"""`firmsim COMMAND`: what is asked for outside a run of the workflow."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import Any, Protocol

from firmsim import __version__
from firmsim.cli import add, audit, store
from firmsim.errors import FirmsimError


class Command(Protocol):
    """A module below `firmsim.cli`."""

    def add_parser(self, subparsers: Any) -> None:
        """Add the command's parser; its default ``run`` takes the arguments, gives the status."""
        ...


COMMANDS: tuple[Command, ...] = (add, audit, store)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    argv : sequence of str or None
        Arguments after the program's name; None: those of the process.

    Returns
    -------
    int
        Exit status: 0 when all is well, 1 after a user's mistake (one line on standard error) or
        when standard output is closed before the command is done, 2 when the arguments are wrong,
        130 after Ctrl-C.
    """
    parser = argparse.ArgumentParser("firmsim", description="Which listed firms move alike.")
    parser.add_argument("--version", action="version", version=f"firmsim {__version__}")
    subparsers = parser.add_subparsers(metavar="COMMAND", required=True)
    for command in COMMANDS:
        command.add_parser(subparsers)
    arguments = parser.parse_args(argv)
    status = 1  # a reader that goes away while the command runs keeps its result unknown
    try:
        try:
            status = arguments.run(arguments)
        except FirmsimError as error:
            sys.stderr.write(f"error: {error}\n")
        sys.stdout.flush()
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # the reader has what it wanted (`firmsim store list | head`); nothing is left to flush
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return status
