"""Growth rates.

Needs    <results>/prices/{prices.parquet,sources.csv} (and those of training/, reference/ if
         training is pinned)
Makes    <results>/growth/growth.parquet     growth rates (1/year), date x ticker
         <results>/training/growth.parquet   the same of the firms and days training is pinned to
         <results>/reference/growth.parquet  the same of the firms training is pinned to on all days
"""


rule growth:
    """Growth rates of every firm that passed the audit."""
    input:
        prices="<results>/prices/prices.parquet",
        sources="<results>/prices/sources.csv",
    output:
        growth="<results>/growth/growth.parquet",
    log:
        "<logs>/growth.log",
    benchmark:
        "<benchmarks>/growth.tsv"
    params:
        version=firmsim.__version__,
        growth=growth_settings,
    script:
        "../scripts/growth.py"


if plan.training_apart:

    use rule growth as training_growth with:
        input:
            prices="<results>/training/prices.parquet",
            sources="<results>/training/sources.csv",
        output:
            growth="<results>/training/growth.parquet",
        log:
            "<logs>/training_growth.log",
        benchmark:
            "<benchmarks>/training_growth.tsv"


if plan.training is not None and pinned_days:

    use rule growth as reference_growth with:
        input:
            prices="<results>/reference/prices.parquet",
            sources="<results>/reference/sources.csv",
        output:
            growth="<results>/reference/growth.parquet",
        log:
            "<logs>/reference_growth.log",
        benchmark:
            "<benchmarks>/reference_growth.tsv"
