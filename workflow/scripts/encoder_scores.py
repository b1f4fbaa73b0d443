"""Score pairs of firms by the cosine of their embeddings, averaged over seeds."""

from pathlib import Path

from firmsim.files import read_parquet, write_parquet
from firmsim.run.job import job
from firmsim.similarity.scores import cosine_scores, mean_scores

with job(snakemake):
    for input_name, output_name in {"embeddings": "scores", "fit_period": "fit_period"}.items():
        embeddings = read_parquet(Path(snakemake.input[input_name]))
        scores = [
            # a seed whose embedding is smaller than another's has no values in the last columns
            cosine_scores(part.drop(columns="seed").dropna(axis="columns", how="all"))
            for _, part in embeddings.groupby("seed")
        ]
        write_parquet(mean_scores(scores), Path(snakemake.output[output_name]))
