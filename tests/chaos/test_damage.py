"""Damage of every kind, to every file, seen by every reader: one line that names file and repair.

CI tries a seeded sample; ``CHAOS=long`` tries every file x damage x reader.
"""

import logging
import os
import random
import shlex
import shutil
import subprocess
import tempfile
from collections import Counter
from pathlib import Path
from unittest import mock

import pandas as pd
import pytest
from damages import DAMAGES, Nobody, applies, restore
from in_process import plan
from project import Project, prices

from firmsim.encoders.storage import load
from firmsim.errors import FirmsimError
from trainers.page import PAGE, main
from trainers.paths import StudyPaths

LONG = os.environ.get("CHAOS") == "long"
SEED = int(os.environ.get("CHAOS_SEED", "0"))
SAMPLE = 2
"""Damages per file and reader in the short form."""

HARMLESS = {("checkpoint.safetensors", "loop")}
"""A state that is not there; the training begins anew."""
NO_REPAIR = {"loop", "unreadable"}
"""Damages of the way to the file: removing it may not be what helps."""
KEYS = {
    "firms": "firms.csv",
    "prices": {"source": "file", "path": "prices.csv", "end": "2016-03-18"},
    "training": {"train_firms": list(prices().columns[:10]), "fit_end": "2015-12-31"},
    "encoders": [
        {
            "cell": {"name": "elman", "hidden": 4},
            "objective": {"name": "comovement", "outputs": 2, "portfolios": 2},
            "trainer": {"name": "gradient", "steps": 3, "windows": [20], "checkpoint_every": 1},
            "seeds": [0, 1],
        }
    ],
    "similarity": {"comparators": ["pearson", "random"]},
    "association": {"permutations": 19},
    "evaluation": {
        "windows": [20], "stride": 60, "horizon": 20, "min_horizon": 20, "unseen_share": 0.3,
        "draws": 50, "min_history_share": 0.5,
    },
    "trainers": {
        "trainers": ["genetic"], "seeds": [0, 1], "forward_passes": 16, "seconds": 0.01,
        "validation_checks": 1, "population": 4,
        "firm": {"cells": ["elman"], "max_parameters": [200], "windows": [20], "batch_size": 8},
        "memory": {"max_parameters": [20], "lags": [2], "sequences": 4},
    },
}  # fmt: skip
"""Settings of a run that leaves every kind of file, as small as it can be."""


class Run:
    """A finished run of every target, its readers, and its files as they should be."""

    def __init__(self, folder):
        panel = prices()
        panel.to_csv(folder / "prices.csv")
        sectors = ["Energy", "Utilities"] * 6
        table = pd.DataFrame({"ticker": panel.columns, "sector": sectors})
        table.to_csv(folder / "firms.csv", index=False)
        self.project = Project(folder).configure(**KEYS)
        self.jobs = plan(self.project, "all", "evaluation", "trainers")
        for job in self.jobs:
            assert job.run() == [], job.name
        self._leave_checkpoint()
        hidden = [file for file in Path("results").rglob(".*") if file.is_file()]
        self.kept = {file: file.read_bytes() for file in [*self.files, *hidden]}

    def _leave_checkpoint(self):
        """End a training before its weights are kept: what it goes on from stays."""
        job = next(job for job in self.jobs if job.name.startswith("train-"))
        refused = mock.patch("firmsim.encoders.storage.save", side_effect=FirmsimError("killed"))
        with refused:
            assert job.run("killed") == ["killed"]
        (self.checkpoint,) = Path("killed").rglob("checkpoint.safetensors")
        self.resumed = job

    @property
    def files(self):
        """Every file, relative to the working folder, the hidden checksums left out."""
        return [*self.project.left(), self.checkpoint]

    def readers(self):
        """Every file with each of its readers: a name, and a function that returns the lines."""
        for job in self.jobs:
            for file in dict.fromkeys(job.inputs):
                if file.parts[0] == "results":
                    yield file, job.name, lambda job=job: job.run("scratch")
        yield self.checkpoint, "resumed training", lambda: self.resumed.run("killed")
        for file in self.files:
            if file.name == "model.safetensors":
                yield file, "load", lambda file=file: lines_of(load, file)
        relative, page = self.project.results.relative_to(self.project.folder), Path("trainers.md")
        study = StudyPaths.of(relative)
        page.write_text((Path(__file__).parents[2] / PAGE).read_text(encoding="utf-8"))
        figures = [study.figure(name) for name in ("curves", "memory", "gradients")]
        for file in (study.summary, study.tests, *figures):
            yield file, "page of the study", lambda: lines_of(main, relative, page)

    def other(self, file, rng):
        """Another file of the same format."""
        same = [
            known
            for known in self.files
            if known.suffix == file.suffix and self.kept[known] != self.kept[file]
        ]
        return rng.choice(sorted(same)) if same else None


def lines_of(read, *arguments):
    """Call a reader; return the line of its error, if there is one."""
    try:
        read(*arguments)
    except FirmsimError as error:
        return [str(error)]
    except SystemExit as end:
        return [str(end.code)]
    return []


def outcome(read, file, damage):
    """What a reader does with a damaged file."""
    if damage == "unreadable":  # nobody writes into folders of root
        for made in ("scratch", "killed/logs", "logs", "trainers"):
            shutil.rmtree(made, ignore_errors=True)
    try:
        with Nobody() if damage == "unreadable" else mock.MagicMock():
            lines = read()
    except Exception as error:
        return f"traceback: {type(error).__name__}: {error}"
    if not lines:
        return "silent"
    line = lines[0]
    if len(lines) > 1 or "\n" in line or "fault of firmsim" in line or line == "no line":
        return f"traceback: {line}"
    if str(file) not in line:
        return f"without the file: {line}"
    if damage in NO_REPAIR:
        return "met"
    command = line.rpartition("again: ")[2]
    if command not in (f"rm {shlex.quote(str(file))}", f"rm -r {shlex.quote(str(file))}"):
        return f"without a repair: {line}"
    subprocess.run(shlex.split(command), check=True)
    return "met" if not os.path.lexists(file) else f"the repair does nothing: {line}"


@pytest.fixture(scope="module")
def run():
    with tempfile.TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        folder = Path(name)
        patch.chdir(folder)
        made = Run(folder)
        for path in (folder, *folder.rglob("*")):
            path.chmod(0o777 if path.is_dir() else 0o666)  # for somebody who is not root
        yield made
        os.chdir("/")


def attacks(run, rng):
    """File, reader and damage: every combination, or a sample."""
    for file, name, read in run.readers():
        fitting = [damage for damage in DAMAGES if applies(damage, file, run.other(file, rng))]
        chosen = fitting if LONG else rng.sample(fitting, SAMPLE)
        yield from ((file, name, read, damage) for damage in chosen)


def test_every_damage_ends_in_one_line(run):
    rng = random.Random(SEED)
    found, unmet = Counter(), []
    for file, name, read, damage in attacks(run, rng):
        DAMAGES[damage](file, rng, run.other(file, rng))
        end = outcome(read, file, damage)
        restore(file, run.kept[file])
        found[end.partition(":")[0]] += 1
        if end != "met" and (file.name, damage) not in HARMLESS:
            unmet.append(f"{file} | {damage} | {name} | {end}")
    logging.getLogger(__name__).warning("seed %d: %s", SEED, dict(found))
    assert not unmet, "\n".join(unmet)
