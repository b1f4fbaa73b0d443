"""Growth rates.

Needs    <results>/prices/prices.parquet (and training/prices.parquet if training is pinned)
Makes    <results>/growth/growth.parquet     growth rates (1/year), date x ticker
         <results>/training/growth.parquet   the same of the firms training is pinned to
"""


rule growth:
    """Growth rates of every firm that passed the audit."""
    input:
        prices="<results>/prices/prices.parquet",
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


if plan.training is not None:

    use rule growth as training_growth with:
        input:
            prices="<results>/training/prices.parquet",
        output:
            growth="<results>/training/growth.parquet",
        log:
            "<logs>/training_growth.log",
        benchmark:
            "<benchmarks>/training_growth.tsv"
