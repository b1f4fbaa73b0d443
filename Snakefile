"""Which listed firms move alike: prices to report. Start with `snakemake --cores all`."""

from snakemake.utils import min_version

min_version("9.0")


configfile: "config/config.yaml"


report: "workflow/report/workflow.rst"


include: "workflow/rules/common.smk"
include: "workflow/rules/prices.smk"
include: "workflow/rules/growth.smk"
include: "workflow/rules/encoders.smk"
include: "workflow/rules/similarity.smk"
include: "workflow/rules/association.smk"
include: "workflow/rules/report.smk"


rule all:
    default_target: True
    input:
        "<results>/report.html",
        "<results>/run.json",


onstart:
    forget_failures()


onerror:
    tell_failures()
