"""Encoders: one job per training, one job per embedding (torch is slow to import: never per firm).

Needs    growth rates of the training firms and of the scored firms
Makes    <results>/encoders/<name>/seed<k>/{model.safetensors,history.csv,gradients.csv}
         <results>/embeddings/<name>.parquet              all days
         <results>/embeddings/fit_period/<name>.parquet   the fit period only
"""


rule train:
    """Train one encoder with one seed on the fit period; it reads no sector and no size."""
    input:
        growth=training.growth,
    output:
        model=results.fit("{encoder}", "{seed}").model,
        history=results.fit("{encoder}", "{seed}").history,
        gradients=results.fit("{encoder}", "{seed}").gradients,
    log:
        "<logs>/train/{encoder}-seed{seed}.log",
    benchmark:
        "<benchmarks>/train/{encoder}-seed{seed}.tsv"
    threads: 1
    params:
        version=firmsim.__version__,
        encoder=lambda wildcards: encoder_settings(wildcards.encoder),
        training=training_settings,
        scaling=scaling_settings,
    script:
        "../scripts/train.py"


rule embed:
    """Embed every scored firm with the frozen weights of one encoder."""
    input:
        models=lambda wildcards: expand(
            results.fit("{encoder}", "{seed}").model,
            encoder=wildcards.encoder,
            seed=plan.encoders[wildcards.encoder].seeds,
        ),
        growth=scored.growth,
        training=training.growth,
        reference=reference.growth,
    output:
        embeddings=results.embeddings("{encoder}"),
        fit_period=results.embeddings("{encoder}", FIT_PERIOD),
    log:
        "<logs>/embed/{encoder}.log",
    benchmark:
        "<benchmarks>/embed/{encoder}.tsv"
    threads: 1
    params:
        version=firmsim.__version__,
        seeds=lambda wildcards: plan.encoders[wildcards.encoder].seeds,
        embedding_size=lambda wildcards: embedding_size(wildcards.encoder),
        fit_share=fit_share,
    script:
        "../scripts/embed.py"
