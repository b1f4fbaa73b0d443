"""Train one encoder with one seed."""

from pathlib import Path

import torch

from firmsim.encoders import make_encoder
from firmsim.encoders.storage import save
from firmsim.files import read_parquet, sealed, sha256, write_csv
from firmsim.growth import fit_period
from firmsim.run.job import job

with job(snakemake, f"encoders.{snakemake.wildcards.encoder}", "training", "growth") as logger:
    torch.set_num_threads(snakemake.threads)
    training = snakemake.params.training
    encoder = make_encoder(
        snakemake.params.encoder,
        validation_share=training["validation_share"],
        device=training["device"],
        volatility_halflife=snakemake.params.scaling["volatility_halflife"],
        clip=snakemake.params.scaling["clip"],
        seed=int(snakemake.wildcards.seed),
    )
    growth = read_parquet(Path(snakemake.input.growth))
    # no output of the rule: Snakemake would remove it after a kill, and it is what goes on then
    checkpoint = Path(snakemake.output.model).with_name("checkpoint.safetensors")
    fitted = fit_period(growth, training["fit_share"])
    encoder.fit(fitted, checkpoint=checkpoint)
    logger.info("%s: %d steps", encoder.label, len(encoder.history_))
    write_csv(encoder.history_, Path(snakemake.output.history))
    write_csv(encoder.gradients(fitted), Path(snakemake.output.gradients))
    with sealed(Path(snakemake.output.model)) as model:
        save(encoder, model, sha256(Path(snakemake.input.growth)))
    checkpoint.unlink(missing_ok=True)
