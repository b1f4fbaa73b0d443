"""Who holds the folder of a run: two small files beside it, and the locks on them.

``.<run>.lock``    The main process of a run locks it for as long as it lives. The kernel releases
                   the lock at any death, so that a killed run leaves nothing to clear away.
``.<run>.holder``  It names that process, with a token of its run. Whoever reads or replaces it
                   locks it for that moment.
"""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import IO

from firmsim.files.locks import take


@dataclass(frozen=True)
class Holder:
    """The main process of a run.

    Attributes
    ----------
    token : str
        Random; another run of the folder has another one.
    pid : int
        Process.
    host : str
        Machine of the process.
    since : str
        Time at which the run began.
    ended : bool
        The run is over, or ending.

    Examples
    --------
    >>> print(Holder("f3", 7, "here", "2024-01-02 09:30:00"))
    process 7 on here, since 2024-01-02 09:30:00
    """

    token: str
    pid: int
    host: str
    since: str
    ended: bool = False

    @classmethod
    def this_process(cls) -> Holder:
        """Return this process, with a new token."""
        now = datetime.now().astimezone()
        return cls(os.urandom(16).hex(), os.getpid(), socket.gethostname(), f"{now:%F %T}")

    def __str__(self) -> str:
        return f"process {self.pid} on {self.host}, since {self.since}"


@dataclass(frozen=True)
class RunFolder:
    """Folder of a run, with the two files that say who holds it.

    Parameters
    ----------
    path : Path
        ``results/<run>``, absolute.
    """

    path: Path

    @property
    def lock(self) -> Path:
        """File that the main process locks for life."""
        return self.path.with_name(f".{self.path.name}.lock")

    @property
    def holder_file(self) -> Path:
        """File that names the holder."""
        return self.path.with_name(f".{self.path.name}.holder")

    def holder(self) -> Holder | None:
        """Return the latest holder; None where there is none, or its file cannot be read."""
        try:
            with self.kept_holder() as holder:
                return holder
        except OSError:
            return None

    @contextmanager
    def kept_holder(self) -> Iterator[Holder | None]:
        """Yield the latest holder, and let no other take its place during the block.

        Raises
        ------
        OSError
            The file does not exist or cannot be read.
        """
        with self.holder_file.open("rb") as file:
            take(file, exclusive=False)
            yield _read(file)

    def set_holder(self, holder: Holder) -> None:
        """Write down a holder, once nobody keeps the one before.

        Raises
        ------
        OSError
            The file cannot be written.
        """
        with self.holder_file.open("ab") as file:
            take(file, exclusive=True)
            _write(file, holder)

    def end(self, holder: Holder) -> None:
        """Write down that the run of a holder is over, unless another has taken its place.

        Raises
        ------
        OSError
            The file cannot be written.
        """
        with self.holder_file.open("r+b") as file:
            take(file, exclusive=True)
            if _read(file) == holder:
                _write(file, replace(holder, ended=True))

    def held(self) -> bool | None:
        """Whether a living process holds the folder; None where this machine cannot tell."""
        try:
            with self.lock.open("rb") as file:
                taken = take(file, exclusive=False, seconds=0.0)
        except OSError:
            return None
        return None if taken is None else not taken


def _read(file: IO[bytes]) -> Holder | None:
    """Read the file of the holder; None where it is cut or empty."""
    try:
        return Holder(**json.load(file))
    except (ValueError, TypeError):
        return None


def _write(file: IO[bytes], holder: Holder) -> None:
    """Replace what the file of the holder holds."""
    file.seek(0)
    file.truncate()
    file.write(json.dumps(asdict(holder)).encode())
