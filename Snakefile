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


rule all:
    default_target: True
    input:
        "<results>/report.html",
        "<results>/run.json",
        # named although the report needs them, or Snakemake would not miss them when they are gone
        trained("model.safetensors"),
        trained("history.csv"),
        trained("gradients.csv"),
        expand("<results>/embeddings/{encoder}.parquet", encoder=plan.encoders),
        expand("<results>/scores/{method}.parquet", method=plan.methods),
        expand("<results>/neighbours/{method}.parquet", method=plan.methods),
        expand("<results>/association/{method}.json", method=plan.methods),


# takes the place of `all` when there is a study
include: "workflow/rules/trainers.smk"


onstart:
    forget_failures()


onerror:
    tell_failures()
