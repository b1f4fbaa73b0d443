"""Compute means, intervals, differences to the comparators, and the figure."""

from pathlib import Path

from firmsim.config import Evaluation
from firmsim.evaluation.figure import evaluation_figure
from firmsim.evaluation.inference import contributions, differences, tabulate
from firmsim.files import read_parquet, write_csv, write_figure
from firmsim.run.job import job

with job(snakemake, "evaluation"):
    settings = Evaluation(**snakemake.params.evaluation)
    families = {"encoders": [], "comparators": []} | dict(snakemake.params.families)
    names = [name for family in families.values() for name in family]
    methods = {
        name: contributions(read_parquet(Path(file)))
        for name, file in zip(names, snakemake.input.found, strict=True)
    }
    table = tabulate(methods, settings.draws, settings.seed)
    write_csv(table, Path(snakemake.output.table))
    write_csv(
        differences(methods, *families.values(), settings.draws, settings.seed),
        Path(snakemake.output.differences),
    )
    figure = evaluation_figure(table, families["encoders"], families["comparators"])
    write_figure(figure, Path(snakemake.output.figure))
