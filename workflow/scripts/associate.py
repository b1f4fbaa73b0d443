"""Measure how far scores agree with sector, size and the days after the fit period."""

import os
from pathlib import Path

from firmsim.association.risk import volatility_and_beta
from firmsim.association.summary import associate
from firmsim.config import Association
from firmsim.files import read_csv, read_parquet, write_json
from firmsim.growth import cross_section, fit_days
from firmsim.run.job import job

with job(snakemake, "association", "training") as logger:
    os.environ["LOKY_MAX_CPU_COUNT"] = str(snakemake.threads)  # of the permutation tests
    firms = read_csv(Path(snakemake.input.firms))
    growth = read_parquet(Path(snakemake.input.growth))
    training = read_parquet(Path(snakemake.input.training))
    scaling = snakemake.params.scaling
    _, q = cross_section(growth, scaling["volatility_halflife"], scaling["clip"])
    horizon_q = q.iloc[fit_days(growth, training, snakemake.params.fit_share) :]
    risk = volatility_and_beta(growth)
    for position, method in enumerate(snakemake.params.methods):
        logger.info(method)
        result = associate(
            method,
            read_parquet(Path(snakemake.input.scores[position])),
            firms,
            Association(**snakemake.params.association),
            fit_scores=read_parquet(Path(snakemake.input.fit_period[position])),
            horizon_q=horizon_q,
            risk=risk,
        )
        write_json(result, Path(snakemake.output[position]))
