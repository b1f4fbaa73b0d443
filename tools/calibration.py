"""How often each permutation test rejects a true null at a level of 5%, and finds a real effect.

``make calibrate`` writes the two tables into docs/statistics.md and fails where a test that should
hold its level does not. A data set has forty firms in five uneven sectors and two countries, with
daily returns of 40 days. Scores are correlations of returns; size and volatility are one number per
firm. Null data sets differ in how size, sector and scores are clustered. In none of them does the
tested attribute say anything about the scores.
"""

import argparse
import sys
import warnings

import numpy as np
from skbio import DistanceMatrix
from skbio.stats.distance import permdisp as skbio_permdisp
from tqdm import tqdm

from firmsim.association.permutation import (
    label_distance,
    mantel,
    mantel_within,
    mrqap,
    partial_mantel,
    permanova,
    permdisp,
    score_distance,
)
from generated import HOME, between

DOCS = HOME / "docs/statistics.md"
START, END = "<!-- calibration: make calibrate -->", "<!-- end of calibration -->"
SECTORS = np.repeat(np.arange(5), [12, 10, 8, 6, 4])
COUNTRIES = np.arange(40) % 2
DAYS = 40
DRAWS = 99
LEVEL, TOLERANCE = 0.05, 0.015
STRENGTHS = (0.0, 0.25, 0.5, 0.75, 1.0)


class World:
    """One data set: attributes of firms, and scores that depend on them as the settings say."""

    def __init__(
        self, seed, by_sector=0.0, by_country=0.0, by_size=0.0, scatter=0.0,
        size_by_sector=0.0, sector_by_country=False, confused=False,
    ):  # fmt: skip
        rng = np.random.default_rng((1, seed))  # the permutations have `seed` itself
        n = SECTORS.size
        self.seed = seed
        self.sector = SECTORS
        if sector_by_country:  # three sectors sit in one country more often than in the other
            lean = rng.uniform(size=n) + 0.6 * COUNTRIES
            self.sector = SECTORS[np.argsort(np.argsort(lean))]
        self.volatility = rng.normal(size=n)
        self.size = rng.normal(size=n) + size_by_sector * rng.normal(size=5)[self.sector]
        self.confused = confused
        own = rng.normal(size=(n, DAYS)) * np.exp(scatter * (self.sector % 2))[:, None]
        factors = rng.normal(size=(8, DAYS))
        own += by_sector * factors[self.sector] + by_country * factors[5 + COUNTRIES]
        own += by_size * self.size[:, None] * factors[7]
        self.points = own
        self.distance = score_distance(np.corrcoef(own))
        if confused:  # distances of scores and size both rise with that of volatility
            self.distance = apart(rng.normal(size=n)) + apart(self.volatility)
            self.distance += by_size * apart(self.size)
        self.beta = rng.normal(size=n) + 0.5 * self.volatility

    def between(self, name):
        """Distance of firms in one attribute."""
        values = getattr(self, name)
        if name == "sector":
            return label_distance(values)
        shared = apart(self.volatility) if self.confused and name == "size" else 0.0
        return apart(values) + shared

    def euclidean(self):
        """Distance of the returns themselves, where scatter is not standardised away."""
        return np.linalg.norm(self.points[:, None] - self.points, axis=2)


def apart(values):
    """Absolute difference of every two firms."""
    return np.abs(values[:, None] - values)


def plain(attribute, strata=None):
    """Mantel test of an attribute."""
    return lambda w: (
        mantel(w.distance, w.between(attribute), DRAWS, w.seed, getattr(w, strata or "", None)).p
    )


def within(w):
    """Mantel test of size over pairs of one sector."""
    return mantel_within(w.distance, w.between("size"), w.sector, DRAWS, w.seed).p


def partial(given, strata=None):
    """Partial Mantel test of size."""
    return lambda w: (
        partial_mantel(
            w.distance,
            w.between("size"),
            {given: w.between(given)},
            DRAWS,
            w.seed,
            getattr(w, strata or "", None),
        ).p
    )


