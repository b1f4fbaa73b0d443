"""Encoders: one job a training, one job an embedding (torch is slow to import: never per firm).

Needs    growth rates of the training firms and of the scored firms
Makes    <results>/encoders/<name>/seed<k>/{model.safetensors,history.csv,gradients.csv}
         <results>/embeddings/<name>.parquet              all days
         <results>/embeddings/fit_period/<name>.parquet   the fit period only
"""


rule train:
    """Train one encoder with one seed on the fit period; no sector or size is seen."""
    input:
        growth=training_growth,
    output:
        model="<results>/encoders/{encoder}/seed{seed}/model.safetensors",
        history="<results>/encoders/{encoder}/seed{seed}/history.csv",
        gradients="<results>/encoders/{encoder}/seed{seed}/gradients.csv",
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
            "<results>/encoders/{encoder}/seed{seed}/model.safetensors",
            encoder=wildcards.encoder,
            seed=plan.encoders[wildcards.encoder].seeds,
        ),
        growth="<results>/growth/growth.parquet",
        training=training_growth,
        reference=reference_growth,
    output:
        embeddings="<results>/embeddings/{encoder}.parquet",
        fit_period="<results>/embeddings/fit_period/{encoder}.parquet",
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
