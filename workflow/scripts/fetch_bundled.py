"""Download the archive that holds the bundled prices."""

from pathlib import Path

from firmsim.files import remove_half_made
from firmsim.files.locks import alone
from firmsim.prices.sources.bundled import fetch_bundled
from firmsim.run.job import job

with job(snakemake):
    archive = Path(snakemake.output.archive)
    with alone(archive.with_name(".lock")):
        remove_half_made(archive.parent)
        if not archive.exists():  # another run may have been first
            fetch_bundled(archive)
