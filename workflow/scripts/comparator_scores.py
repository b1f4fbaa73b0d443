"""Score pairs of firms by every classical comparator."""

from pathlib import Path

import pandas as pd

from firmsim.files import write_parquet
from firmsim.growth import days_until, fit_period, normal_scores, scaled_growth
from firmsim.similarity.comparators import comparator_scores
from firmsim.similarity.neighbours import nearest
from job import job

with job(snakemake) as logger:
    growth = pd.read_parquet(snakemake.input.growth)
    training = pd.read_parquet(snakemake.input.training)
    last = fit_period(training, snakemake.params.fit_share).index[-1]
    settings = snakemake.params.growth
    scaled = scaled_growth(growth, settings["volatility_halflife"], settings["clip"])
    q = normal_scores(scaled)
    periods = {"scores": len(growth), "fit_period": days_until(growth, last)}
    for position, method in enumerate(snakemake.params.methods):
        logger.info(method)
        for output, end in periods.items():
            scores = comparator_scores(
                method, growth.iloc[:end], scaled.iloc[:end], q.iloc[:end], snakemake.params.seed
            )
            write_parquet(scores, Path(snakemake.output[output][position]))
            if output == "scores":
                peers = nearest(scores, snakemake.params.neighbours)
                write_parquet(peers, Path(snakemake.output.neighbours[position]))
