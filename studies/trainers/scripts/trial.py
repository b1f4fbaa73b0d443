"""Train one network of the study of trainers until both budgets are spent."""

from pathlib import Path

import pandas as pd

from firmsim.files import read_parquet, write_csv
from firmsim.growth import fit_period
from firmsim.run.job import job
from trainers.settings import Study
from trainers.trial import run_trial
from trainers.trials import Trial

with job(snakemake):
    training, growth = snakemake.params.training, pd.DataFrame()
    if snakemake.input.get("growth"):
        growth = fit_period(read_parquet(Path(snakemake.input.growth)), training["fit_share"])
    curve = run_trial(
        Trial(**snakemake.params.trial),
        Study(**snakemake.params.study),
        growth,
        validation_share=training["validation_share"],
        device=training["device"],
        **snakemake.params.scaling,
    )
    write_csv(curve, Path(snakemake.output.curve))
