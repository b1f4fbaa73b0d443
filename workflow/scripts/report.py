"""Write the page that people open."""

from pathlib import Path

from firmsim.report import write_report
from firmsim.run.job import job

with job(snakemake):
    write_report(Path(snakemake.input.record).parent, Path(snakemake.output.report))
