"""A job as a member of its run: it ends with the run, and then puts no more files in place."""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from logging import Logger
from pathlib import Path
from types import FrameType
from typing import NoReturn

from firmsim.files import write_only_within
from firmsim.run.holder import Holder, RunFolder
from firmsim.run.lock import MEMBER

INTERVAL = 0.5
"""Seconds between two looks at the run."""

PATIENCE = 5.0
"""Seconds that a job has to end in order once its run is over."""


INTERRUPTED = 128 + signal.SIGINT
"""Exit status of a job that was told to end."""


@dataclass(frozen=True)
class Membership:
    """Link of a job to the run that started it.

    Parameters
    ----------
    token : str
        Token of the run.
    folder : RunFolder
        Folder of the run.

    Examples
    --------
    >>> import tempfile
    >>> from firmsim.run.lock import RunLock
    >>> with tempfile.TemporaryDirectory() as results:
    ...     lock = RunLock(Path(results, "mine"))
    ...     lock.take()
    ...     job = Membership.of_this_process()
    ...     lock.release()
    ...     print(job.over())
    its run was interrupted
    """

    token: str
    folder: RunFolder

    @classmethod
    def of_this_process(cls) -> Membership | None:
        """Return the membership of this process; None where no run that it can see started it."""
        token, _, folder = os.environ.get(MEMBER, "").partition(" ")
        found = RunFolder(Path(folder))
        return cls(token, found) if token and found.holder_file.exists() else None

    def over(self) -> str | None:
        """Return why the run is over, or None while it goes on."""
        return self._over(self.folder.holder())

    def _over(self, holder: Holder | None) -> str | None:
        if holder is None:  # a file that cannot be read says nothing
            return None
        if holder.token != self.token:
            return f"another run has begun: {holder}"
        if holder.ended:
            return "its run was interrupted"
        # some file systems of clusters keep the locks of each machine to that machine
        if holder.host == socket.gethostname() and self.folder.held() is False:
            return f"its run is gone: {holder}"
        return None

    @contextmanager
    def unless_over(self, logger: Logger) -> Iterator[None]:
        """Keep another run from taking over during the block; end this process if one has."""
        with ExitStack() as stack:
            holder = None
            with suppress(OSError):
                holder = stack.enter_context(self.folder.kept_holder())
            if reason := self._over(holder):
                leave(logger, reason)
            yield


@contextmanager
def in_its_run(logger: Logger) -> Iterator[None]:
    """End this process once its run is over, and let it write files only while the run goes on.

    Parameters
    ----------
    logger : Logger
        Gets the one line that says why.

    Yields
    ------
    None

    Raises
    ------
    KeyboardInterrupt
        The run is over, or the process was told to end by SIGTERM; the message says which.
    """
    job = Membership.of_this_process()
    if job is None:
        yield
        return
    if reason := job.over():  # started so slowly that its run is over by now
        leave(logger, reason)
    done = threading.Event()
    follower = threading.Thread(target=_follow, args=(job, done, logger), daemon=True)

    def unwind(number: int, _frame: FrameType | None) -> NoReturn:
        # as Ctrl-C does: half-made files are removed, a download ends with its present request
        raise KeyboardInterrupt(job.over() or signal.Signals(number).name)

    signal.signal(signal.SIGTERM, unwind)
    follower.start()
    try:
        with write_only_within(lambda: job.unless_over(logger)):
            yield
    finally:
        done.set()


def _follow(job: Membership, done: threading.Event, logger: Logger) -> None:
    """Look at the run until the job is done; interrupt the job when the run is over."""
    while not done.wait(INTERVAL):
        if reason := job.over():
            os.kill(os.getpid(), signal.SIGTERM)
            if not done.wait(PATIENCE):  # in a long call of a library
                logger.error("ended: %s", reason)
                os._exit(INTERRUPTED)


def leave(logger: Logger, reason: str) -> NoReturn:
    """End this process with one line in its log, as SIGINT would.

    Parameters
    ----------
    logger : Logger
        Gets the line.
    reason : str
        Why the job ends.
    """
    logger.error("ended: %s", reason)
    raise SystemExit(INTERRUPTED)
