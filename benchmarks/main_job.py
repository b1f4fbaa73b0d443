"""Seconds and memory of the main job: default run, second run, one ticker more.

``make bench`` prints one table. The pinned run trains on 430 firms and then adds the 431st, so the
third row is the time to wait after adding a ticker. Peak memory is that of all processes together,
read every half second.
"""

import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil
import yaml

HOME = Path(__file__).resolve().parent.parent


class Memory(threading.Thread):
    """Largest resident memory of a process and all its children."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.process, self.peak = psutil.Process(pid), 0

    def run(self):
        """Read the memory until the process ends."""
        while self.process.is_running():
            try:
                family = [self.process, *self.process.children(recursive=True)]
                self.peak = max(self.peak, sum(member.memory_info().rss for member in family))
            except psutil.NoSuchProcess:
                continue
            time.sleep(0.5)


def timed(folder, *options):
    """Run the workflow; return seconds, peak memory in GB and what it printed."""
    command = [sys.executable, "-m", "snakemake", "--snakefile", HOME / "Snakefile"]
    command += ["--directory", folder, "--cores", "2", *options]
    start = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        memory = Memory(process.pid)
        memory.start()
        printed = process.communicate()[0].decode()
    if process.returncode:
        sys.exit(printed)
    return time.perf_counter() - start, memory.peak / 1e9, printed


def configured(folder, name, **settings):
    """Write a configuration file."""
    path = Path(folder, f"{name}.yaml")
    path.write_text(yaml.safe_dump(settings), encoding="utf-8")
    return path


def main():
    """Time the three runs one after the other."""
    with tempfile.TemporaryDirectory() as folder:
        resources = HOME / "resources"
        if resources.exists():  # the download is no part of the timing
            Path(folder, "resources").symlink_to(resources)
        base = configured(folder, "base", run="bench")
        print("| step | seconds | peak memory (GB) |\n|---|---|---|")
        for step in ("default run", "second run, nothing to do"):
            seconds, memory, printed = timed(folder, "--configfile", base)
            print(f"| {step} | {seconds:.0f} | {memory:.1f} |", flush=True)
        if "Nothing to be done" not in printed:
            sys.exit(f"the second run did something:\n{printed}")
        table = HOME / "config/firms/sp500_2007_2016.csv"
        tickers = [line.split(",")[0] for line in table.read_text().splitlines()[1:]]
        pinned = {"train_firms": tickers[:-1]}
        before = configured(folder, "before", run="pin", firms=tickers[:-1], training=pinned)
        after = configured(folder, "after", run="pin", firms=tickers, training=pinned)
        timed(folder, "--configfile", before)
        seconds, memory, printed = timed(folder, "--configfile", after)
        if "rule train:" in printed:
            sys.exit(f"adding a ticker trained an encoder:\n{printed}")
        print(f"| one ticker more, training pinned | {seconds:.0f} | {memory:.1f} |")


if __name__ == "__main__":
    main()
