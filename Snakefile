"""Which listed firms move alike: prices to report. Start with `snakemake --cores all`."""

from firmsim.config.guard import checked_path
from snakemake.utils import min_version

min_version("9.19")


configfile: checked_path("config/config.yaml", config, workflow.modifier.skip_configfile)


report: "workflow/report/workflow.rst"


include: "workflow/rules/common.smk"
include: "workflow/rules/prices.smk"
include: "workflow/rules/growth.smk"
include: "workflow/rules/encoders.smk"
include: "workflow/rules/similarity.smk"
include: "workflow/rules/association.smk"
include: "workflow/rules/report.smk"
include: "workflow/rules/evaluation.smk"


# a workflow that another one uses as a module comes without the studies
if (HOME / "studies").is_dir():

    include: "studies/trainers/Snakefile"


rule all:
    """The report of a run, and every file beside it."""
    default_target: True
    input:
        files_of(ALL, plan, results),


onstart:
    begin()


onsuccess:
    lock.release()


onerror:
    tell_failures()
