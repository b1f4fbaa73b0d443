"""Compare trainers at equal budgets: losses, rank tests and figures."""

from pathlib import Path

import pandas as pd

from firmsim.files import read_csv, write_csv, write_figure
from firmsim.run.job import job
from trainers import figures
from trainers.settings import Study
from trainers.summary import equal_budgets, rank_tests, summarise
from trainers.trial import lag_gradients
from trainers.trials import longest_lag

with job(snakemake):
    study = Study(**snakemake.params.study)
    curves = pd.concat(
        [read_csv(Path(file), dtype={}) for file in snakemake.input.curves], ignore_index=True
    )
    losses = equal_budgets(curves, study)
    summary = summarise(losses)
    write_csv(summary, Path(snakemake.output.summary))
    write_csv(rank_tests(losses), Path(snakemake.output.tests))
    shares = pd.concat([lag_gradients(trial, study) for trial in longest_lag(study)])
    limits = {"forward_passes": study.forward_passes, "seconds": study.seconds}
    for name, figure in {
        "curves": figures.curves_figure(curves, limits),
        "memory": figures.memory_figure(summary),
        "gradients": figures.gradients_figure(shares),
    }.items():
        write_figure(figure, Path(snakemake.output[name]))
