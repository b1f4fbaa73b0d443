"""Run Snakemake's linter and fail on any advice but one.

The exception is the advice to give each rule a conda environment or a container. All rules share
one locked environment, .venv, which make creates.
"""

import io
import json
import sys
from contextlib import redirect_stdout
from pathlib import Path
from unittest import mock

from snakemake import api
from snakemake.settings.types import OutputSettings, Quietness, ResourceSettings

LEFT_OUT = "Specify a conda environment or container for each rule."

printed = io.StringIO()
with api.SnakemakeApi(OutputSettings(quiet={Quietness.ALL})) as snakemake:
    workflow = snakemake.workflow(
        resource_settings=ResourceSettings(cores=1), snakefile=Path("Snakefile")
    )
    # Snakemake 9.27 puts the file of a rule made by `use rule` into its JSON as an object
    with (
        redirect_stdout(printed),
        mock.patch("json.JSONEncoder.default", lambda _, value: str(value)),
    ):
        workflow.lint(json=True)
found = json.loads(printed.getvalue())
advice = [
    f"{next(iter(entry['for'].values()))}: {lint['title']} {lint['body']}"
    for kind in ("snakefiles", "rules")
    for entry in found[kind]
    for lint in entry["lints"]
    if lint["title"] != LEFT_OUT
]
if advice:
    sys.exit("\n".join(advice))
sys.stdout.write("snakemake --lint: clean, but for the advice named in tools/lint_workflow.py\n")
