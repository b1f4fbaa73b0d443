"""Kills at random moments: the same command goes on and ends with the bytes of an undisturbed run.

Few kills by default. ``CHAOS=long`` kills 200 times in runs of every rule; each walk of ten kills
names its seed, so that ``pytest tests/chaos/test_kills.py -k walk-7`` repeats it alone.
"""

import logging

import pytest
import yaml
from killing import KILLS, LONG, Run, contents, differences, generator, small_project
from project import HOME

from firmsim.prices.source import BUNDLED
from firmsim.run.paths import RESOURCES

LOGGER = logging.getLogger("kills")

WALKS = 16 if LONG else 1
KILLS_IN_A_WALK = 10 if LONG else 2
LATEST = 12.0 if LONG else 8.0
"""Seconds after the start at which a run is killed, at the latest."""

INTERRUPTED = "interrupted; the same command goes on where it stopped"

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
        status, printed = run.wait()
        if status and "Execute" in printed:  # before, Python itself reports the interrupt
            assert printed.strip().splitlines()[-1] == INTERRUPTED
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


@pytest.mark.parametrize("kill", [kill for kill in KILLS[2:] if LONG] or KILLS[-1:], ids=str)
def test_a_run_that_is_told_to_end_does_not_wait_for_a_training(kill, project):
    settings = yaml.safe_load(project.config.read_text(encoding="utf-8"))
    settings["encoders"][0]["trainer"]["steps"] = 100_000
    project.configure(**settings)
    run = Run(project.folder, f"results/test/{FIT}/model.safetensors")
    assert run.wait_until((project.results / FIT / "checkpoint.safetensors").exists), run.printed
    LOGGER.warning("%s: gone after %.1f s", kill, end(run, kill))
    assert run.wait()[0] == 1
    assert "Traceback" not in run.printed
    log = (project.folder / "logs/test/train/elman-comovement-seed0.log").read_text("utf-8")
    assert log.count("ended: ") == 1
    assert not list(project.folder.rglob("*.part"))


INDEX = {"firms": "sp500", "firms_as_of": "2015-01-02", "prices": {"source": "bundled"}}


@pytest.mark.skipif(not LONG, reason="CHAOS=long")
@pytest.mark.parametrize("kill", KILLS, ids=str)
def test_the_rules_that_most_runs_do_not_have(kill, tmp_path, no_network):
    """Members of an index, and the archive of the bundled prices."""
    small_project(tmp_path, **INDEX)
    universe, archive = "results/test/universe.csv", RESOURCES / BUNDLED
    for target, log in ((universe, "logs/test/universe.log"), (archive, "logs/fetch_bundled.log")):
        run = Run(tmp_path, str(target))
        assert run.wait_until((tmp_path / log).exists), run.printed
        end(run, kill)
        status, printed = Run(tmp_path, str(target)).wait()
        assert status == 0, printed
        assert (tmp_path / target).exists()
        assert not list(tmp_path.rglob("*.part"))


def test_the_command_is_the_one_of_the_readme():
    said = (HOME / "README.md").read_text(encoding="utf-8")
    assert "After Ctrl-C or a kill, give the same command again" in said
