"""Score pairs of firms by every classical comparator."""

from pathlib import Path

from firmsim.files import read_parquet, write_parquet
from firmsim.growth import cross_section, fit_days
from firmsim.run.job import job
from firmsim.similarity.comparator_scores import comparator_scores

with job(snakemake, "similarity", "growth") as logger:
    growth = read_parquet(Path(snakemake.input.growth))
    training = read_parquet(Path(snakemake.input.training))
    scaling = snakemake.params.scaling
    scaled, q = cross_section(growth, scaling["volatility_halflife"], scaling["clip"])
    periods = {
        "scores": len(growth),
        "fit_period": fit_days(growth, training, snakemake.params.fit_share),
    }
    for position, method in enumerate(snakemake.params.methods):
        logger.info(method)
        for output, end in periods.items():
            scores = comparator_scores(
                method, growth.iloc[:end], scaled.iloc[:end], q.iloc[:end], snakemake.params.seed
            )
            write_parquet(scores, Path(snakemake.output[output][position]))
