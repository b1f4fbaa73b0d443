"""Download the archive that holds the bundled prices."""

from pathlib import Path

from firmsim.prices.sources.bundled import fetch_bundled
from firmsim.run.job import job

with job(snakemake):
    fetch_bundled(Path(snakemake.output.archive))
