"""Turn prices into growth rates."""

from pathlib import Path

import pandas as pd

from firmsim.files import write_parquet
from firmsim.growth import growth_rates
from job import job

with job(snakemake):
    settings = snakemake.params.growth
    prices = pd.read_parquet(snakemake.input.prices)
    growth = growth_rates(
        prices, dt=1 / settings["trading_days_per_year"], risk_free_rate=settings["risk_free_rate"]
    )
    write_parquet(growth, Path(snakemake.output.growth))