def regression(*given, tested="size", strata=None):
    """MRQAP test of size, or of sectors."""

    def p(w):
        predictors = {name: w.between(name) for name in (tested, *given)}
        by = getattr(w, strata or "", None)
        found = mrqap(w.distance, predictors, DRAWS, w.seed, by, tested=[tested])
        return found.coefficients[tested].partial_r.p

    return p


REPORTED = {
    "size": regression("sector", "volatility", "beta", strata="sector"),
    "sector": regression("size", "volatility", "beta", tested="sector"),
}
"""Tests that the report runs (firmsim.association.explain)."""


def anova(w, strata=None, covariates=None):
    """PERMANOVA of sectors."""
    distance = np.sqrt(2 * w.distance)
    return permanova(distance, w.sector, DRAWS, w.seed, strata, covariates).r2.p


def scatter(w, covariates=None):
    """PERMDISP of sectors."""
    return permdisp(w.euclidean(), w.sector, DRAWS, w.seed, covariates=covariates).eta2.p


def scatter_by_labels(w):
    """scikit-bio's PERMDISP, which permutes labels before the centroids are taken."""
    matrix = DistanceMatrix(w.euclidean())
    with warnings.catch_warnings(action="ignore"):
        return skbio_permdisp(
            matrix, w.sector, test="centroid", permutations=DRAWS, dimensions=40, seed=w.seed
        )["p-value"]


CLUSTERED = {"by_sector": 1.0, "size_by_sector": 2.0}
CONFUSED = {"confused": True}
SIZED = {"confused": True, "by_size": 1.0, "size_by_sector": 2.0}
ABROAD = {"by_country": 1.0, "sector_by_country": True}
NULLS = (
    ("nothing is related", {}, (
        ("Mantel, size", plain("size"), True),
        ("Mantel, sector", plain("sector"), True),
        ("Mantel within sectors, size", within, True),
        ("partial Mantel, size given volatility", partial("volatility"), True),
        ("MRQAP, size given volatility", regression("volatility"), True),
        ("PERMANOVA, sector", anova, True),
        (
            "PERMANOVA, sector beyond volatility",
            lambda w: anova(w, covariates={"volatility": w.volatility}),
            True,
        ),
        ("PERMDISP, sector", scatter, True),
        ("MRQAP, size given sector, volatility and beta, strata: sector", REPORTED["size"], True),
        ("MRQAP, sector given size, volatility and beta", REPORTED["sector"], True),
    )),
    ("scores and size are each clustered by sector", CLUSTERED, (
        ("Mantel, size", plain("size"), False),
        ("partial Mantel, size given sector", partial("sector"), False),
        ("MRQAP, size given sector", regression("sector"), False),
        ("Mantel, size, strata: sector", plain("size", "sector"), True),
        ("Mantel within sectors, size", within, True),
        ("partial Mantel, size given sector, strata: sector", partial("sector", "sector"), True),
        (
            "MRQAP, size given sector, strata: sector",
            regression("sector", strata="sector"),
            True,
        ),
        ("MRQAP, size given sector, volatility and beta, strata: sector", REPORTED["size"], True),
    )),
    ("scores follow size, which is clustered by sector", SIZED, (
        ("Mantel, sector", plain("sector"), False),
        ("MRQAP, sector given size, volatility and beta", REPORTED["sector"], True),
    )),
    ("scores follow volatility, and so does size", CONFUSED, (
        ("Mantel, size", plain("size"), False),
        ("partial Mantel, size given volatility", partial("volatility"), True),
        ("MRQAP, size given volatility", regression("volatility"), True),
    )),
    ("scores follow the country, and sectors lean to one", ABROAD, (
        ("PERMANOVA, sector", anova, False),
        ("PERMANOVA, sector, strata: country", lambda w: anova(w, COUNTRIES), True),
    )),
    ("sectors lie apart and are equally scattered", {"by_sector": 1.5}, (
        ("PERMDISP, sector", scatter, True),
        (
            "PERMDISP, sector beyond volatility",
            lambda w: scatter(w, {"volatility": w.volatility}),
            True,
        ),
        ("PERMDISP by permuted labels (scikit-bio)", scatter_by_labels, None),
    )),
)  # fmt: skip
"""Null data sets, the tests run on them, and whether each should hold its level (None: unknown)."""

