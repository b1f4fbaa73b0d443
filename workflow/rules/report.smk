"""The record of the run and the page that people open.

Needs    everything the other stages made
Makes    <results>/run.json        versions, seeds, configuration, hashes of the data
         <results>/report.html     one self-contained page
"""


rule record:
    """What was run, on what data, with which versions and seeds."""
    input:
        prices="<results>/prices/prices.parquet",
        growth="<results>/growth/growth.parquet",
        training=training_growth,
        models=trained("model.safetensors"),
        histories=trained("history.csv"),
    output:
        record="<results>/run.json",
    log:
        "<logs>/record.log",
    benchmark:
        "<benchmarks>/record.tsv"
    params:
        version=firmsim.__version__,
        # how prices were asked for is no part of what was run
        settings={**settings, "prices": price_settings},
        universe=plan.universe.facts() if plan.universe else None,
        training_universe=(
            plan.training_universe.facts() if plan.training_universe else None
        ),
        fit_share=fit_share,
        encoders=trainings,
    script:
        "../scripts/record.py"


rule report:
    """One self-contained page for people."""
    input:
        record="<results>/run.json",
        firms="<results>/firms.csv",
        audit="<results>/prices/audit.csv",
        sources="<results>/prices/sources.csv",
        training_sources=training_sources,
        summary="<results>/association/summary.csv",
        association=expand("<results>/association/{method}.json", method=plan.methods),
        scores=expand("<results>/scores/{method}.parquet", method=plan.methods),
        neighbours=expand("<results>/neighbours/{method}.parquet", method=plan.methods),
        histories=trained("history.csv"),
        gradients=trained("gradients.csv"),
    output:
        report=report(
            "<results>/report.html",
            caption="../report/report.rst",
            category="Report",
            labels={"page": "firm similarity"},
        ),
    log:
        "<logs>/report.log",
    benchmark:
        "<benchmarks>/report.tsv"
    params:
        version=firmsim.__version__,
    script:
        "../scripts/report.py"
