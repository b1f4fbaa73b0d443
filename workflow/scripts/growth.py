"""Turn prices into growth rates."""

from pathlib import Path

from firmsim.files import read_csv, read_parquet, write_parquet
from firmsim.growth import growth_by_session
from firmsim.run.job import job

with job(snakemake, "growth", "training"):
    settings = snakemake.params.growth
    prices = read_parquet(Path(snakemake.input.prices))
    sources = read_csv(Path(snakemake.input.sources))
    growth = growth_by_session(
        prices,
        calendars=dict(zip(sources["ticker"], sources["calendar"], strict=True)),
        dt=1 / settings["trading_days_per_year"],
        risk_free_rate=settings["risk_free_rate"],
    )
    write_parquet(growth, Path(snakemake.output.growth))
