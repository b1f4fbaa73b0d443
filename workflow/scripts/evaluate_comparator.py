"""Measure the scores of one comparator in every window."""

from pathlib import Path

from firmsim.evaluation.holdout import read_firms
from firmsim.evaluation.protocol import comparator_in_windows, evaluate
from firmsim.evaluation.windows import read_windows
from firmsim.files import read_parquet, write_parquet
from firmsim.growth import cross_section
from firmsim.run.job import job

with job(snakemake, "similarity", "evaluation"):
    growth = read_parquet(Path(snakemake.input.growth))
    windows = read_windows(Path(snakemake.input.windows))
    firms = read_firms(Path(snakemake.input.firms))
    scaling = snakemake.params.scaling
    scaled, q = cross_section(growth, scaling["volatility_halflife"], scaling["clip"])
    score = comparator_in_windows(
        snakemake.wildcards.comparator, windows, firms, (growth, scaled, q), snakemake.params.seed
    )
    found = evaluate(score, windows, firms, q)
    write_parquet(found.assign(seed=0), Path(snakemake.output.found))
