"""Growth rates, one rule per panel of prices.

Needs    <results>/<panel>/{prices.parquet,sources.csv}
Makes    <results>/growth/growth.parquet     growth rates (1/year), date x ticker
         <results>/training/growth.parquet   the same of the firms and days training is pinned to
         <results>/reference/growth.parquet  the same of the firms training is pinned to, all days
"""

for panel in plan.panels.values():

    rule:
        """Growth rates of every firm of a panel that passed the audit."""
        name:
            panel.rule("growth")
        input:
            prices=results.panel(panel.name).prices,
            sources=results.panel(panel.name).sources,
        output:
            growth=results.panel(panel.name).growth,
        log:
            f"<logs>/{panel.rule('growth')}.log",
        benchmark:
            f"<benchmarks>/{panel.rule('growth')}.tsv"
        params:
            version=firmsim.__version__,
            growth=growth_settings,
        script:
            "../scripts/growth.py"
