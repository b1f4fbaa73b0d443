"""Rank the nearest peers of every firm by every method."""

from pathlib import Path

from firmsim.files import read_parquet, write_parquet
from firmsim.run.job import job
from firmsim.similarity.neighbours import nearest

with job(snakemake, "similarity"):
    for scores, neighbours in zip(snakemake.input.scores, snakemake.output.neighbours, strict=True):
        peers = nearest(read_parquet(Path(scores)), snakemake.params.neighbours)
        write_parquet(peers, Path(neighbours))
