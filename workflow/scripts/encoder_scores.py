"""Score pairs of firms by the cosine of their embeddings, averaged over seeds."""

from pathlib import Path

import pandas as pd

from firmsim.files import write_parquet
from firmsim.similarity.neighbours import nearest
from firmsim.similarity.scores import cosine_scores, mean_scores
from job import job

with job(snakemake):
    for name in ("embeddings", "fit_period"):
        embeddings = pd.read_parquet(snakemake.input[name])
        scores = mean_scores(
            [
                cosine_scores(part.drop(columns="seed").dropna(axis="columns"))
                for _, part in embeddings.groupby("seed")
            ]
        )
        if name == "embeddings":
            write_parquet(scores, Path(snakemake.output.scores))
            peers = nearest(scores, snakemake.params.neighbours)
            write_parquet(peers, Path(snakemake.output.neighbours))
        else:
            write_parquet(scores, Path(snakemake.output.fit_period))
