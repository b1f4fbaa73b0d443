"""Configuration, checked once; names that rules share; one-line errors."""

import atexit
import sys
from dataclasses import asdict
from pathlib import Path

import firmsim
from firmsim.config.load import load_config
from firmsim.config.locate import located
from firmsim.errors import ConfigError, FirmsimError
from firmsim.run.failures import failure_lines
from firmsim.run.plan import RESOURCES, Plan
from firmsim.prices.source import BUNDLED
from firmsim.trainer_study.trials import FIGURES


def config_files():
    """Files that the configuration is merged from, the last one winning."""
    given = list(workflow.configfiles)
    default = [file for file in given if file not in workflow.overwrite_configfiles]
    return [*default, *workflow.overwrite_configfiles]


def planned():
    """Check the configuration and what it points to; a user's mistake ends in one line."""
    files = config_files()
    try:
        made = Plan.make(load_config(config, files), home=Path(workflow.basedir))
    except ConfigError as error:
        sys.exit(f"error: {error}")
    except FirmsimError as error:
        sys.exit(f"error: {located(error, config, files)}")
    for file in (*made.price_files, *made.training_files, made.table):
        if "{" in str(file) or "}" in str(file):
            sys.exit(
                f"error: {file}: Snakemake reads {{}} as a wildcard; rename the file"
            )
    return made


def pick(section, *keys):
    """Some keys of a section of the configuration."""
    return {key: section[key] for key in keys}


plan = planned()
# every key a rule uses reaches it from here, defaults filled in
settings = plan.config.model_dump(mode="json")
# each rule gets the keys it uses and no others, or it would run again for nothing
price_settings = pick(
    settings["prices"], "source", "path", "start", "end", "calendar", "firm_profiles"
)
# sectors and sizes are asked for of scored firms only
reference_price_settings = price_settings | {"firm_profiles": "skip"}
training_price_settings = reference_price_settings | {
    "end": plan.training_end.isoformat() if plan.training_end else None
}
growth_settings = pick(settings["growth"], "trading_days_per_year", "risk_free_rate")
scaling_settings = pick(settings["growth"], "volatility_halflife", "clip")
# with a pinned fit period the days that training reads are those that are fitted on
pinned_days = plan.config.training.fit_end is not None
fit_share = None if pinned_days else settings["training"]["fit_share"]
training_settings = pick(settings["training"], "validation_share", "device") | {
    "fit_share": fit_share
}
# with pinned training, what training reads has files of its own: adding a firm, or a day when the
# fit period is pinned, leaves them alone
training_growth = (
    "<results>/training/growth.parquet"
    if plan.training_apart
    else "<results>/growth/growth.parquet"
)
# the training firms on all days: firms are ranked among them
if plan.training is None:
    reference_growth = "<results>/growth/growth.parquet"
elif pinned_days:
    reference_growth = "<results>/reference/growth.parquet"
else:
    reference_growth = training_growth
# which of these could not be had is in the report too
training_sources = [
    f"<results>/{folder}/sources.csv"
    for folder, read in (
        ("training", plan.training_apart),
        ("reference", plan.training is not None and pinned_days),
    )
    if read
]
# the bundled archive is known by its hash, so its age says nothing
bundled = settings["prices"]["source"] == "bundled"
price_files = [
    ancient(str(file)) if bundled else str(file) for file in plan.price_files
]
# nor does the age of a file that may hold other firms as well: the fingerprint in the params does
training_files = [ancient(str(file)) for file in plan.training_files]
if plan.universe is not None:
    firms_table = "<results>/universe.csv"
else:
    firms_table = str(plan.table) if plan.table else []
trainings = [
    {"name": name, "seed": seed}
    for name, encoder in plan.encoders.items()
    for seed in encoder.seeds
]
failures = Path("logs", settings["run"], "failed.txt")


pathvars:
    results=f"results/{settings['run']}",
    logs=f"logs/{settings['run']}",
    benchmarks=f"logs/{settings['run']}/benchmarks",


wildcard_constraints:
    encoder="|".join(plan.encoders) or "none",
    seed=r"\d+",


def encoder_settings(name):
    """Settings that the training of an encoder depends on."""
    return plan.encoders[name].model_dump(
        mode="json",
        exclude={"name": True, "seeds": True, "objective": {"embedding_size"}},
    )


def embedding_size(name):
    """Size of the embedding that an encoder is to give; None where it has none to choose."""
    return getattr(plan.encoders[name].objective, "embedding_size", None)


def study_settings(trial):
    """Settings of the study of trainers that one trial depends on."""
    apart = {"trainers", "seeds", "firm", "memory"} - {trial.task}
    study = settings["trainer_study"]
    return {key: value for key, value in study.items() if key not in apart}


def trained(file, folder="<results>/encoders"):
    """A file of every training."""
    return [
        f"{folder}/{training['name']}/seed{training['seed']}/{file}"
        for training in trainings
    ]


def forget_failures():
    """Remove what an earlier run said went wrong."""
    failures.unlink(missing_ok=True)


def tell_failures():
    """Say what went wrong at the very end, below all that Snakemake says about it."""
    lines = failure_lines(failures, config, config_files())
    atexit.register(sys.stderr.write, "".join(f"{line}\n" for line in lines))
