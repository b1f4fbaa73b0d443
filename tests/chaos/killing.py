"""Runs of the workflow in processes of their own, and the ways to end them."""

import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import psutil
from project import Project, prices

HOME = Path(__file__).resolve().parents[2]
LONG = os.environ.get("CHAOS") == "long"

SIGNALS = (signal.SIGKILL, signal.SIGINT, signal.SIGTERM)
LINGER = 60.0
"""Seconds within which a run that was told to end must be gone with its jobs, on a busy machine."""


@dataclass(frozen=True)
class Kill:
    """A way to end a run.

    Attributes
    ----------
    signal : Signals
        KILL, INT or TERM.
    group : bool
        To every process of the run, as by Ctrl-C; else to the main process of Snakemake alone.
    """

    signal: signal.Signals
    group: bool

    def __str__(self):
        return f"{self.signal.name} to the {'group' if self.group else 'main process'}"


KILLS = [Kill(number, group) for number in SIGNALS for group in (True, False)]


def heed_signals():
    """Give a process the signals of a terminal: a background process inherits an ignored SIGINT."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


class Run:
    """A call of snakemake, in a session of its own.

    Parameters
    ----------
    folder : Path
        Working folder, with the configuration my.yaml.
    *targets : str
        Targets.
    run : str
        Name of the run.
    log : str
        File of what it prints.
    """

    def __init__(self, folder, *targets, run="test", log="printed.txt"):
        self.log = folder / log
        command = [sys.executable, "-m", "snakemake", "--snakefile", HOME / "Snakefile"]
        command += [*targets, "--cores", "2", "--configfile", "my.yaml", "--config", f"run={run}"]
        with self.log.open("wb") as printed:
            self.process = subprocess.Popen(
                command,
                cwd=folder,
                stdout=printed,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=heed_signals,
            )

    @property
    def printed(self):
        """What the run has printed."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def wait(self, timeout=600):
        """Wait for the end; return the exit status and what was printed."""
        return self.process.wait(timeout), self.printed

    def ends_within(self, seconds):
        """Whether the run ends by itself within a time."""
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def wait_until(self, moment, seconds=120):
        """Wait until `moment()` is true; return False if the run ends before."""
        deadline = time.monotonic() + seconds
        while self.process.poll() is None and time.monotonic() < deadline:
            if moment():
                return True
            time.sleep(0.0005)
        return False

    def stop(self, kill):
        """End the run in this way."""
        if kill.group:
            os.killpg(self.process.pid, kill.signal)
        else:
            self.process.send_signal(kill.signal)

    def left(self):
        """Processes of the run that are alive."""
        return [
            process for process in psutil.process_iter() if session(process) == self.process.pid
        ]

    def gone_within(self, seconds=LINGER):
        """Wait until no process of the run is left; return the seconds it took."""
        began = time.monotonic()
        while (left := self.left()) and time.monotonic() - began < seconds:
            self.process.poll()
            time.sleep(0.02)
        assert not left, f"still alive after {seconds} s: {[p.cmdline() for p in left]}"
        return time.monotonic() - began

    def clear(self):
        """Kill whatever is left."""
        for process in self.left():
            process.kill()
        self.process.wait()


def session(process):
    """Session of a process, if it is alive."""
    try:
        if process.status() == psutil.STATUS_ZOMBIE:
            return None
        return os.getsid(process.pid)
    except (psutil.Error, OSError):
        return None


ENCODER = {
    "cell": {"name": "elman", "hidden": 4},
    "objective": {"name": "comovement", "outputs": 2, "portfolios": 2},
    "trainer": {"name": "gradient", "steps": 110, "validate_every": 55, "windows": [20]},
}  # fmt: skip
"""Trains in a second, and beyond its first checkpoint, which is at 100 steps."""

EVALUATION = {
    "windows": [20], "stride": 60, "horizon": 60, "min_horizon": 40, "unseen_share": 0.4,
    "draws": 20, "min_history_share": 0.5,
}  # fmt: skip

STUDY = {
    "trainers": ["genetic"], "seeds": [0, 1], "forward_passes": 16, "seconds": 0.01,
    "validation_checks": 1, "population": 4,
    "firm": {"cells": ["elman"], "max_parameters": [200], "windows": [20], "batch_size": 8},
    "memory": {"max_parameters": [20], "lags": [2], "sequences": 4},
}  # fmt: skip


def small_project(folder, **keys):
    """Eight firms over 280 days, training pinned to seven of them: every rule, and quick jobs."""
    panel = prices(n_firms=8, n_days=280)
    panel.to_csv(folder / "prices.csv")
    sectors = ["Energy", "Utilities"] * 4
    pd.DataFrame({"ticker": panel.columns, "sector": sectors}).to_csv(
        folder / "firms.csv", index=False
    )
    settings = {
        "firms": "firms.csv",
        "prices": {"source": "file", "path": "prices.csv"},
        "audit": {"min_history": 150},
        "training": {"train_firms": list(panel.columns[:7]), "fit_end": "2015-09-30"},
        "encoders": [ENCODER],
        "similarity": {"comparators": ["pearson", "random"]},
        "association": {"permutations": 19},
        "evaluation": EVALUATION,
        "trainers": STUDY,
    }
    return Project(folder).configure(**settings | keys)


def contents(results, without=()):
    """Every file below a folder, hidden ones too: path to bytes."""
    return {
        path.relative_to(results).as_posix(): path.read_bytes()
        for path in sorted(results.rglob("*"))
        if path.is_file() and path.relative_to(results).parts[0] not in without
    }


def differences(found, expected):
    """Names of the files that are missing, that should not be there, or that have other bytes."""
    return sorted(
        name for name in found.keys() | expected.keys() if found.get(name) != expected.get(name)
    )


def generator(seed):
    """Random moments and ways of one seed."""
    return random.Random(seed)
