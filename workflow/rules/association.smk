"""Agreement of the scores with sector, size and the future.

Needs    scores, <results>/firms.csv, growth rates
Makes    <results>/association/<method>.json        every statistic of one method
         <results>/association/summary.csv          one tidy table of all
         <results>/association/explained.csv        what sector, size and risk explain of the scores
         <results>/association/disagreements.csv    firms whose peers are of another sector
"""

for family_name, family_methods in plan.families.items():

    rule:
        name:
            f"associate_{family_name}"
        input:
            scores=expand("<results>/scores/{method}.parquet", method=family_methods),
            fit_period=expand(
                "<results>/scores/fit_period/{method}.parquet", method=family_methods
            ),
            firms="<results>/firms.csv",
            growth="<results>/growth/growth.parquet",
            training=training_growth,
        output:
            expand("<results>/association/{method}.json", method=family_methods),
        log:
            f"<logs>/association/{family_name}.log",
        benchmark:
            f"<benchmarks>/association/{family_name}.tsv"
        params:
            version=firmsim.__version__,
            methods=family_methods,
            association=settings["association"],
            scaling=scaling_settings,
            fit_share=fit_share,
        script:
            "../scripts/associate.py"


rule summary:
    """One tidy table: method, attribute, measure, value, interval, p, corrected p, n."""
    input:
        expand("<results>/association/{method}.json", method=plan.methods),
    output:
        summary=report(
            "<results>/association/summary.csv",
            caption="../report/summary.rst",
            category="Association",
            labels={"table": "summary"},
        ),
        explained="<results>/association/explained.csv",
        disagreements="<results>/association/disagreements.csv",
    log:
        "<logs>/association/summary.log",
    benchmark:
        "<benchmarks>/association/summary.tsv"
    params:
        version=firmsim.__version__,
    script:
        "../scripts/summary.py"
