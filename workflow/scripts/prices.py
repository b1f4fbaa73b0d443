"""Read prices from their source, audit them, write one panel."""

from pathlib import Path

from firmsim.config import Audit, Prices
from firmsim.errors import PriceError, at_fault
from firmsim.files import write_csv, write_parquet
from firmsim.prices.audit.audit import audit
from firmsim.prices.raw import IncompletePrices
from firmsim.prices.sessions import calendars_of, holes_by_firm
from firmsim.prices.source import open_source
from firmsim.run.job import job
from firmsim.run.paths import RESOURCES

with job(snakemake, "audit", "prices", "training") as logger:
    # how Yahoo is asked changes no price, so it is no param that would run the job again
    settings = Prices(**(snakemake.config.get("prices") or {}) | snakemake.params.prices)
    source = open_source(settings, RESOURCES, later_listings=snakemake.params.later_listings)
    # outputs of a failed job are removed, so the table of causes goes beside its log
    causes = Path(snakemake.log[0]).with_suffix(".sources.csv")
    causes.unlink(missing_ok=True)
    try:
        with at_fault(snakemake.params.parameter):
            raw = source.read(snakemake.params.tickers, settings.start, settings.end)
            calendars = calendars_of(raw, settings.calendar)
            prices, findings = audit(
                raw.series, Audit(**snakemake.params.audit), raw.quotes, calendars
            )
    except IncompletePrices as error:
        write_csv(error.outcomes, causes)
        message = f"{error}, see {causes}"
        raise PriceError(message, parameter=error.parameter) from None
    logger.info(
        "%d series read, %d firms kept, %d findings",
        len(raw.series),
        prices.shape[1],
        len(findings),
    )
    sources = raw.outcomes.join(holes_by_firm(raw.series, calendars), on="ticker")
    write_csv(sources, Path(snakemake.output.sources))
    write_csv(findings, Path(snakemake.output.audit))
    write_parquet(raw.attributes(), Path(snakemake.output.attributes))
    write_parquet(prices, Path(snakemake.output.prices))
