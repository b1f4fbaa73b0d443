"""Write the members of an index with their sectors."""

from datetime import date
from pathlib import Path

from firmsim.files import write_csv
from firmsim.firms.universes import members
from firmsim.run.job import job

with job(snakemake) as logger:
    params = snakemake.params
    as_of = date.fromisoformat(params.as_of) if params.as_of else None
    universe = members(params.index, as_of, params.hyphens)
    logger.info("%d members, %s", len(universe.tickers), params.source)
    write_csv(universe.table.reset_index(), Path(snakemake.output.members))
