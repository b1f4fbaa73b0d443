"""Evaluation out of sample, by its own target; nothing of it runs under `all`.

    snakemake evaluation --cores all --configfile config/evaluation.yaml

Needs    <results>/growth/growth.parquet, <results>/firms.csv
Makes    <results>/evaluation/firms.csv                  firms evaluated; which are unseen
         <results>/evaluation/encoders/...               encoders fitted on the other firms
         <results>/evaluation/methods/<method>.parquet   every measure, window by window
         <results>/evaluation/{table,differences}.csv    means and intervals
         <results>/evaluation/figure.png
         <results>/evaluation/run.json                   versions, seeds, configuration, missing firms
"""

bootstrap_settings = pick(settings["evaluation"], "draws", "seed")
split_settings = {
    key: value for key, value in settings["evaluation"].items() if key != "draws"
}
if split_settings["fit_end"] is None:
    split_settings["fit_end"] = settings["training"]["fit_end"]


rule evaluation:
    """Scores out of sample, compared with every comparator, and every file on the way."""
    input:
        files_of(EVALUATION, plan, results),


rule evaluation_split:
    """Which firms are evaluated and which of them stay unseen, and the windows."""
    input:
        growth=scored.growth,
        firms=results.firms,
    output:
        firms=evaluation.firms,
        windows=evaluation.windows,
        growth=evaluation.growth,
        training=evaluation.training_growth,
    log:
        "<logs>/evaluation/split.log",
    benchmark:
        "<benchmarks>/evaluation/split.tsv"
    params:
        version=firmsim.__version__,
        evaluation=split_settings,
        fit_share=settings["training"]["fit_share"],
    script:
        "../scripts/evaluation_split.py"


use rule train as evaluation_train with:
    input:
        growth=evaluation.training_growth,
    output:
        model=evaluation.fit("{encoder}", "{seed}").model,
        history=evaluation.fit("{encoder}", "{seed}").history,
        gradients=evaluation.fit("{encoder}", "{seed}").gradients,
    log:
        "<logs>/evaluation/train/{encoder}-seed{seed}.log",
    benchmark:
        "<benchmarks>/evaluation/train/{encoder}-seed{seed}.tsv"
    params:
        version=firmsim.__version__,
        encoder=lambda wildcards: encoder_settings(wildcards.encoder),
        # the training firms' growth rates end with the fit period
        training=training_settings | {"fit_share": None},
        scaling=scaling_settings,


rule evaluate_encoder:
    """Every measure of the scores of one encoder, seed by seed."""
    input:
        models=lambda wildcards: expand(
            evaluation.fit("{encoder}", "{seed}").model,
            encoder=wildcards.encoder,
            seed=plan.encoders[wildcards.encoder].seeds,
        ),
        growth=evaluation.growth,
        firms=evaluation.firms,
        windows=evaluation.windows,
    output:
        found=evaluation.method("{encoder}"),
    log:
        "<logs>/evaluation/{encoder}.log",
    benchmark:
        "<benchmarks>/evaluation/{encoder}.tsv"
    threads: 1
    params:
        version=firmsim.__version__,
        seeds=lambda wildcards: plan.encoders[wildcards.encoder].seeds,
        embedding_size=lambda wildcards: embedding_size(wildcards.encoder),
        scaling=scaling_settings,
    script:
        "../scripts/evaluate_encoder.py"


rule evaluate_comparator:
    """Every measure of the scores of one comparator."""
    input:
        growth=evaluation.growth,
        firms=evaluation.firms,
        windows=evaluation.windows,
    output:
        found=evaluation.method("{comparator}"),
    log:
        "<logs>/evaluation/{comparator}.log",
    benchmark:
        "<benchmarks>/evaluation/{comparator}.tsv"
    wildcard_constraints:
        comparator="|".join(plan.config.similarity.comparators),
    threads: 1
    params:
        version=firmsim.__version__,
        scaling=scaling_settings,
        seed=settings["association"]["seed"],
    script:
        "../scripts/evaluate_comparator.py"


rule evaluation_table:
    """Means, intervals, differences to the comparators, and the figure."""
    input:
        found=expand(evaluation.method("{method}"), method=plan.methods),
    output:
        table=evaluation.table,
        differences=evaluation.differences,
        figure=evaluation.figure,
    log:
        "<logs>/evaluation/table.log",
    benchmark:
        "<benchmarks>/evaluation/table.tsv"
    threads: 1
    params:
        version=firmsim.__version__,
        families=plan.families,
        evaluation=bootstrap_settings,
    script:
        "../scripts/evaluation_table.py"


use rule record as evaluation_record with:
    input:
        prices=scored.prices,
        growth=evaluation.growth,
        training=evaluation.training_growth,
        models=[fit.model for fit in fits(evaluation)],
        histories=[fit.history for fit in fits(evaluation)],
    output:
        record=evaluation.record,
    log:
        "<logs>/evaluation/record.log",
    benchmark:
        "<benchmarks>/evaluation/record.tsv"
    params:
        settings=record_settings | {"evaluation": settings["evaluation"]},
        fit_share=None,
