"""Prices: from their source, through the audit, one rule per panel.

Needs    nothing (bundled, yahoo), or the file or folder that prices.path names
Makes    <results>/prices/prices.parquet     audited prices of the scored firms, date x ticker
         <results>/prices/audit.csv          one row per finding
         <results>/prices/sources.csv        one row per ticker: where its prices come from
         <results>/prices/attributes.parquet sector, industry and size, as the source knows them
         <results>/training/...              the same of the firms and days training is pinned to
         <results>/reference/...             the same of the firms training is pinned to, all days
         <results>/universe.csv              members of the index that firms names
         <results>/firms.csv                 sector, industry and size of every scored firm
"""

# once it is there it is a file like any other: no change to this rule downloads it again
if not (RESOURCES / BUNDLED).exists():

    localrules:
        fetch_bundled,

    rule fetch_bundled:
        """Download the bundled prices once; they are never redistributed."""
        output:
            # kept where another run of this folder has fetched it meanwhile, and reads it
            archive=update(RESOURCES / BUNDLED),
        log:
            "logs/fetch_bundled.log",
        benchmark:
            "logs/benchmarks/fetch_bundled.tsv"
        script:
            "../scripts/fetch_bundled.py"


for panel in plan.panels.values():

    rule:
        """Audited prices of one panel of firms and days."""
        name:
            panel.rule("prices")
        input:
            panel_files(panel),
        output:
            prices=results.panel(panel.name).prices,
            audit=report(
                results.panel(panel.name).audit,
                caption="../report/audit.rst",
                category="Prices",
                labels={"table": "audit findings", "panel": panel.name},
            ),
            sources=report(
                results.panel(panel.name).sources,
                caption="../report/sources.rst",
                category="Prices",
                labels={"table": "sources", "panel": panel.name},
            ),
            attributes=results.panel(panel.name).attributes,
        log:
            f"<logs>/{panel.rule('prices')}.log",
        benchmark:
            f"<benchmarks>/{panel.rule('prices')}.tsv"
        params:
            version=firmsim.__version__,
            prices=panel_settings(panel),
            audit=settings["audit"],
            tickers=panel.tickers,
            parameter=panel.parameter,
            fingerprint=panel.fingerprint,
            later_listings=panel.later_listings,
        script:
            "../scripts/prices.py"


if plan.universe is not None:

    rule universe:
        """Members of the index that firms names, with their sectors."""
        output:
            members=results.universe,
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
        prices=scored.prices,
        attributes=scored.attributes,
        table=results.universe if plan.universe else plan.table or [],
    output:
        firms=results.firms,
    log:
        "<logs>/firms.log",
    benchmark:
        "<benchmarks>/firms.tsv"
    params:
        version=firmsim.__version__,
    script:
        "../scripts/firms.py"
