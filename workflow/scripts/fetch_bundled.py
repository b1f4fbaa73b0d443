"""Download the archive that holds the bundled prices."""

from pathlib import Path

from firmsim.files.locks import alone
from firmsim.prices.sources.bundled import fetch_bundled
from firmsim.run.job import job

with job(snakemake):
    archive = Path(snakemake.output.archive)
    with alone(archive.with_name(".lock")):
        if not archive.exists():  # another run may have been first
            fetch_bundled(archive)
