"""Embed every scored firm with the frozen weights of one encoder."""

from pathlib import Path

import pandas as pd
import torch

from firmsim.encoders.storage import load
from firmsim.files import read_parquet, write_parquet
from firmsim.growth import fit_days
from firmsim.run.job import job

with job(snakemake, f"encoders.{snakemake.wildcards.encoder}", "training"):
    torch.set_num_threads(snakemake.threads)
    growth = read_parquet(Path(snakemake.input.growth))
    training = read_parquet(Path(snakemake.input.training))
    reference = read_parquet(Path(snakemake.input.reference))
    reference = reference.reindex(index=growth.index, columns=training.columns)
    # a training firm that could not be had, or that the audit drops once later days are read
    gone = reference.columns[reference.isna().all()].intersection(growth.columns)
    reference[gone] = growth[gone]
    fitted = fit_days(growth, training, snakemake.params.fit_share)
    spans = [(0, len(growth)), (0, fitted)]
    frames = {"embeddings": [], "fit_period": []}
    for seed, model in zip(snakemake.params.seeds, snakemake.input.models, strict=True):
        encoder = load(Path(model))
        if encoder.objective == "comovement":
            encoder.set_params(embedding_size=snakemake.params.embedding_size)
        embedded = encoder.embed(growth, reference, spans)
        for output, frame in zip(frames, embedded, strict=True):
            frame.insert(0, "seed", seed)
            frames[output].append(frame)
    for output, parts in frames.items():
        write_parquet(pd.concat(parts), Path(snakemake.output[output]))
