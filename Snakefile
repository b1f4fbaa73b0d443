"""Which listed firms move alike: prices to report. Start with `snakemake --cores all`."""

from snakemake.utils import min_version

min_version("9.19")


configfile: "config/config.yaml"


report: "workflow/report/workflow.rst"


include: "workflow/rules/common.smk"
include: "workflow/rules/prices.smk"
include: "workflow/rules/growth.smk"
include: "workflow/rules/encoders.smk"
include: "workflow/rules/similarity.smk"
include: "workflow/rules/association.smk"
include: "workflow/rules/report.smk"
include: "workflow/rules/trainers.smk"
include: "workflow/rules/evaluation.smk"


rule all:
    default_target: True
    input:
        results.report,
        results.record,
        # named although the report needs them, or Snakemake would not miss them when they are gone
        [(fit.model, fit.history, fit.gradients) for fit in fits(results)],
        expand(results.embeddings("{encoder}"), encoder=plan.encoders),
        expand(results.scores("{method}"), method=plan.methods),
        expand(results.neighbours("{method}"), method=plan.methods),
        expand(results.association("{method}"), method=plan.methods),


if plan.trials:

    rule trainer_study:
        """In the place of `all`: what docs/trainers.md is made from."""
        default_target: True
        input:
            expand("<results>/trainers/{table}.csv", table=["summary", "tests"]),
            expand("<results>/trainers/{figure}.png", figure=FIGURES),
            expand("<results>/trainers/trials/{trial}.csv", trial=plan.trials),


if plan.config.evaluation is not None:

    rule evaluation:
        """In the place of `all`: scores out of sample, held against every comparator."""
        default_target: True
        input:
            evaluation.table,
            evaluation.differences,
            evaluation.figure,
            evaluation.record,
            expand(evaluation.method("{method}"), method=plan.methods),


onstart:
    forget_failures()


onerror:
    tell_failures()
