"""Put the statistics of all methods into tidy tables, p values corrected for their number."""

from pathlib import Path

from firmsim.association.disagreement import disagreement_table
from firmsim.association.explain import explained_table
from firmsim.association.summary import summarise
from firmsim.files import read_json, write_csv
from firmsim.run.job import job

with job(snakemake, "association"):
    results = [read_json(Path(file)) for file in snakemake.input]
    write_csv(summarise(results), Path(snakemake.output.summary))
    write_csv(explained_table(results), Path(snakemake.output.explained))
    write_csv(disagreement_table(results), Path(snakemake.output.disagreements))
