"""Some checks alone, as one stage of the audit."""

from firmsim.config import Audit
from firmsim.prices.audit.audit import run_stage
from firmsim.prices.audit.check import Context, Stage
from firmsim.prices.audit.findings import Findings


def run_checks(checks, panel, settings=None, **given):
    """Flags by kind, and the table of findings."""
    settings = settings or Audit()
    findings = Findings(settings.actions)
    context = Context(settings, panel, **given)
    run_stage(Stage(tuple(checks)), panel, context, findings)
    return context.flagged, findings.table()
