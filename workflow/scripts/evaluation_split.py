"""Choose the firms that are evaluated, those held out from training, and the windows."""

from pathlib import Path

import pandas as pd

from firmsim.config import Evaluation
from firmsim.evaluation.holdout import hold_out
from firmsim.evaluation.windows import rolling_windows
from firmsim.files import read_csv, read_parquet, write_csv, write_parquet
from firmsim.run.job import job

with job(snakemake, "evaluation", "training") as logger:
    settings = Evaluation(**snakemake.params.evaluation)
    growth = read_parquet(Path(snakemake.input.growth))
    firms, fit_days = hold_out(
        growth, read_csv(Path(snakemake.input.firms)), settings, snakemake.params.fit_share
    )
    logger.info("%d of %d firms, %d days fitted", len(firms), growth.shape[1], fit_days)
    growth = growth[firms["ticker"]]
    windows = rolling_windows(len(growth), fit_days, settings)
    write_csv(pd.DataFrame(windows), Path(snakemake.output.windows))
    write_csv(firms, Path(snakemake.output.firms))
    write_parquet(growth, Path(snakemake.output.growth))
    training = firms.loc[~firms["unseen"], "ticker"]
    write_parquet(growth.iloc[:fit_days][training], Path(snakemake.output.training))
