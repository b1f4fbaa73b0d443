"""A folder in which a test runs the workflow, as a user would run it in theirs."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import yaml
from snakemake import api
from snakemake.settings import types as settings_types

HOME = Path(__file__).resolve().parents[2]

QUICK = {"name": "gradient", "steps": 30, "validate_every": 10, "windows": [20, 40]}
"""Trainer that takes a second."""


def encoders(*pairs):
    """Quick encoders, one per (cell, objective) pair."""
    return [
        {
            "cell": {"name": cell, "hidden": 8},
            "objective": {"name": objective},
            "trainer": dict(QUICK),
        }
        for cell, objective in pairs
    ]


def prices(n_firms=12, n_days=320, seed=0):
    """Synthetic prices of three groups of firms that move alike: (n_days, n_firms)."""
    rng = np.random.default_rng(seed)
    group = np.arange(n_firms) % 3
    common = rng.normal(0, 0.012, (n_days, 3))[:, group]
    moves = rng.normal(0, 0.008, (n_days, 1)) + common + rng.normal(0, 0.01, (n_days, n_firms))
    days = pd.bdate_range("2015-01-01", periods=n_days, name="date")
    tickers = [f"{'ABC'[g]}{i}" for i, g in enumerate(group)]
    return pd.DataFrame(100 * np.exp(moves.cumsum(axis=0)), index=days, columns=tickers).round(4)


class Project:
    """A working folder with a configuration; plans and runs in this process."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.config = self.folder / "my.yaml"

    @property
    def results(self):
        """Folder of the run's results."""
        return self.folder / "results" / yaml.safe_load(self.config.read_text())["run"]

    def configure(self, **keys):
        """Write the configuration, laid over the default one."""
        default = yaml.safe_load((HOME / "config/config.yaml").read_text())
        self.config.write_text(yaml.safe_dump(default | {"run": "test"} | keys, sort_keys=False))
        return self

    def _workflow(self, executor, targets=(), **options):
        quiet = settings_types.OutputSettings(quiet={settings_types.Quietness.ALL})
        with api.SnakemakeApi(quiet) as snakemake:
            workflow = snakemake.workflow(
                resource_settings=settings_types.ResourceSettings(cores=2),
                config_settings=settings_types.ConfigSettings(configfiles=[self.config]),
                snakefile=HOME / "Snakefile",
                workdir=self.folder,
            )
            dag = workflow.dag(settings_types.DAGSettings(targets=set(targets), **options))
            dag.execute_workflow(executor=executor)
            return list(workflow._workflow_store.dag.needrun_jobs(exclude_finished=False))

    def plan(self, *targets):
        """Jobs that would run, as a Counter of rule names without `all`."""
        jobs = Counter(job.rule.name for job in self._workflow("dryrun", targets))
        jobs.pop("all", None)
        return jobs

    def makes(self, *targets):
        """Files that would be made, relative to the working folder."""
        jobs = self._workflow("dryrun", targets)
        return {Path(file) for job in jobs for file in job.output}

    def jobs(self, *targets):
        """Every job of the targets, whether or not its files exist."""
        return self._workflow("dryrun", targets, forceall=True)

    def run(self, *targets):
        """Run the workflow for real."""
        jobs = self._workflow("local", [str(target) for target in targets])
        return Counter(job.rule.name for job in jobs)

    def left(self):
        """Files below the results, relative to the working folder, without hidden ones."""
        files = [file for file in self.results.rglob("[!.]*") if file.is_file()]
        return sorted(file.relative_to(self.folder) for file in files)

    def call(self, *options, env=None):
        """Call the snakemake command; return its exit status and what it printed."""
        command = [sys.executable, "-m", "snakemake", "--snakefile", HOME / "Snakefile"]
        command += [*options, "--cores", "2", "--configfile", self.config]
        ran = subprocess.run(
            command,
            cwd=self.folder,
            env=env,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        return ran.returncode, ran.stdout + ran.stderr


def configure_own(project, firms, pinned=10, **keys):
    """Configuration on the user's own file; `pinned` firms train, or all when it is None.

    `firms` are tickers, or the path of a firms table.
    """
    train = None if pinned is None else list(prices().columns[:pinned])
    return project.configure(
        **{
            "firms": firms if isinstance(firms, str) else list(firms),
            "prices": {"source": "file", "path": "prices.csv"},
            "training": {"train_firms": train},
            "encoders": encoders(("elman", "comovement"), ("jordan", "forecast")),
            "similarity": {"comparators": ["pearson", "random"]},
            "association": {"permutations": 19},
        }
        | keys
    )
