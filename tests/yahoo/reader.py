"""YahooPrices in a process of its own, as yfinance keeps cookies and answers for the life of one.

`read` starts it in the environment of a `FakeYahoo`; ``python -m yahoo.reader`` is what it starts.
"""

import json
import os
import resource
import subprocess
import sys
from datetime import date
from pathlib import Path

from firmsim.prices.raw import IncompletePrices
from firmsim.prices.sources.yahoo.policy import RequestPolicy
from firmsim.prices.sources.yahoo.source import YahooPrices
from yahoo.clock import FakeClock

HOME = Path(__file__).resolve().parents[1]


def command(folder, tickers, start, end, **options):
    """What to start: `options` are those of `YahooPrices` and of `RequestPolicy`."""
    asked = {"store": str(folder / "store"), "tickers": tickers, "start": start, "end": end}
    return [sys.executable, "-W", "default", "-m", "yahoo.reader", json.dumps(asked | options)]


def environment(yahoo, folder):
    """Variables for the process."""
    paths = [str(HOME), os.environ.get("PYTHONPATH", "")]
    env = yahoo.environment(folder / "cache")
    return env | {"PYTHONPATH": os.pathsep.join(filter(None, paths))}


def read(yahoo, folder, tickers, start, end, env=None, **options):
    """Read prices in a new process; say what came of it."""
    done = subprocess.run(
        command(folder, tickers, start, end, **options),
        env=environment(yahoo, folder) | (env or {}),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout) | {"stderr": done.stderr}


def main(
    store,
    tickers,
    start,
    end,
    wait=False,
    min_coverage=0.95,
    profile_days=30,
    later_listings=False,
    quoted=(),
    **policy,
):
    clock = None if wait else FakeClock()
    policy = RequestPolicy(**{"requests_per_second": 1000.0, "timeout": 5.0} | policy)
    source = YahooPrices(
        Path(store), policy, min_coverage, profile_days, clock, later_listings=later_listings
    )
    said = {"error": None, "kind": None, "prices": {}, "attributes": None}
    outcomes = None
    try:
        raw = source.read(tickers, date.fromisoformat(start), date.fromisoformat(end))
    except IncompletePrices as error:
        said |= {"error": str(error), "kind": type(error).__name__, "parameter": error.parameter}
        outcomes = error.outcomes
    except Exception as error:
        said |= {"error": str(error), "kind": type(error).__name__}
    else:
        outcomes = raw.outcomes
        said["prices"] = {
            one.name: {f"{day:%Y-%m-%d}": price for day, price in one.items()} for one in raw.series
        }
        said["quotes"] = {
            name: json.loads(raw.quotes[name].reset_index(drop=True).to_json())
            for name in raw.quotes
            if name in quoted
        }
        said["attributes"] = json.loads(raw.attributes().to_json(orient="index"))
    if outcomes is not None:
        said["outcomes"] = outcomes.set_index("ticker").to_dict("index")
    said["slept"] = [] if wait else clock.slept
    said["memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # KiB
    sys.stdout.write(json.dumps(said) + "\n")


if __name__ == "__main__":
    main(**json.loads(sys.argv[1]))
