"""Train one network of the study of trainers until both budgets are spent."""

from pathlib import Path

import pandas as pd

from firmsim.config import TrainerStudy
from firmsim.files import write_csv
from firmsim.growth import fit_period
from firmsim.trainer_study.trial import run_trial
from firmsim.trainer_study.trials import Trial
from job import job

with job(snakemake):
    training, growth = snakemake.params.training, pd.DataFrame()
    if snakemake.input.get("growth"):
        growth = fit_period(pd.read_parquet(snakemake.input.growth), training["fit_share"])
    trial = Trial(**snakemake.params.trial)
    curve = run_trial(
        trial,
        TrainerStudy(**snakemake.params.study),
        growth,
        validation_share=training["validation_share"],
        device=training["device"],
        **snakemake.params.scaling,
    )
    write_csv(curve, Path(snakemake.output.curve))
