"""Put together what is known of each firm: sector, industry, size."""

from pathlib import Path

from firmsim.files import read_parquet, verify, write_csv
from firmsim.firms.table import describe_firms, read_firms_table
from firmsim.run.job import job

with job(snakemake) as logger:
    tickers = list(read_parquet(Path(snakemake.input.prices)).columns)
    attributes = read_parquet(Path(snakemake.input.attributes))
    table = None
    if snakemake.input.table:
        verify(Path(snakemake.input.table))  # the members of an index are a file of the run
        table = read_firms_table(Path(snakemake.input.table))
    firms = describe_firms(
        tickers, table, attributes.drop(columns="traded_value"), attributes["traded_value"]
    )
    sizes, dates = int(firms["size"].notna().sum()), int((firms["size_date"] != "").sum())
    logger.info("%d firms, %d with a size, %d of these dated", len(firms), sizes, dates)
    write_csv(firms, Path(snakemake.output.firms))
