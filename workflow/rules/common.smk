"""Configuration, checked once; names that rules share; one-line errors."""

import sys
from pathlib import Path

import firmsim
from firmsim.config.guard import allows_templates, check_file
from firmsim.config.load import load_config
from firmsim.config.locate import located
from firmsim.errors import ConfigError, FirmsimError
from firmsim.prices.source import BUNDLED
from firmsim.run.failures import failure_lines, reserve
from firmsim.run.lock import RunLock
from firmsim.run.observer import observe
from firmsim.run.paths import FIT_PERIOD, RESOURCES, Paths, failed_jobs
from firmsim.run.plan import Plan
from firmsim.run.targets import ALL, EVALUATION, files_of
from firmsim.surroundings import chained

# the folder of the project, whichever Snakefile includes this file
HOME = Path(workflow.current_basedir.get_path_or_uri(secret_free=True)).parents[1]


def config_files():
    """Return the files that the configuration is merged from, the last one winning."""
    given = list(workflow.configfiles)
    default = [file for file in given if file not in workflow.overwrite_configfiles]
    return [*default, *workflow.overwrite_configfiles]


def checked(load):
    """Check the configuration by `load(values, files)`; a user's mistake ends in one line."""
    files = config_files()
    try:
        return load(config, files)
    except FirmsimError as error:
        line = located(error, config, files, sections=("prices", "training"))
    except Exception as error:
        if (line := chained(error)) is None:
            raise
    sys.exit(f"error: {line}")


def planned(values, files):
    """Check the configuration, the files it is from and the files it names."""
    # the profile checks files before Snakemake reads them, but not every call reads the profile;
    # the files of a workflow that uses this one as a module are its own affair
    if not workflow.modifier.skip_configfile:
        for file in files:
            check_file(Path(file), allows_templates(values))
    made = Plan.make(load_config(values, files), home=HOME)
    read = [file for panel in made.panels.values() for file in panel.files]
    for file in (*read, *([made.table] if made.table else [])):
        if "{" in str(file) or "}" in str(file):
            message = f"{file}: Snakemake reads {{}} as a wildcard; rename the file"
            raise ConfigError(message)
    return made


def pick(section, *keys):
    """Return some keys of a section of the configuration."""
    return {key: section[key] for key in keys}


observer = observe()
plan = checked(planned)
results = Paths(Path("<results>"))
# every key a rule uses reaches it from here, defaults filled in; each rule gets the keys it uses
# and no others, or it would run again for nothing
settings = plan.config.model_dump(mode="json")
price_settings = pick(
    settings["prices"], "source", "path", "start", "end", "calendar", "firm_profiles"
)
growth_settings = pick(settings["growth"], "trading_days_per_year", "risk_free_rate")
scaling_settings = pick(settings["growth"], "volatility_halflife", "clip")
# neither how prices are downloaded nor another target is part of what was run
record_settings = settings | {"prices": price_settings}
del record_settings["evaluation"]
# with a pinned fit period the days that training reads are those that are fitted on
pinned_days = plan.config.training.fit_end is not None
fit_share = None if pinned_days else settings["training"]["fit_share"]
training_settings = pick(settings["training"], "validation_share", "device") | {
    "fit_share": fit_share
}
scored, training, reference = (
    results.panel(panel.name) for panel in (plan.scored, plan.training, plan.reference)
)
evaluation = results.evaluation
trainings = [
    {"name": name, "seed": seed}
    for name, encoder in plan.encoders.items()
    for seed in encoder.seeds
]


# made before Snakemake looks at the files, and taken before it makes any
lock = RunLock(Paths.of(settings["run"]).folder, Path("logs", settings["run"]))


pathvars:
    results=str(Paths.of(settings["run"]).folder),
    logs=f"logs/{settings['run']}",
    benchmarks=f"logs/{settings['run']}/benchmarks",


wildcard_constraints:
    encoder="|".join(plan.encoders) or "none",
    seed=r"\d+",


def panel_files(panel):
    """Return what the prices of a panel are read from.

    The age of a file says nothing of the bundled archive, which is known by its hash, nor of files
    whose prices have a fingerprint in the params.
    """
    aged = settings["prices"]["source"] != "bundled" and panel.fingerprint is None
    files = [str(file) if aged else ancient(str(file)) for file in panel.files]
    return files + ([results.panel(panel.after).sources] if panel.after else [])


def panel_settings(panel):
    """Return the settings of the source of prices for a panel."""
    return price_settings | {
        "end": panel.end.isoformat() if panel.end else None,
        "firm_profiles": "fetch" if panel.profiles else "skip",
    }


def encoder_settings(name):
    """Return the settings that the training of an encoder depends on."""
    return plan.encoders[name].model_dump(
        mode="json",
        exclude={"name": True, "seeds": True, "objective": {"embedding_size"}},
    )


def embedding_size(name):
    """Return the size of an encoder's embedding; None where its objective has none to choose."""
    return getattr(plan.encoders[name].objective, "embedding_size", None)


def fits(paths):
    """Return the files of every training, below the results or below the evaluation."""
    return [paths.fit(fit["name"], fit["seed"]) for fit in trainings]


def begin():
    """Hold the folder of the run, or end in one line; remove the errors of an earlier run."""
    try:
        lock.take()
        reserve(failed_jobs(settings["run"]))
    except (FirmsimError, OSError) as error:
        sys.exit(f"error: {chained(error) or error}")


def tell_failures():
    """Repeat the errors of jobs at the very end, below everything that Snakemake prints."""
    lock.release()
    failed = failed_jobs(settings["run"])
    ended = [] if lock.interrupted else observer.ended
    lines = failure_lines(failed, config, config_files(), ended)
    if lock.interrupted and not lines:
        lines = ["interrupted; the same command goes on where it stopped"]
    observer.lines[:0] = lines
