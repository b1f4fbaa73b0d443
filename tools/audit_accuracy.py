"""How many faults of each kind the audit finds, and how many clean firms it flags.

    python tools/audit_accuracy.py [--bundled ARCHIVE] [--folder FOLDER] [--seeds N]

Each kind of fault is seeded into a tenth of the clean firms of each real panel, and the whole panel
is audited. A fault counts as found when its firm has a finding of the right kind on the rows
concerned. For a single wrong day, any of split, jump and unit_error counts, because each removes
the same price. Firms with a finding in the original panel get no fault. Panels whose file is
missing are left out. Prints the tables of docs/audit.md.
"""

import argparse
import os
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
from tqdm import tqdm

from firmsim.config import Actions, Audit
from firmsim.prices.audit.audit import examine
from firmsim.prices.audit.changes import changes_of
from firmsim.prices.audit.panel import panel_of
from firmsim.prices.sources.bundled import BundledPrices
from firmsim.prices.sources.file import FilePrices

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests" / "prices" / "audit"))

from seeded_faults import (  # noqa: E402 - the tests' own
    EDGE,
    FAULTS,
    RATIOS,
    STEPS,
    Fault,
    copied,
    dividends,
    long_gap,
    missed_reverse_split,
    missed_split,
    share_class,
    spin_off,
)

NOT_FLAGS = {"share_class", "short_history"}
"""Kinds that clean firms have too."""
SIZES = [0.3, 0.35, 0.4, 0.5, 0.6, 0.8]
SHARE = 0.1
"""Share of the firms that get a fault at a time."""


def panels(bundled, folder):
    """Name and series of each real panel whose file exists."""
    sources = {
        "bundled 2007-2016": BundledPrices(bundled),
        "S&P 500 2014-2024": FilePrices(folder / "sp500_2014_2024_prices.parquet"),
        "US 2014-2024": FilePrices(folder / "us2100_2014_2024_prices.parquet"),
    }
    for name, source in sources.items():
        path = getattr(source, "archive", None) or source.path
        if path.exists():
            yield name, list(source.read(None, None, None).series)
        else:
            sys.stderr.write(f"{path} does not exist, {name} is left out\n")


def found(series, quotes=None):
    """Findings of a panel, those that would stop a run included."""
    _, findings = examine(series, Audit(actions=Actions()), quotes, stops=False)
    return findings.table()


class Bench:
    """Seeding of faults into one panel."""

    def __init__(self, series, seeds):
        self.seeds = seeds
        self.rng = np.random.default_rng(0)
        self.all = [one.dropna() for one in series]
        began = time.perf_counter()
        self.flags = found(self.all)
        self.seconds = time.perf_counter() - began
        self.flags = self.flags[~self.flags["kind"].isin(NOT_FLAGS)]
        flagged = set(self.flags["ticker"])
        clean = [
            place
            for place, one in enumerate(self.all)
            if one.name not in flagged and len(one) >= 600
        ]
        self.clean = np.array(clean)
        self.quiet = self._quiet_days()

    def _quiet_days(self):
        """Ticker -> days whose surroundings are calmer than the median firm-day's."""
        panel, _ = panel_of(self.all)
        net = pd.DataFrame(changes_of(panel).net, panel.index, panel.columns)
        spread = net.abs().rolling(121, center=True, min_periods=60).median()
        calm = spread < np.nanmedian(spread.to_numpy())
        return {ticker: panel.index[calm[ticker]] for ticker in panel}

    def rate(self, fault, **options):
        """Share of the faults found, and how many were seeded."""
        hits = count = 0
        while count < self.seeds:
            chosen = self.rng.choice(self.clean, max(1, int(SHARE * len(self.clean))), False)
            spoilt, truth = list(self.all), []
            for place in chosen:
                one = self.all[place].copy()
                days = one.index
                extra = dict(options)
                if fault.quiet:
                    inner = days[EDGE:-EDGE].intersection(self.quiet[one.name])
                    if not len(inner):
                        continue
                    extra["row"] = days.get_loc(self.rng.choice(inner))
                spoilt[place], first, last = fault.seed(one, self.rng, self.all, **extra)
                truth.append((one.name, f"{days[first]:%Y-%m-%d}", f"{days[last]:%Y-%m-%d}"))
            table = found(spoilt)
            table = table[table["kind"].isin(fault.kinds)]
            dates = table.groupby("ticker")["date"].agg(list).to_dict()
            hits += sum(
                any(first <= date <= last for date in dates.get(ticker, []))
                for ticker, first, last in truth
            )
            count += len(truth)
        return hits / count, count

    def pair_rate(self, seed, kind):
        """Share of the added tickers that are found."""
        hits = count = 0
        while count < self.seeds:
            chosen = self.rng.choice(self.clean, max(1, int(SHARE * len(self.clean))), False)
            added = [seed(self.all[place], self.rng, self.all) for place in chosen]
            table = found([*self.all, *added])
            names = set(table.loc[table["kind"] == kind, "ticker"])
            hits += sum(one.name in names for one in added)
            count += len(added)
        return hits / count, count

    def dividend_rate(self, *, adjusted):
        """Share of firms that pay dividends which are flagged."""
        chosen = self.rng.choice(self.clean, min(self.seeds, len(self.clean)), False)
        series, quotes = list(self.all), {}
        for place in chosen:
            series[place], table = dividends(self.all[place], self.rng, adjusted=adjusted)
            quotes[series[place].name] = table
        flagged = set(found(series, quotes).query("kind == 'not_adjusted'")["ticker"])
        return len(flagged & set(quotes)) / len(quotes), len(quotes)

    def same_firm_rate(self):
        """Share of long gaps of one firm that are taken for a reused ticker."""
        return self.rate(Fault(long_gap, {"ticker_reuse"}))


