"""The permutation tests beside scikit-bio's, and beside each other, in one run.

``make bench`` prints the tables. Contestants take turns, so that other load of the machine affects
all of them alike. A time is the median of the repeats, a ratio the median of the ratios within a
repeat. The last table runs each test once at n = 2,100 in a process of its own and prints its peak
memory.
"""

import argparse
import resource
import statistics
import subprocess
import sys
import time
import warnings

import numpy as np
from skbio import DistanceMatrix
from skbio.stats.distance import mantel as skbio_mantel
from skbio.stats.distance import permanova as skbio_permanova
from skbio.stats.distance import permdisp as skbio_permdisp

from firmsim.association.permutation import (
    label_distance,
    mantel,
    mantel_within,
    mrqap,
    partial_mantel,
    permanova,
    permdisp,
)

SECTORS = 11


class Data:
    """Distances of firms, four predictors and a sector."""

    def __init__(self, n):
        rng = np.random.default_rng(0)
        self.labels = np.sort(rng.integers(0, SECTORS, n))
        self.countries = np.arange(n) % 2
        points = rng.normal(size=(n, 60)) + rng.normal(size=(SECTORS, 60))[self.labels]
        squares = (points**2).sum(axis=1)
        inner = squares[:, None] + squares - 2 * points @ points.T
        np.fill_diagonal(inner, 0.0)
        self.distance = np.sqrt(np.maximum(inner + inner.T, 0.0) / 2)
        numbers = rng.normal(size=(3, n))
        self.size, volatility, beta = np.abs(numbers[:, :, None] - numbers[:, None, :])
        self.covariates = {
            "sector": label_distance(self.labels),
            "volatility": volatility,
            "beta": beta,
        }


def tests(data, draws):
    """Every test of ours by name."""
    run = (draws, 0)
    predictors = {"size": data.size, **data.covariates}
    return {
        "Mantel": lambda: mantel(data.distance, data.size, *run),
        "Mantel, strata": lambda: mantel(data.distance, data.size, *run, data.labels),
        "Mantel within strata": lambda: mantel_within(data.distance, data.size, data.labels, *run),
        "partial Mantel, 3 covariates": lambda: partial_mantel(
            data.distance, data.size, data.covariates, *run
        ),
        "partial Mantel, 3 covariates, strata": lambda: partial_mantel(
            data.distance, data.size, data.covariates, *run, data.labels
        ),
        "MRQAP, 1 tested given 3": lambda: mrqap(data.distance, predictors, *run, tested=["size"]),
        "MRQAP, 1 tested given 3, strata": lambda: mrqap(
            data.distance, predictors, *run, data.countries, tested=["size"]
        ),
        "MRQAP, all 4 tested": lambda: mrqap(data.distance, predictors, *run),
        "PERMANOVA": lambda: permanova(data.distance, data.labels, *run),
        "PERMANOVA, strata": lambda: permanova(data.distance, data.labels, *run, data.countries),
        "PERMANOVA, covariate": lambda: permanova(
            data.distance, data.labels, *run, covariates={"beta": data.covariates["beta"][0]}
        ),
        "PERMDISP": lambda: permdisp(data.distance, data.labels, *run),
        "PERMDISP, strata": lambda: permdisp(data.distance, data.labels, *run, data.countries),
    }


def theirs(data, draws):
    """scikit-bio's tests by the name of ours."""
    distance, size = DistanceMatrix(data.distance), DistanceMatrix(data.size)

    def scatter(test):
        with warnings.catch_warnings(action="ignore"):
            return skbio_permdisp(distance, data.labels, test=test, permutations=draws, seed=0)

    return {
        "Mantel": lambda: skbio_mantel(size, distance, permutations=draws, seed=0),
        "PERMANOVA": lambda: skbio_permanova(distance, data.labels, permutations=draws, seed=0),
        "PERMDISP (centroid)": lambda: scatter("centroid"),
        "PERMDISP (median)": lambda: scatter("median"),
    }


def seconds(contestants, repeats):
    """Seconds of each contestant in each repeat, in turns."""
    taken = {name: [] for name in contestants}
    for _ in range(repeats):
        for name, call in contestants.items():
            start = time.perf_counter()
            call()
            taken[name].append(time.perf_counter() - start)
    return taken


def ratio(ours, reference):
    """Median of ours over the reference, repeat by repeat."""
    return statistics.median(a / b for a, b in zip(ours, reference, strict=True))


def beside_scikit_bio(data, draws, repeats):
    """Print the tests that both have."""
    print(f"| n = {len(data.labels)}, {draws} permutations | s | scikit-bio, s | ours / theirs |")
    print("|---|---|---|---|")
    bio = theirs(data, draws)
    ours = tests(data, draws)
    for name, call in bio.items():
        taken = seconds({"ours": ours[name.split(" (")[0]], "theirs": call}, repeats)
        each = [statistics.median(taken[who]) for who in ("ours", "theirs")]
        of = ratio(taken["ours"], taken["theirs"])
        print(f"| {name} | {each[0]:.3f} | {each[1]:.3f} | {of:.2f} |", flush=True)


def beside_mantel(data, draws, repeats):
    """Print all tests against our plain Mantel test."""
    print(f"\n| n = {len(data.labels)}, {draws} permutations | s | times plain Mantel |")
    print("|---|---|---|")
    taken = seconds(tests(data, draws), repeats)
    for name, each in taken.items():
        print(f"| {name} | {statistics.median(each):.3f} | {ratio(each, taken['Mantel']):.2f} |")


def memory(n, draws):
    """Print seconds and peak memory of each test in a process of its own."""
    print(f"\n| n = {n}, {draws} permutations | s | peak memory, GB |")
    print("|---|---|---|")
    for name in tests(Data(40), 19):
        command = [sys.executable, __file__, "--alone", name, "--large", str(n)]
        command += ["--large-draws", str(draws)]
        printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        print(f"| {name} | {printed.strip()} |", flush=True)


def alone(name, n, draws):
    """Run one test and print its time and the peak memory of this process."""
    call = tests(Data(n), draws)[name]
    start = time.perf_counter()
    call()
    taken = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9
    print(f"{taken:.1f} | {peak:.2f}")


def main():
    """Print the three tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--firms", type=int, default=455)
    parser.add_argument("--draws", type=int, default=9999)
    parser.add_argument("--bio-draws", type=int, default=999, help="beside scikit-bio")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--large", type=int, default=2100, help="firms of the memory table")
    parser.add_argument("--large-draws", type=int, default=9999)
    parser.add_argument("--alone", help="run one test of the memory table")
    options = parser.parse_args()
    if options.alone:
        alone(options.alone, options.large, options.large_draws)
        return
    data = Data(options.firms)
    beside_scikit_bio(data, options.bio_draws, options.repeats)
    beside_mantel(data, options.draws, options.repeats)
    memory(options.large, options.large_draws)


if __name__ == "__main__":
    main()
