"""Measure the scores of one encoder in every window, seed by seed."""

from pathlib import Path

import pandas as pd
import torch

from firmsim.encoders.storage import load
from firmsim.evaluation.holdout import read_firms
from firmsim.evaluation.protocol import evaluate
from firmsim.evaluation.windows import read_windows
from firmsim.files import read_parquet, write_parquet
from firmsim.growth import cross_section
from firmsim.run.job import job
from firmsim.similarity.scores import cosine_scores

with job(snakemake, f"encoders.{snakemake.wildcards.encoder}", "evaluation") as logger:
    torch.set_num_threads(snakemake.threads)
    growth = read_parquet(Path(snakemake.input.growth))
    windows = read_windows(Path(snakemake.input.windows))
    firms = read_firms(Path(snakemake.input.firms))
    scaling = snakemake.params.scaling
    _, q = cross_section(growth, scaling["volatility_halflife"], scaling["clip"])
    parts = []
    for seed, model in zip(snakemake.params.seeds, snakemake.input.models, strict=True):
        encoder = load(Path(model))
        if encoder.objective == "comovement":
            encoder.set_params(embedding_size=snakemake.params.embedding_size)
        logger.info(encoder.label)
        embedded = encoder.embed(
            growth, growth[encoder.firms_], [(window.start, window.end) for window in windows]
        )
        found = evaluate(
            lambda position, embedded=embedded: cosine_scores(embedded[position]),
            windows,
            firms,
            q,
        )
        parts.append(found.assign(seed=seed))
    write_parquet(pd.concat(parts, ignore_index=True), Path(snakemake.output.found))
