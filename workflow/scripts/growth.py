"""Turn prices into growth rates."""

from pathlib import Path

import pandas as pd

from firmsim.files import read_csv, write_parquet
from firmsim.growth import growth_by_session
from firmsim.run.job import job

with job(snakemake, "growth", "training"):
    settings = snakemake.params.growth
    prices = pd.read_parquet(snakemake.input.prices)
    sources = read_csv(Path(snakemake.input.sources))
    growth = growth_by_session(
        prices,
        calendars=dict(zip(sources["ticker"], sources["calendar"], strict=True)),
        dt=1 / settings["trading_days_per_year"],
        risk_free_rate=settings["risk_free_rate"],
    )
    write_parquet(growth, Path(snakemake.output.growth))
