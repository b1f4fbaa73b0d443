"""Two runs at once, and what a killed run left alive: one writer per file, and never a mixture.

Once by default, again and again when ``CHAOS=long``.
"""

import multiprocessing
import shutil
import signal

import pandas as pd
import pytest
import yaml
from killing import LONG, Run, contents, differences, generator, small_project

from firmsim.files import atomic, read_parquet, write_parquet
from firmsim.files.locks import alone
from firmsim.prices.source import BUNDLED
from firmsim.run.paths import RESOURCES

GROWTH = "results/test/growth/growth.parquet"
FIT = "results/test/encoders/elman-comovement/seed0"
MODEL = f"{FIT}/model.safetensors"
REPEATS = 20 if LONG else 1


@pytest.fixture
def project(tmp_path):
    return small_project(tmp_path)


def running(project, run):
    """Whether a run has begun to make files."""
    return run.wait_until((project.folder / "logs/test").exists)


@pytest.mark.parametrize("number", range(REPEATS))
def test_a_second_run_of_a_folder_is_refused_in_one_line(project, number):
    first = Run(project.folder, MODEL)
    assert running(project, first), first.printed
    second = Run(project.folder, MODEL, log="second.txt")
    assert second.wait()[0] != 0
    last = second.printed.strip().splitlines()[-1]
    assert last.startswith("error: results/test is in use by process ")
    assert f"process {first.process.pid} on " in last
    assert "Traceback" not in second.printed
    status, printed = first.wait()
    assert status == 0, printed
    assert "Nothing to be done" in Run(project.folder, MODEL).wait()[1]


@pytest.mark.skipif(not LONG, reason="CHAOS=long")
@pytest.mark.parametrize("seed", range(REPEATS))
def test_whoever_comes_first_makes_the_files(project, seed):
    """Runs that begin within a second or two: none fails but by the one line."""
    dice = generator(seed)
    runs = []
    for number in range(3):
        runs.append(Run(project.folder, GROWTH, log=f"{number}.txt"))
        runs[-1].ends_within(dice.uniform(0, 2))
    ended = [run.wait() for run in runs]
    assert any(status == 0 for status, _ in ended)
    for status, printed in ended:
        if status:
            assert printed.strip().splitlines()[-1].startswith("error: results/test")
    assert "Nothing to be done" in Run(project.folder, GROWTH).wait()[1]


@pytest.mark.parametrize("number", range(REPEATS))
def test_runs_of_two_names_share_a_working_folder(project, number):
    runs = [
        Run(project.folder, f"results/{name}/growth/growth.parquet", run=name, log=f"{name}.txt")
        for name in ("test", "other")
    ]
    for run in runs:
        status, printed = run.wait()
        assert status == 0, printed
    one, other = (contents(project.folder / "results" / name) for name in ("test", "other"))
    assert one
    assert differences(one, other) == []


@pytest.mark.skipif(not LONG, reason="CHAOS=long")
@pytest.mark.parametrize("seed", range(REPEATS))
def test_two_runs_that_both_fetch_the_archive(project, no_network, seed):
    """Snakemake removes what a job makes before the job starts, also while another run reads it."""
    project.configure(firms=["AAPL", "MSFT", "XOM"], prices={"source": "bundled"}, encoders=[])
    first = Run(project.folder, GROWTH)
    first.ends_within(generator(seed).uniform(0, 6))
    second = Run(
        project.folder, "results/other/growth/growth.parquet", run="other", log="second.txt"
    )
    for run in (first, second):
        status, printed = run.wait()
        assert status == 0, printed


def test_an_archive_that_another_run_has_fetched_is_kept(project, resources):
    project.configure(firms=["AAPL", "MSFT", "XOM"], prices={"source": "bundled"}, encoders=[])
    archive = project.folder / RESOURCES / BUNDLED
    archive.parent.mkdir(parents=True)
    with alone(archive.with_name(".lock")):
        run = Run(project.folder, (RESOURCES / BUNDLED).as_posix())
        assert run.wait_until((project.folder / "logs/fetch_bundled.log").exists), run.printed
        shutil.copy(resources / BUNDLED, archive)
        fetched = archive.stat()
    status, printed = run.wait()
    assert status == 0, printed
    assert (archive.stat().st_ino, archive.stat().st_size) == (fetched.st_ino, fetched.st_size)


@pytest.mark.parametrize("number", range(REPEATS))
def test_a_training_left_by_a_killed_run_cannot_overwrite(project, number):
    """Stopped while the next run makes other weights, and then let go: the worst of orphans."""
    target = MODEL
    run = Run(project.folder, target)
    assert run.wait_until((project.folder / FIT / "checkpoint.safetensors").exists), run.printed
    orphans = [process for process in run.left() if process.pid != run.process.pid]
    for process in orphans:
        process.send_signal(signal.SIGSTOP)
    run.process.kill()
    run.process.wait()
    settings = yaml.safe_load(project.config.read_text(encoding="utf-8"))
    settings["encoders"][0]["trainer"]["steps"] = 20
    project.configure(**settings)
    status, printed = Run(project.folder, target, log="second.txt").wait()
    assert status == 0, printed
    before = contents(project.results)
    assert f"{FIT.removeprefix('results/test/')}/model.safetensors" in before
    for process in orphans:
        process.send_signal(signal.SIGCONT)
    run.gone_within()
    assert differences(contents(project.results), before) == []
    log = (project.folder / "logs/test/train/elman-comovement-seed0.log").read_text("utf-8")
    assert "ended" not in log  # the orphan wrote to its own


def test_jobs_end_soon_when_their_run_is_killed(project):
    run = Run(project.folder, MODEL)
    log = project.folder / "logs/test/train/elman-comovement-seed0.log"
    assert run.wait_until(log.exists), run.printed
    run.process.kill()
    run.process.wait()
    run.gone_within(10)
    assert "ended: its run is gone" in log.read_text(encoding="utf-8")
    assert not (project.folder / FIT / "model.safetensors").exists()


def write_again_and_again(path, value, times):
    """Write one file several times."""
    for _ in range(times):
        write_parquet(pd.DataFrame({"a": [value] * 20_000}), path)


def test_writers_of_one_file_leave_it_whole(tmp_path):
    """A reader sees one writer's table, never half of one, and no writer fails."""
    path, times = tmp_path / "a.parquet", 300 if LONG else 10
    spawn = multiprocessing.get_context("spawn")
    writers = [
        spawn.Process(target=write_again_and_again, args=(path, value, times)) for value in range(3)
    ]
    for writer in writers:
        writer.start()
    seen, reads = set(), 0
    while any(writer.is_alive() for writer in writers):
        if path.exists():
            table = read_parquet(path)
            assert len(table) == 20_000
            seen |= set(table["a"])
            assert table["a"].eq(table["a"].iloc[0]).all()
            reads += 1
    assert [writer.exitcode for writer in writers] == [0, 0, 0]
    assert reads
    assert seen <= {0, 1, 2}
    assert not list(tmp_path.glob("*.part")) + list(tmp_path.glob(".*.part"))


def test_a_writer_that_fails_leaves_nothing(tmp_path):
    def fail(path):
        with atomic(path) as temporary:
            temporary.write_text("half", encoding="utf-8")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail(tmp_path / "a.txt")
    assert list(tmp_path.iterdir()) == []
