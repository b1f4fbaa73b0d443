"""Jobs of the workflow in this process: the scripts as they are, without Snakemake around them."""

import json
import logging
import runpy
import warnings
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

from project import HOME
from snakemake.utils import Namedlist

SCRIPTS = {file.name: file for file in HOME.glob("workflow/scripts/*.py")}
SCRIPTS |= {file.name: file for file in HOME.glob("studies/*/scripts/*.py")}


class Job:
    """One job of a run.

    Parameters
    ----------
    job : snakemake.jobs.Job
        As planned.
    config : dict
        Configuration of the workflow.
    """

    def __init__(self, job, config):
        self.script = SCRIPTS[Path(job.rule.script).name]
        self.inputs = [Path(file) for file in job.input]
        self.outputs = [Path(file) for file in job.output]
        self._facts = {"rule": job.rule.name, "config": config, "threads": 1}
        self._facts |= {"wildcards": job.wildcards, "params": job.params, "input": job.input}
        self._output = job.output
        self.name = "-".join([job.rule.name, *map(str, job.wildcards)])

    def run(self, below="."):
        """Run the script; its outputs go below a folder.

        Returns
        -------
        list of str
            The lines by which the job ended; empty where it succeeded.
        """
        output = Namedlist(toclone=self._output, custom_map=lambda file: str(Path(below, file)))
        log = Path(below, "logs", f"{self.name}.log")
        failed = Path("logs", self._facts["config"]["run"], "failed.txt")
        for folder in (log.parent, failed.parent):
            folder.mkdir(parents=True, exist_ok=True)
        failed.unlink(missing_ok=True)
        facts = SimpleNamespace(output=output, log=[str(log)], **self._facts)
        with logging_as_it_was(), warnings.catch_warnings():
            try:
                runpy.run_path(str(self.script), {"snakemake": facts}, "__main__")
            except SystemExit:
                lines = failed.read_text(encoding="utf-8").splitlines()
                return [json.loads(line)["message"] for line in lines] or ["no line"]
        return []


@contextmanager
def logging_as_it_was():
    """Put the handlers of the root logger back, which a job replaces."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers[:] = []
    try:
        yield
    finally:
        for handler in root.handlers:
            handler.close()
        root.handlers[:] = handlers
        root.setLevel(level)


def plan(project, *targets):
    """Jobs of the targets in an order in which they can run."""
    jobs = [Job(job, job.rule.workflow.config) for job in project.jobs(*targets) if job.rule.script]
    made, ordered = {file for job in jobs for file in job.outputs}, []
    while jobs:
        ready = [job for job in jobs if not made.intersection(job.inputs)]
        assert ready
        ordered += ready
        made.difference_update(*(job.outputs for job in ready))
        jobs = [job for job in jobs if job not in ready]
    return ordered
