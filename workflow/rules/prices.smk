"""Prices: from their source, through the audit, to one panel.

Needs    nothing (bundled, yahoo) or the file or folder that prices.path names
Makes    <results>/prices/prices.parquet     audited prices, date x ticker
         <results>/prices/audit.csv          one row a finding
         <results>/prices/sources.csv        one row a ticker: where its prices come from
         <results>/prices/attributes.parquet what the source knows of each firm
         <results>/training/...              the same of the firms and days training is pinned to
         <results>/reference/...             the same of the firms training is pinned to on all days
         <results>/universe.csv              members of the index that firms names
"""

# once it is there it is a file like any other: no change to this rule downloads it again
if not (RESOURCES / BUNDLED).exists():

    localrules:
        fetch_bundled,

    rule fetch_bundled:
        """Download the bundled prices once; they are never redistributed."""
        output:
            archive=RESOURCES / BUNDLED,
        log:
            "logs/fetch_bundled.log",
        benchmark:
            "logs/benchmarks/fetch_bundled.tsv"
        script:
            "../scripts/fetch_bundled.py"


rule prices:
    """Audited prices of the firms that are scored."""
    input:
        price_files,
    output:
        prices="<results>/prices/prices.parquet",
        audit=report(
            "<results>/prices/audit.csv",
            caption="../report/audit.rst",
            category="Prices",
            labels={"table": "audit findings"},
        ),
        sources=report(
            "<results>/prices/sources.csv",
            caption="../report/sources.rst",
            category="Prices",
            labels={"table": "sources"},
        ),
        attributes="<results>/prices/attributes.parquet",
    log:
        "<logs>/prices.log",
    benchmark:
        "<benchmarks>/prices.tsv"
    params:
        version=firmsim.__version__,
        prices=price_settings,
        audit=settings["audit"],
        tickers=plan.scored,
        error_prefix="",
        fingerprint=None,
        later_listings=False,
    script:
        "../scripts/prices.py"


if plan.training_apart:

    use rule prices as training_prices with:
        input:
            training_files,
        output:
            prices="<results>/training/prices.parquet",
            audit="<results>/training/audit.csv",
            sources="<results>/training/sources.csv",
            attributes="<results>/training/attributes.parquet",
        log:
            "<logs>/training_prices.log",
        benchmark:
            "<benchmarks>/training_prices.tsv"
        params:
            version=firmsim.__version__,
            prices=training_price_settings,
            audit=settings["audit"],
            tickers=plan.scored if plan.training is None else plan.training,
            error_prefix=f"{plan.training_key}: ",
            fingerprint=plan.fingerprint,
            # pinned days may end before a firm is listed
            later_listings=pinned_days,


if plan.training is not None and pinned_days:

    use rule prices as reference_prices with:
        input:
            training_files if bundled else [str(file) for file in plan.training_files],
            # a training firm that is had at last is wanted here, too
            (
                "<results>/training/sources.csv"
                if settings["prices"]["source"] == "yahoo"
                else []
            ),
        output:
            prices="<results>/reference/prices.parquet",
            audit="<results>/reference/audit.csv",
            sources="<results>/reference/sources.csv",
            attributes="<results>/reference/attributes.parquet",
        log:
            "<logs>/reference_prices.log",
        benchmark:
            "<benchmarks>/reference_prices.tsv"
        params:
            version=firmsim.__version__,
            prices=reference_price_settings,
            audit=settings["audit"],
            tickers=plan.training,
            error_prefix="training.train_firms: ",
            fingerprint=None,
            later_listings=False,


if plan.universe is not None:

    rule universe:
        """Members of the index that firms names, with their sectors."""
        output:
            members="<results>/universe.csv",
        log:
            "<logs>/universe.log",
        benchmark:
            "<benchmarks>/universe.tsv"
        params:
            version=firmsim.__version__,
            index=plan.universe.index,
            as_of=settings["firms_as_of"],
            hyphens=settings["prices"]["source"] == "yahoo",
            # another version of the source may know other members
            source=plan.universe.facts(),
        script:
            "../scripts/universe.py"


rule firms:
    """Sector, industry and size of every firm that passed the audit."""
    input:
        prices="<results>/prices/prices.parquet",
        attributes="<results>/prices/attributes.parquet",
        table=firms_table,
    output:
        firms="<results>/firms.csv",
    log:
        "<logs>/firms.log",
    benchmark:
        "<benchmarks>/firms.tsv"
    params:
        version=firmsim.__version__,
    script:
        "../scripts/firms.py"
