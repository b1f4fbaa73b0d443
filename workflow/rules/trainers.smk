"""The study of trainers, run instead of everything else when trainer_study is given.

Needs    <results>/growth/growth.parquet
Makes    <results>/trainers/trials/<case>/<trainer>/seed<k>.csv   one curve a trial
         <results>/trainers/summary.csv, tests.csv                values at equal budgets
         <results>/trainers/{curves,memory,gradients}.png

Curves have seconds in them, so they are not the same bytes in a second run.
"""

if plan.trials:

    rule trial:
        """Train one network until both budgets are spent."""
        input:
            growth=lambda wildcards: (
                [] if wildcards.trial.startswith("memory") else training.growth
            ),
        output:
            curve="<results>/trainers/trials/{trial}.csv",
        log:
            "<logs>/trainers/{trial}.log",
        benchmark:
            "<benchmarks>/trainers/{trial}.tsv"
        wildcard_constraints:
            trial="|".join(plan.trials),
        threads: 1
        params:
            version=firmsim.__version__,
            trial=lambda wildcards: asdict(plan.trials[wildcards.trial]),
            study=lambda wildcards: study_settings(plan.trials[wildcards.trial]),
            training=training_settings,
            scaling=scaling_settings,
        script:
            "../scripts/trial.py"

    rule compare_trainers:
        """Values at equal forward passes and equal seconds, rank tests and figures."""
        input:
            curves=expand("<results>/trainers/trials/{trial}.csv", trial=plan.trials),
        output:
            summary="<results>/trainers/summary.csv",
            tests="<results>/trainers/tests.csv",
            curves="<results>/trainers/curves.png",
            memory="<results>/trainers/memory.png",
            gradients="<results>/trainers/gradients.png",
        log:
            "<logs>/trainers/compare.log",
        benchmark:
            "<benchmarks>/trainers/compare.tsv"
        threads: 1
        params:
            version=firmsim.__version__,
            study=settings["trainer_study"],
        script:
            "../scripts/compare_trainers.py"
