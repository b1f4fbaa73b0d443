"""The lock of a run: one main process of Snakemake at a time makes the files of a folder."""

from __future__ import annotations

import os
import signal
import sys
import threading
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import IO, Any, ClassVar

from firmsim.errors import FirmsimError, RunError
from firmsim.files import remove_half_made
from firmsim.files.locks import take
from firmsim.run.holder import Holder, RunFolder
from firmsim.surroundings import machine_error

MEMBER = "FIRMSIM_RUN"
"""Environment variable by which jobs know their run: its token and its folder."""

SIGNALS = (signal.SIGINT, signal.SIGTERM)
"""Signals by which a person or a scheduler ends a run."""

TRIES = 1.0
"""Seconds to try for the lock: jobs that look whether their run lives hold it for microseconds."""


class RunLock:
    """Holds the folder of a run for as long as this process lives.

    Make it before the files are looked at, and take it before any is written: a run that went on
    in between is noticed, since this one was planned on files that have changed.

    Parameters
    ----------
    folder : Path
        ``results/<run>``; what was killed half-way is removed below it.
    *others : Path
        More folders in which half-made files are removed.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as results:
    ...     lock = RunLock(Path(results, "mine"))
    ...     lock.take()
    ...     held = RunFolder(Path(results, "mine").resolve()).held()
    ...     lock.release()
    >>> held
    True
    """

    _taken: ClassVar[RunLock | None] = None

    def __init__(self, folder: Path, *others: Path) -> None:
        self.name = folder
        self.folder = RunFolder(folder.resolve())
        self.others = others
        self.interrupted = False
        self._holder = Holder.this_process()
        self._file: IO[bytes] | None = None
        self._handlers: dict[int, Any] = {}
        if RunLock._taken is not None:  # a workflow that ended in an error in this process
            RunLock._taken.release()
        self._seen = self.folder.holder(), self.folder.held()

    def take(self) -> None:
        """Hold the folder, remove what a killed run left half-made, and tell jobs of this run.

        Raises
        ------
        RunError
            Another process holds the folder, or did so after this object was made.
        MachineError
            The files of the lock cannot be written.
        """
        try:
            self.folder.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self.folder.lock.open("ab")
            locked = take(self._file, exclusive=True, seconds=TRIES)
        except OSError as error:
            raise self._unwritable(error) from None
        if locked is False:
            self._file.close()
            raise self._in_use()
        before, held = self._seen
        if held or before != self.folder.holder():
            self._file.close()
            message = f"{self.name}: another run changed it while this one was planned; run again"
            raise RunError(message)
        if locked is None:
            self._warn()
        try:
            self.folder.set_holder(self._holder)
        except OSError as error:
            raise self._unwritable(error) from None
        RunLock._taken = self
        os.environ[MEMBER] = f"{self._holder.token} {self.folder.path}"
        remove_half_made(self.folder.path, *self.others)
        self._listen()

    def end(self) -> None:
        """Let the jobs of this run end; the folder stays held until they have."""
        with suppress(OSError):  # a full disk; the jobs notice the end of this process
            self.folder.end(self._holder)

    def release(self) -> None:
        """Let another run hold the folder."""
        if self._file is None:
            return
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        self._handlers.clear()
        os.environ.pop(MEMBER, None)
        RunLock._taken = None
        self.end()
        self._file.close()
        self._file = None

    def _listen(self) -> None:
        """End in order when this process alone is interrupted.

        Snakemake would wait for its jobs, for hours if need be, and drop what they made.
        """
        if threading.current_thread() is not threading.main_thread():
            return
        for number in SIGNALS:
            handler = signal.getsignal(number)
            if handler is not signal.SIG_IGN:  # as in the background, or below nohup
                self._handlers[number] = handler
                signal.signal(number, self._interrupt)

    def _interrupt(self, _number: int, _frame: FrameType | None) -> None:
        """Tell the jobs, then have Snakemake cancel what it has submitted."""
        if not self.interrupted:
            self.interrupted = True
            self.end()
        raise KeyboardInterrupt

    def _in_use(self) -> RunError:
        """Error that names the holder."""
        holder = self.folder.holder()
        who = "another process" if holder is None else str(holder)
        return RunError(
            f"{self.name} is in use by {who}; wait until it ends, stop it, or give this run "
            "another name: --config run=NAME"
        )

    def _unwritable(self, error: OSError) -> FirmsimError:
        """Error that names the file."""
        said = f"{error.filename or self.folder.lock}: {error.strerror}; a run needs to write there"
        return machine_error(error, self.folder.lock) or RunError(said)

    def _warn(self) -> None:
        """Say that nothing stops a second run."""
        sys.stderr.write(
            f"warning: the file system of {self.name} has no locks (flock); a second run of it is "
            "not refused, it ends the jobs of this one\n"
        )
