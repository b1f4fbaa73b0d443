"""Agreement of the scores with sector, size and the horizon: the days after the fit period.

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
            scores=expand(results.scores("{method}"), method=family_methods),
            fit_period=expand(
                results.scores("{method}", FIT_PERIOD), method=family_methods
            ),
            firms=results.firms,
            growth=scored.growth,
            training=training.growth,
        output:
            expand(results.association("{method}"), method=family_methods),
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
        expand(results.association("{method}"), method=plan.methods),
    output:
        summary=report(
            results.summary,
            caption="../report/summary.rst",
            category="Association",
            labels={"table": "summary"},
        ),
        explained=results.explained,
        disagreements=results.disagreements,
    log:
        "<logs>/association/summary.log",
    benchmark:
        "<benchmarks>/association/summary.tsv"
    params:
        version=firmsim.__version__,
    script:
        "../scripts/summary.py"
