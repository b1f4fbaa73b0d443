"""The record of the run and the page that people open.

Needs    everything the other stages made
Makes    <results>/run.json        versions, seeds, configuration, hashes of the data
         <results>/report.html     one self-contained page
"""


rule record:
    """What was run, on what data, with which versions and seeds."""
    input:
        prices=scored.prices,
        growth=scored.growth,
        training=training.growth,
        models=[fit.model for fit in fits(results)],
        histories=[fit.history for fit in fits(results)],
    output:
        record=results.record,
    log:
        "<logs>/record.log",
    benchmark:
        "<benchmarks>/record.tsv"
    params:
        version=firmsim.__version__,
        settings=record_settings,
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
        record=results.record,
        firms=results.firms,
        audit=scored.audit,
        sources=[results.panel(name).sources for name in plan.panels],
        summary=results.summary,
        association=expand(results.association("{method}"), method=plan.methods),
        scores=expand(results.scores("{method}"), method=plan.methods),
        neighbours=expand(results.neighbours("{method}"), method=plan.methods),
        histories=[fit.history for fit in fits(results)],
        gradients=[fit.gradients for fit in fits(results)],
    output:
        report=report(
            results.report,
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