def detection(bench):
    """Rate of every kind."""
    rates = {}
    for name, fault in tqdm(FAULTS.items(), disable=None):
        rates[name] = bench.rate(fault)
    rates["dividends not adjusted for"] = bench.dividend_rate(adjusted=False)
    rates["identical series"] = bench.pair_rate(copied, "identical_series")
    rates["near-identical series"] = bench.pair_rate(share_class, "share_class")
    return rates


def trade_offs(bench):
    """Rates by split ratio and by size of a spin-off, and two false alarms."""
    rates = {}
    for ratio in RATIOS:
        both = [
            bench.rate(Fault(seed, STEPS), ratio=ratio)
            for seed in (missed_split, missed_reverse_split)
        ]
        rates[f"split by {ratio:g}, either way"] = np.mean(both, axis=0)
    for size in SIZES:
        rates[f"spin-off of {size:g}, quiet series"] = bench.rate(
            Fault(spin_off, STEPS, quiet=True), size=size
        )
    for size in (0.5, 0.8):
        rates[f"spin-off of {size:g}, any series"] = bench.rate(Fault(spin_off, STEPS), size=size)
    rates["false: same firm after a long gap"] = bench.same_firm_rate()
    rates["false: dividends adjusted for"] = bench.dividend_rate(adjusted=True)
    return rates


def table(columns):
    """Rates of every panel side by side, as Markdown."""
    names = list(columns)
    lines = ["| | " + " | ".join(names) + " |", "|---" * (len(names) + 1) + "|"]
    for row in next(iter(columns.values())):
        cells = [f"{columns[name][row][0]:.1%}" for name in names]
        lines.append(f"| {row} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main():
    """Print the tables."""
    default = os.environ.get("FIRMSIM_EVALUATION_DATA", ROOT.parent / "shared" / "data")
    archive = ROOT / "resources/prices/bundled/cvxportfolio-1.5.1.tar.gz"
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bundled", type=Path, default=archive)
    parser.add_argument("--folder", type=Path, default=Path(default))
    parser.add_argument("--seeds", type=int, default=200, help="faults of each kind and panel")
    arguments = parser.parse_args()
    rates, more = {}, {}
    for name, series in panels(arguments.bundled, arguments.folder):
        bench = Bench(series, arguments.seeds)
        firms = bench.flags["ticker"].nunique()
        print(f"{name}: {len(series)} firms, audited in {bench.seconds:.1f} s")
        print(f"{firms} firms flagged ({firms / len(series):.2%}), {', '.join(NOT_FLAGS)} apart:")
        print(bench.flags.drop_duplicates(["ticker", "kind"]).to_string(index=False), flush=True)
        rates[name] = detection(bench)
        more[name] = trade_offs(bench)
    print(table(rates), table(more), sep="\n\n")


if __name__ == "__main__":
    main()
