"""Kills at random moments: the same command goes on and ends with the bytes of an undisturbed run.

Few kills by default. ``CHAOS=long`` kills 200 times in runs of every rule; each walk of ten kills
names its seed, so that ``pytest tests/chaos/test_kills.py -k walk-7`` repeats it alone.
"""

import logging

import pytest
from killing import KILLS, LONG, Run, contents, differences, generator, small_project
from project import HOME

LOGGER = logging.getLogger("kills")

WALKS = 16 if LONG else 1
KILLS_IN_A_WALK = 10 if LONG else 2
LATEST = 12.0 if LONG else 8.0
"""Seconds after the start at which a run is killed, at the latest."""

FIT = "encoders/elman-comovement/seed0"
TRIAL = "results/test/trainers/trials/memory-elman-20-lag2/gradient/seed0.csv"
TARGETS = ("all", "evaluation", TRIAL) if LONG else (f"results/test/{FIT}/model.safetensors",)
TIMED = ("trainers",)
"""Files with seconds in them, which differ from run to run."""

BETWEEN = {"a checkpoint and the end": (f"{FIT}/checkpoint.safetensors", f"{FIT}/history.csv")}
"""Moments: the first file is there, and the second is not yet."""
if LONG:
    BETWEEN |= {
        "history and model": (f"{FIT}/history.csv", f"{FIT}/model.safetensors"),
        "prices and attributes": ("prices/prices.parquet", "prices/attributes.parquet"),
        "embeddings": (
            "embeddings/elman-comovement.parquet",
            "embeddings/fit_period/elman-comovement.parquet",
        ),
        "scores": ("scores/pearson.parquet", "scores/fit_period/random.parquet"),
        "parts of the split": ("evaluation/windows.csv", "evaluation/training/growth.parquet"),
        "tables of the summary": ("association/summary.csv", "association/disagreements.csv"),
    }


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory):
    """What a run that nobody disturbs leaves."""
    project = small_project(tmp_path_factory.mktemp("undisturbed"))
    status, printed = Run(project.folder, *TARGETS).wait()
    assert status == 0, printed
    return contents(project.results, TIMED)


@pytest.fixture
def project(tmp_path):
    return small_project(tmp_path)


def end(run, kill):
    """Kill a run; where it is told to end, it does so in order and soon."""
    run.stop(kill)
    if kill.signal.name != "SIGKILL":
        seconds = run.gone_within()
        assert "Traceback" not in run.printed
        return seconds
    run.process.wait()  # jobs that are left without their run may meet those of the next one
    return 0.0


def finish(project, expected):
    """Give the same command again; compare."""
    status, printed = Run(project.folder, *TARGETS).wait()
    assert status == 0, printed
    assert differences(contents(project.results, TIMED), expected) == []
    assert not list(project.folder.rglob("*.part"))


@pytest.mark.parametrize("walk", [f"walk-{number}" for number in range(WALKS)])
def test_a_run_that_is_killed_again_and_again_goes_on(walk, project, undisturbed):
    dice = generator(walk)
    for number in range(KILLS_IN_A_WALK):
        kill, seconds = dice.choice(KILLS), dice.uniform(0.2, LATEST)
        LOGGER.warning(f"{walk}, kill {number}: {kill} after {seconds:.2f} s")
        run = Run(project.folder, *TARGETS)
        if not run.ends_within(seconds):
            took = end(run, kill)
            LOGGER.warning(f"  gone {took:.1f} s later")
            continue
        status, printed = run.wait()
        assert status == 0, printed
        assert differences(contents(project.results, TIMED), undisturbed) == []
        for name in dice.sample(sorted(undisturbed), len(undisturbed) // 2):
            (project.results / name).unlink()  # something to do for the next one
    finish(project, undisturbed)


@pytest.mark.parametrize("moment", BETWEEN)
def test_a_run_that_is_killed_half_way_through_a_job_goes_on(moment, project, undisturbed):
    kills = KILLS if LONG else [generator(moment).choice(KILLS)]
    first, second = (project.results / name for name in BETWEEN[moment])
    hits = 0
    for kill in kills:
        LOGGER.warning(f"{moment}: {kill}")
        for file in (first, second):
            file.unlink(missing_ok=True)
        run = Run(project.folder, *TARGETS)
        assert run.wait_until(first.exists), run.printed
        end(run, kill)
        hits += not second.exists()
    assert hits, f"{second.name} was there before every kill"
    finish(project, undisturbed)


def test_the_command_is_the_one_of_the_readme():
    said = (HOME / "README.md").read_text(encoding="utf-8")
    assert "After Ctrl-C or a kill, give the same command again" in said