EFFECTS = (
    ("size, sectors clustered", lambda s: {**CLUSTERED, "by_size": 0.4 * s}, (
        ("Mantel, strata: sector", plain("size", "sector")),
        ("Mantel within sectors", within),
        ("partial Mantel given sector, strata: sector", partial("sector", "sector")),
        ("MRQAP given sector, strata: sector", regression("sector", strata="sector")),
        ("MRQAP given sector, volatility and beta, strata: sector", REPORTED["size"]),
    )),
    ("size, confused with volatility", lambda s: {**CONFUSED, "by_size": 0.6 * s}, (
        ("MRQAP given volatility", regression("volatility")),
    )),
    ("sectors lie apart", lambda s: {"by_sector": 0.4 * s}, (
        ("PERMANOVA", anova),
        ("Mantel", plain("sector")),
    )),
    ("sectors are unequally scattered", lambda s: {"by_sector": 1.0, "scatter": 0.2 * s}, (
        ("PERMDISP", scatter),
    )),
)  # fmt: skip
"""Effects, in strengths from 0 to 1, and the tests that should find them."""


def rejected(settings, tests, sets, bar):
    """Share of data sets in which each test has p at or below the level."""
    found = np.zeros(len(tests))
    for seed in range(sets):
        world = World(seed, **settings)
        found += [test(world) <= LEVEL for test in tests]
        bar.update(len(tests))
    return found / sets


def main():
    """Run both tables, write them, and fail where a level is not held."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", type=int, default=1000, help="null data sets")
    parser.add_argument("--power-sets", type=int, default=200, help="data sets per strength")
    parser.add_argument("--print", action="store_true", help="print, do not write docs")
    options = parser.parse_args()
    lines = [
        f"Rejected at 5% in {options.sets} null data sets of 40 firms, {DRAWS} permutations:",
        "",
        "| the null | test | rejected | |",
        "|---|---|---|---|",
    ]
    failed = []
    total = options.sets * sum(len(tests) for _, _, tests in NULLS)
    total += options.power_sets * len(STRENGTHS) * sum(len(tests) for _, _, tests in EFFECTS)
    with tqdm(total=total, disable=None, unit="test") as bar:
        for null, settings, tests in NULLS:
            shares = rejected(settings, [test for _, test, _ in tests], options.sets, bar)
            for (name, _, holds), share in zip(tests, shares, strict=True):
                note = {True: "", False: "do not use here", None: "for comparison"}[holds]
                lines.append(f"| {null} | {name} | {share:.1%} | {note} |")
                if holds and abs(share - LEVEL) > TOLERANCE:
                    failed.append(f"{name}: rejects {share:.1%} where {null}")
        lines += [
            "",
            f"Found at 5% in {options.power_sets} data sets, by strength of the effect:",
            "",
            "| effect | test | " + " | ".join(map(str, STRENGTHS)) + " |",
            "|---|---|" + "---|" * len(STRENGTHS),
        ]
        for effect, settings, tests in EFFECTS:
            powers = [
                rejected(settings(s), [test for _, test in tests], options.power_sets, bar)
                for s in STRENGTHS
            ]
            for (name, _), shares in zip(tests, np.transpose(powers), strict=True):
                row = " | ".join(f"{share:.0%}" for share in shares)
                lines.append(f"| {effect} | {name} | {row} |")
    table = "\n".join(lines)
    if options.print:
        print(table)
    else:
        page = between(DOCS.read_text(encoding="utf-8"), START, END, f"\n{table}\n")
        DOCS.write_text(page, encoding="utf-8")
    if failed and options.sets >= 1000:
        sys.exit("\n".join(failed))


if __name__ == "__main__":
    main()
