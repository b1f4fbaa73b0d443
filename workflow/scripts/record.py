"""Write down what was run: versions, seeds, configuration, hashes of the data."""

from pathlib import Path

from firmsim.files import write_json
from firmsim.run.job import job
from firmsim.run.record import run_record

with job(snakemake):
    record = run_record(
        snakemake.params.settings,
        snakemake.params.universe,
        snakemake.params.training_universe,
        snakemake.params.fit_share,
        prices=Path(snakemake.input.prices),
        growth=Path(snakemake.input.growth),
        training=Path(snakemake.input.training),
        trainings=[
            (training["name"], training["seed"], Path(model), Path(history))
            for training, model, history in zip(
                snakemake.params.encoders,
                snakemake.input.models,
                snakemake.input.histories,
                strict=True,
            )
        ],
    )
    write_json(record, Path(snakemake.output.record))
