"""The evaluation protocol, run instead of everything else when evaluation is given.

Needs    <results>/growth/growth.parquet, <results>/firms.csv
Makes    <results>/evaluation/firms.csv               firms that are evaluated; which are unseen
         <results>/evaluation/encoders/...            encoders fitted on the seen firms' fit period
         <results>/evaluation/methods/<method>.parquet   every measure, window by window
         <results>/evaluation/{table,differences}.csv    means and intervals
         <results>/evaluation/figure.png
         <results>/evaluation/run.json                versions, seeds, configuration, who is missing
"""

if plan.config.evaluation is not None:

    rule evaluation_split:
        """Which firms are evaluated and which of them stay unseen, and the windows."""
        input:
            growth="<results>/growth/growth.parquet",
            firms="<results>/firms.csv",
        output:
            firms="<results>/evaluation/firms.csv",
            windows="<results>/evaluation/windows.csv",
            growth="<results>/evaluation/growth.parquet",
            training="<results>/evaluation/training/growth.parquet",
        log:
            "<logs>/evaluation/split.log",
        benchmark:
            "<benchmarks>/evaluation/split.tsv"
        params:
            version=firmsim.__version__,
            evaluation=settings["evaluation"]
            | {
                "fit_end": settings["evaluation"]["fit_end"]
                or settings["training"]["fit_end"]
            },
            fit_share=settings["training"]["fit_share"],
        script:
            "../scripts/evaluation_split.py"

    use rule train as evaluation_train with:
        input:
            growth="<results>/evaluation/training/growth.parquet",
        output:
            model="<results>/evaluation/encoders/{encoder}/seed{seed}/model.safetensors",
            history="<results>/evaluation/encoders/{encoder}/seed{seed}/history.csv",
            gradients="<results>/evaluation/encoders/{encoder}/seed{seed}/gradients.csv",
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
                "<results>/evaluation/encoders/{encoder}/seed{seed}/model.safetensors",
                encoder=wildcards.encoder,
                seed=plan.encoders[wildcards.encoder].seeds,
            ),
            growth="<results>/evaluation/growth.parquet",
            firms="<results>/evaluation/firms.csv",
            windows="<results>/evaluation/windows.csv",
        output:
            found="<results>/evaluation/methods/{encoder}.parquet",
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
            growth="<results>/evaluation/growth.parquet",
            firms="<results>/evaluation/firms.csv",
            windows="<results>/evaluation/windows.csv",
        output:
            found="<results>/evaluation/methods/{comparator}.parquet",
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
            found=expand(
                "<results>/evaluation/methods/{method}.parquet", method=plan.methods
            ),
        output:
            table="<results>/evaluation/table.csv",
            differences="<results>/evaluation/differences.csv",
            figure="<results>/evaluation/figure.png",
        log:
            "<logs>/evaluation/table.log",
        benchmark:
            "<benchmarks>/evaluation/table.tsv"
        threads: 1
        params:
            version=firmsim.__version__,
            families=plan.families,
            evaluation=settings["evaluation"],
        script:
            "../scripts/evaluation_table.py"

    use rule record as evaluation_record with:
        input:
            prices="<results>/prices/prices.parquet",
            growth="<results>/evaluation/growth.parquet",
            training="<results>/evaluation/training/growth.parquet",
            models=trained("model.safetensors", "<results>/evaluation/encoders"),
            histories=trained("history.csv", "<results>/evaluation/encoders"),
        output:
            record="<results>/evaluation/run.json",
        log:
            "<logs>/evaluation/record.log",
        benchmark:
            "<benchmarks>/evaluation/record.tsv"
        params:
            fit_share=None,
