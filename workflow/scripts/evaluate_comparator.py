"""Measure the scores of one comparator in every window."""

from pathlib import Path

import pandas as pd

from firmsim.evaluation.holdout import read_split, stratified_sample
from firmsim.evaluation.protocol import evaluate
from firmsim.evaluation.windows import read_windows
from firmsim.files import write_parquet
from firmsim.growth import cross_section
from firmsim.run.job import job
from firmsim.similarity.comparator_scores import comparator_scores
from firmsim.similarity.comparators import COMPARATORS

with job(snakemake, "similarity", "evaluation"):
    growth = pd.read_parquet(snakemake.input.growth)
    windows = read_windows(Path(snakemake.input.windows))
    firms = read_split(Path(snakemake.input.firms))
    sector = firms.set_index("ticker")["sector"]
    name, seed = snakemake.wildcards.comparator, snakemake.params.seed
    max_firms = COMPARATORS[name].max_firms
    scaling = snakemake.params.scaling
    scaled, q = cross_section(growth, scaling["volatility_halflife"], scaling["clip"])

    def score(position):
        """Scores of one window, of a sample of the firms where there are too many."""
        days = slice(windows[position].start, windows[position].end)
        among = list(growth.columns)
        most = max_firms(days.stop - days.start)
        if most is not None and most < len(among):
            among = stratified_sample(sector[among], most / len(among), seed)
        panels = (panel.loc[:, among][days] for panel in (growth, scaled, q))
        return comparator_scores(name, *panels, seed)

    found = evaluate(score, windows, firms, q)
    write_parquet(found.assign(seed=0), Path(snakemake.output.found))
