"""Put together what is known of each firm: sector, industry, size."""

from pathlib import Path

import pandas as pd

from firmsim.files import write_csv
from firmsim.firms.table import describe_firms, read_firms_table
from firmsim.run.job import job

with job(snakemake) as logger:
    tickers = list(pd.read_parquet(snakemake.input.prices).columns)
    attributes = pd.read_parquet(snakemake.input.attributes)
    table = read_firms_table(Path(table)) if (table := snakemake.input.table) else None
    firms = describe_firms(
        tickers, table, attributes.drop(columns="traded_value"), attributes["traded_value"]
    )
    sizes, dates = int(firms["size"].notna().sum()), int((firms["size_date"] != "").sum())
    logger.info("%d firms, %d with a size, %d of these dated", len(firms), sizes, dates)
    write_csv(firms, Path(snakemake.output.firms))
