"""Measure the scores of one comparator in every window."""

from pathlib import Path

import pandas as pd

from firmsim.association.out_of_sample import evaluate
from firmsim.association.split import read_split
from firmsim.association.windows import read_windows
from firmsim.files import write_parquet
from firmsim.growth import cross_section
from firmsim.similarity.comparators import comparator_scores
from job import job

with job(snakemake):
    growth = pd.read_parquet(snakemake.input.growth)
    windows = read_windows(Path(snakemake.input.windows))
    scaling = snakemake.params.scaling
    scaled, q = cross_section(growth, scaling["volatility_halflife"], scaling["clip"])

    def score(position):
        """Scores of one window."""
        days = slice(windows[position].start, windows[position].end)
        return comparator_scores(
            snakemake.wildcards.comparator,
            growth[days],
            scaled[days],
            q[days],
            snakemake.params.seed,
        )

    found = evaluate(score, windows, read_split(Path(snakemake.input.firms)), q)
    write_parquet(found.assign(seed=0), Path(snakemake.output.found))
